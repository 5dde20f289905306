#!/bin/sh
# Includes go towards lib/base only: data flows one way (docs/ARCHITECTURE.md).
set -u

. tests/tap.sh

# nothing TEXT NAME: TEXT, which lists faults, is empty.
nothing() {
    is "$1" '' "$2"
}

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
    nothing "$(find "$where" -name '*.[ch]' -exec grep -Hn '^#include "' {} + |
        sed 's/^\([^:]*:[0-9]*\):#include "\([^"]*\)".*/\1 \2/' |
        awk -v pattern="$pattern" '$2 !~ pattern')" "$name"
}

check "base includes only base" lib/base
check "format includes base" lib/format lib/base/
check "signal includes format, base" lib/runtime/signal lib/format/ lib/base/
check "control includes signal, format, base" lib/runtime/control \
    lib/runtime/signal/ lib/format/ lib/base/ prof.h
check "analysis includes format, base" lib/analysis lib/format/ lib/base/
check "the tool includes analysis, format, base" tools/prof \
    lib/analysis/ lib/format/ lib/base/ prof.h
check "the command line includes no view and no exporter" tools/prof/cli \
    lib/ tools/prof/command.h prof.h
check "views include the command line" tools/prof/view lib/ tools/prof/cli/
check "exporters include the command line, and the facts of the views" \
    tools/prof/export lib/ tools/prof/cli/ tools/prof/view/facts.h
check "examples include only their own and prof.h" examples prof.h common/

# A header that cannot stand alone hides what it needs.
for header in $(find lib include tools -name '*.h'); do
    echo "#include \"$header\"" | ${CC:-gcc} -std=gnu11 -D_GNU_SOURCE -I. \
        -Iinclude -fsyntax-only -x c - 2>/dev/null
    ok $? "$header stands alone"
done

nothing "$(grep -rn 'getenv' lib tools --include='*.c' |
    grep -v -e '^lib/runtime/control/' -e '^tools/prof/cli/' -e '^tools/prof/cmd_run')" \
    'only control and cli read the environment'
finish
