#!/bin/sh
# The corpus of the profile reader's fuzz target, replayed; with
# PROF_TEST_LONG=1 and clang's libFuzzer, a minute of fuzzing from there.
set -u
build=${BUILD:-build/release}
corpus=tests/fuzz/corpus/profile
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

. tests/tap.sh

timeout 60 "$build/fuzz/fuzz_profile" "$corpus"/* >"$work/log" 2>&1
ok $? "the reader takes all $(ls "$corpus" | wc -l) files of its corpus" ||
    tail -5 "$work/log" | sed 's/^/#   /'

name='a minute of fuzzing finds nothing'
if [ -z "${PROF_TEST_LONG:-}" ]; then
    skip 'fuzzing is for check-long' "$name"
elif ! clang -g -O1 -fsanitize=fuzzer,address,undefined -DFUZZ_LIBFUZZER \
    -D_GNU_SOURCE -I. tests/fuzz/fuzz_profile.c lib/base/*.c lib/format/*.c \
    lib/analysis/profile*.c -lz -o "$work/fuzz" 2>"$work/log"; then
    skip "clang's libFuzzer is not to be had" "$name"
else
    cp -r "$corpus" "$work/corpus"
    timeout 120 "$work/fuzz" -max_total_time=60 -rss_limit_mb=2048 \
        "$work/corpus" >"$work/log" 2>&1
    ok $? "$name" || tail -20 "$work/log" | sed 's/^/#   /'
fi
finish
