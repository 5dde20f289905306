#!/bin/sh
# The corpus of the profile reader's fuzz target, replayed; with
# PROF_TEST_LONG=1 and clang's libFuzzer, a minute of fuzzing from there.
set -u
build=${BUILD:-build/release}
corpus=tests/fuzz/corpus/profile
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail=0

echo "1..2"
if timeout 60 "$build/fuzz/fuzz_profile" "$corpus"/* >"$work/log" 2>&1; then
    echo "ok 1 - the reader takes all $(ls "$corpus" | wc -l) files of its corpus"
else
    echo "not ok 1 - the reader takes all files of its corpus"
    tail -5 "$work/log" | sed 's/^/#   /'
    fail=1
fi

if [ -z "${PROF_TEST_LONG:-}" ]; then
    echo "ok 2 # SKIP fuzzing is for check-long"
    exit $fail
fi
if ! clang -g -O1 -fsanitize=fuzzer,address,undefined -DFUZZ_LIBFUZZER \
    -D_GNU_SOURCE -I. tests/fuzz/fuzz_profile.c lib/base/*.c lib/format/*.c \
    lib/analysis/profile*.c -lz -o "$work/fuzz" 2>"$work/log"; then
    echo "ok 2 # SKIP clang's libFuzzer is not to be had"
    exit $fail
fi
cp -r "$corpus" "$work/corpus"
if timeout 120 "$work/fuzz" -max_total_time=60 -rss_limit_mb=2048 \
    "$work/corpus" >"$work/log" 2>&1; then
    echo "ok 2 - a minute of fuzzing finds nothing"
else
    echo "not ok 2 - a minute of fuzzing finds nothing"
    tail -20 "$work/log" | sed 's/^/#   /'
    fail=1
fi
exit $fail
