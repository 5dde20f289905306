#!/bin/sh
# trace.sh [cost|split|memory]: the deterministic modes beside floors and rivals, in
# one run. Without an argument: all.
#
# cost: ns a call pair. Every tool runs ROUNDS (default 41) times for some 50 ms,
#   in turn with the others, so that a machine whose speed drifts is fair to all;
#   shown are the medians, and the first tenths, as without loud neighbours.
# split: what is said of a program whose time is half a parent's own and half
#   a tiny function's, of SPLIT_CALLS (default 100 million) calls; then of two
#   that have a quarter of it there, and three quarters.
# memory: by how much the process grows when it gets a million contexts more.
# What is not installed is left out and named.
set -eu
ROUNDS=${ROUNDS:-41}
. tests/bench/lib.sh
lib=$top/$build/libprof.so
tool=$top/$build/prof
unset LD_PRELOAD

have() {
    command -v "$1" >/dev/null && return 0
    echo "$1 is not installed"
    return 1
}

# build SOURCE PROGRAM [FLAG]: plain, with hooks, and for gprof.
build() {
    source=tests/bench/$1.c
    program=$work/$2
    shift 2
    # shellcheck disable=SC2086
    {
        $cc $flags "$@" "$source" -o "$program"
        $cc $flags "$@" -finstrument-functions "$source" -o "$program.hooks"
        $cc $flags "$@" -pg "$source" -o "$program.pg"
    }
}

build_all() {
    flags="-std=gnu11 -O2 -g -pthread"
    build calls calls
    build tiny tiny50
    build tiny tiny25 -DOWN=12
    build tiny tiny75 -DCALLED=12
    $cc -O2 -fPIC -shared tests/bench/floor.c -o "$work/empty.so"
    $cc -O2 -fPIC -shared -DREAD_TSC tests/bench/floor.c -o "$work/tsc.so"
}

# --- what a call pair costs -------------------------------------------------
# one TOOL KERNEL: "PAIRS SECONDS" of one run.
one() {
    # shellcheck disable=SC2086
    set -- "$1" $2
    of=$1
    shift
    case $of in
    plain) ./calls "$@" ;;
    empty) LD_PRELOAD=$work/empty.so ./calls.hooks "$@" ;;
    tsc) LD_PRELOAD=$work/tsc.so ./calls.hooks "$@" ;;
    trace) PROF_MODE=trace LD_PRELOAD=$lib ./calls.hooks "$@" ;;
    # What a sample costs is bench-sample's: here it would count as the hooks'.
    count) PROF_MODE=count PROF_HZ=100 LD_PRELOAD=$lib ./calls.hooks "$@" ;;
    gprof) ./calls.pg "$@" 2>/dev/null ;;
    uftrace) uftrace record --no-pager --no-libcall -d ./uft ./calls.hooks \
        "$@" 2>/dev/null ;;
    callgrind) valgrind -q --tool=callgrind --callgrind-out-file=/dev/null \
        ./calls "$@" ;;
    esac
}

# table PICK: a table of what PICK (median, tenth) makes of the runs.
table() {
    echo "ns a call pair added to the plain program, $1 of $rounds (in" \
        "brackets: to the floor)"
    printf '%-8s %6s' kernel plain
    for t in $tools; do
        [ "$t" = plain ] || printf ' %14s' "$t"
    done
    echo
    for kernel in $kernels; do
        plain=$("$1" <"$kernel.plain")
        empty=$("$1" <"$kernel.empty")
        tsc=$("$1" <"$kernel.tsc")
        printf '%-8s %6.2f' "$kernel" "$plain"
        for t in $tools; do
            [ "$t" = plain ] && continue
            floor=$tsc
            [ "$t" = count ] || [ "$t" = empty ] && floor=$empty
            "$1" <"$kernel.$t" | awk -v p="$plain" -v f="$floor" \
                '{ printf " %7.2f [%4.2f]", $1 - p, ($1 - p) / (f - p) }'
        done
        echo
    done
    echo
}

