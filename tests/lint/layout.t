#!/bin/sh
# Every source file is laid out as .clang-format says, where that is installed;
# no function is longer than 80 lines; no file holds a machine's paths.
set -u
fail=0
echo "1..3"
sources=$(find lib include tools examples tests -name '*.[ch]' | sort)
if command -v clang-format >/dev/null; then
    bad=$(for f in $sources; do
        clang-format "$f" | cmp -s - "$f" || echo "#   $f"
    done)
    if [ -z "$bad" ]; then
        echo "ok 1 - layout is as make format makes it"
    else
        echo "not ok 1 - layout is as make format makes it"
        echo "$bad"
        fail=1
    fi
else
    echo "ok 1 # SKIP no clang-format"
fi

long=$(awk '
    FNR == 1 { start = 0 }
    /^[A-Za-z_].*[()]/ && !/;$/ { head = FNR }
    /^{/ { start = FNR }
    /^}/ && start {
        if (FNR - start > 80) print "#   " FILENAME ":" start ": " FNR - start
        start = 0
    }' $sources)
if [ -z "$long" ]; then
    echo "ok 2 - no function is longer than 80 lines"
else
    echo "not ok 2 - no function is longer than 80 lines"
    echo "$long"
    fail=1
fi

if grep -rnE '/(root|home)/[a-z]|/work/' $sources Makefile README.md docs \
    tools tests/*.mk 2>/dev/null | grep -v '^tests/lint/layout.t' |
    grep -q .; then
    echo "not ok 3 - no file names a path of one machine"
    fail=1
else
    echo "ok 3 - no file names a path of one machine"
fi
exit $fail
