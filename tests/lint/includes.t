#!/bin/sh
# Includes go towards lib/base only: data flows one way (docs/ARCHITECTURE.md).
set -u
n=0
fail=0

# check NAME DIRECTORY ALLOWED...: files below DIRECTORY include nothing of the
# project but what lies below it or below one of ALLOWED.
check() {
    name=$1
    where=$2
    shift 2
    pattern="^$where/"
    for allowed in "$@"; do
        pattern="$pattern|^$allowed"
    done
    n=$((n + 1))
    bad=$(find "$where" -name '*.[ch]' -exec grep -Hn '^#include "' {} + |
        sed 's/^\([^:]*:[0-9]*\):#include "\([^"]*\)".*/\1 \2/' |
        awk -v pattern="$pattern" '$2 !~ pattern')
    if [ -z "$bad" ]; then
        echo "ok $n - $name"
    else
        echo "not ok $n - $name"
        echo "$bad" | sed 's/^/#   /'
        fail=1
    fi
}

check "base includes only base" lib/base
check "format includes base" lib/format lib/base/
check "signal includes format, base" lib/runtime/signal lib/format/ lib/base/
check "control includes signal, format, base" lib/runtime/control \
    lib/runtime/signal/ lib/format/ lib/base/ prof.h
check "analysis includes format, base" lib/analysis lib/format/ lib/base/
check "the tool includes analysis, format, base" tools/prof \
    lib/analysis/ lib/format/ lib/base/ prof.h
check "examples include only their own and prof.h" examples prof.h common/

# A header that cannot stand alone hides what it needs.
for header in $(find lib include tools -name '*.h'); do
    n=$((n + 1))
    if echo "#include \"$header\"" | ${CC:-gcc} -std=gnu11 -D_GNU_SOURCE -I. \
        -Iinclude -fsyntax-only -x c - 2>/dev/null; then
        echo "ok $n - $header stands alone"
    else
        echo "not ok $n - $header stands alone"
        fail=1
    fi
done

n=$((n + 1))
if grep -rn 'getenv' lib tools --include='*.c' |
    grep -v -e '^lib/runtime/control/' -e '^tools/prof/cli/' -e '^tools/prof/cmd_run' |
    grep -q .; then
    echo "not ok $n - only control and cli read the environment"
    fail=1
else
    echo "ok $n - only control and cli read the environment"
fi
echo "1..$n"
exit $fail