cost() {
    kernels="fib taylor julia wide threads"
    tools="plain empty tsc trace count gprof"
    ! have uftrace || tools="$tools uftrace"
    ! have valgrind || tools="$tools callgrind"
    round=0
    while [ "$round" -lt "$rounds" ]; do
        for kernel in $kernels; do
            case $kernel in
            fib) scale=29 ;;
            taylor) scale=250 ;;
            julia) scale=250 ;;
            wide) scale=2000 ;;
            threads) scale=28 ;;
            esac
            for t in $tools; do
                case $t in
                uftrace) [ "$round" -ge 5 ] && continue ;;
                callgrind) [ "$round" -ge 1 ] && continue ;;
                esac
                one "$t" "$kernel $scale" | awk '{ print $2 * 1e9 / $1 }' \
                    >>"$kernel.$t"
                rm -rf ./*.prof uft uft.old gmon.out
            done
        done
        round=$((round + 1))
    done
    table median
    table tenth
    echo "floors: empty hooks for count (at 100 samples a second), two reads of"
    echo "the TSC for all others;"
    echo "threads: two at once, fib on each; callgrind once, uftrace five times"
}

# --- the split between a parent and a tiny function --------------------------
# share WHAT PLAIN: two times on standard input, "parent tiny".
share() {
    awk -v what="$1" -v plain="$2" '{
        printf "%-22s %6.1f %6.1f %9.2f\n", what, $1 / ($1 + $2) * 100,
            $2 / ($1 + $2) * 100, ($1 + $2) / plain }'
}

# own_times: "parent tiny" from prof's table.
own_times() {
    "$tool" report --csv 2>/dev/null >csv
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i }
        { time[$column["name"]] = $column["tottime"] }
        END { print time["parent"], time["tiny"] }' csv
}

# split_of TINY CALLS: of TINY per cent in the tiny function.
split_of() {
    program=./tiny$1
    for round in 1 2 3; do
        "$program" "$2" >plain
        wall=$(awk '{ print $2 }' plain)
        cpu=$(awk '{ print $3 }' plain)
        echo "$((100 - $1)) $1" | share "truth, plain build" 100
        for mode in trace count; do
            PROF_MODE=$mode PROF_HZ=4000 LD_PRELOAD=$lib \
                "$program.hooks" "$2" >/dev/null
            [ "$mode" = trace ] && plain=$wall || plain=$cpu
            own_times | share "$mode" "$plain"
            rm -f ./*.prof
        done
        "$program.pg" "$2" >/dev/null
        ! command -v gprof >/dev/null || gprof -b -p "$program.pg" gmon.out |
            awk '$NF == "parent" { p = $3 } $NF == "tiny" { t = $3 }
            END { print p, t }' | share gprof "$cpu"
    done
}

split() {
    calls=${SPLIT_CALLS:-100000000}
    printf '\n%-22s %6s %6s %9s\n' 'time, % of' parent tiny 'x plain'
    split_of 50 "$calls"
    split_of 25 $((calls / 2))
    split_of 75 $((calls / 2))
    echo "x plain: the time reported, in times of the plain program's: by the"
    echo "wall clock for trace, else processor time, which at 4000 samples a"
    echo "second has what these cost as well"
}

# --- what a context takes -----------------------------------------------------
memory() {
    awk -f "$top/tests/truth/memory_program.awk" >contexts.c
    $cc -O1 -w -finstrument-functions contexts.c -o contexts
    echo
    for mode in trace count; do
        PROF_MODE=$mode LD_PRELOAD=$lib ./contexts | awk -v mode="$mode" '
            NR == 2 { printf "memory, %s: %.1f bytes a context (%d contexts)\n",
                mode, ($2 - bytes) / ($1 - contexts), $1 }
            { contexts = $1; bytes = $2 }'
        rm -f ./*.prof
    done
}

build_all
cd "$work"
case ${1:-all} in
cost) cost ;;
split) split ;;
memory) memory ;;
all)
    cost
    split
    memory
    ;;
*)
    echo "usage: trace.sh [cost|split|memory]" >&2
    exit 2
    ;;
esac
