#!/bin/sh
# What the objects of lib/runtime/signal call from outside must be on the list
# signal-safe.allow, each with its reason; and no name on it may be stale.
set -u
build=${BUILD:-build/release}
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

. tests/tap.sh

objects=$(find "$build/rt/lib/runtime/signal" -name '*.o')
nm -u $objects | awk 'NF == 2 && ($1 == "U" || $1 == "w") { print $2 }' |
    grep -v '^_GLOBAL_OFFSET_TABLE_$' | sort -u >"$work/used"
nm --defined-only $objects | awk 'NF == 3 { print $3 }' | sort -u >"$work/own"
comm -23 "$work/used" "$work/own" >"$work/outside"
awk 'NF && $1 !~ /^#/ { print $1 }' "$here/signal-safe.allow" |
    sort >"$work/allowed"

comm -23 "$work/outside" "$work/allowed" >"$work/new"
empty "$work/new" "signal objects call only what is allowed"

# Compilers make calls of mem* functions as they like, or not.
comm -13 "$work/outside" "$work/allowed" | grep -v '^mem' >"$work/stale"
empty "$work/stale" "every allowed name is used"

awk 'NF && $1 !~ /^#/ && NF < 4' "$here/signal-safe.allow" >"$work/bare"
empty "$work/bare" "every allowed name has its reason"

# Two words, found without a call: nothing allocates on first touch.
for object in $objects; do
    objdump -h "$object" | awk '$2 ~ /^\.t(bss|data)/ { print "0x" $3 }'
done >"$work/tls"
bytes=0
while read -r size; do
    bytes=$((bytes + size))
done <"$work/tls"
echo "thread-local bytes: $bytes" >"$work/tls-size"
nm -u $objects | grep -q __tls_get_addr && bytes=999
[ "$bytes" -le 16 ]
ok $? "thread-local storage is at most 16 bytes, initial-exec" ||
    sed 's/^/#   /' "$work/tls-size"
finish
