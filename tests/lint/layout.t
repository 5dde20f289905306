#!/bin/sh
# Every source file is laid out as .clang-format says, where that is installed;
# no function is longer than 80 lines; no file holds a machine's paths.
set -u

. tests/tap.sh

sources=$(find lib include tools examples tests -name '*.[ch]' | sort)

name='layout is as make format makes it'
if command -v clang-format >/dev/null; then
    is "$(for f in $sources; do
        clang-format "$f" | cmp -s - "$f" || echo "$f"
    done)" '' "$name"
else
    skip 'no clang-format' "$name"
fi

is "$(awk '
    FNR == 1 { start = 0 }
    /^{/ { start = FNR }
    /^}/ && start {
        if (FNR - start > 80) print FILENAME ":" start ": " FNR - start
        start = 0
    }' $sources)" '' 'no function is longer than 80 lines'

is "$(grep -rnE '/(root|home)/[a-z]|/work/' $sources Makefile README.md \
    examples/README.md docs tools tests/*.mk 2>/dev/null |
    grep -v '^tests/lint/layout.t')" '' 'no file names a path of one machine'
finish
