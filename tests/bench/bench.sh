#!/bin/sh
# bench.sh trace|sample: libprof beside floors and rivals, in one run.
#
# Every figure is the median of ROUNDS (default 7) runs, taken in turn with
# the others, so that a machine whose speed drifts is fair to all. What is not
# installed is left out and named.
set -eu
build=${BUILD:-build/release}
rounds=${ROUNDS:-7}
cc=${CC:-gcc}
top=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# --- deterministic ---------------------------------------------------------
trace_build() {
    flags="-std=gnu11 -O2 -g -pthread"
    $cc $flags tests/bench/calls.c -o "$work/plain"
    $cc $flags -finstrument-functions tests/bench/calls.c -o "$work/hooked"
    $cc $flags -pg tests/bench/calls.c -o "$work/gprof"
    $cc -O2 -fPIC -shared tests/bench/floor.c -o "$work/empty.so"
    $cc -O2 -fPIC -shared -DREAD_TSC tests/bench/floor.c -o "$work/tsc.so"
}

# one TOOL KERNEL: "PAIRS SECONDS" of one run.
one() {
    case $1 in
    plain) ./plain "$2" ;;
    empty) LD_PRELOAD=$work/empty.so ./hooked "$2" ;;
    tsc) LD_PRELOAD=$work/tsc.so ./hooked "$2" ;;
    trace) PROF_MODE=trace LD_PRELOAD=$top/$build/libprof.so ./hooked "$2" ;;
    count) PROF_MODE=count LD_PRELOAD=$top/$build/libprof.so ./hooked "$2" ;;
    gprof) ./gprof "$2" 2>/dev/null ;;
    uftrace) uftrace record --no-pager --no-libcall -d ./uft ./hooked "$2" \
        2>/dev/null ;;
    esac
}

trace_table() {
    kernels="fib taylor wide threads"
    tools="plain empty tsc trace count gprof"
    command -v uftrace >/dev/null && tools="$tools uftrace"
    cd "$work"
    for kernel in $kernels; do
        round=0
        while [ "$round" -lt "$rounds" ]; do
            for tool in $tools; do
                [ "$tool" = uftrace ] && [ "$round" -ge 3 ] && continue
                one "$tool" "$kernel" | awk '{ print $2 * 1e9 / $1 }' \
                    >>"$kernel.$tool"
                rm -rf ./*.prof uft uft.old gmon.out
            done
            round=$((round + 1))
        done
    done
    echo "ns per call pair added to the plain program, median of $rounds" \
        "(in brackets: to the floor)"
    printf '%-9s %9s' kernel plain
    for tool in $tools; do
        [ "$tool" = plain ] || printf ' %15s' "$tool"
    done
    echo
    for kernel in $kernels; do
        plain=$(median <"$kernel.plain")
        empty=$(median <"$kernel.empty")
        tsc=$(median <"$kernel.tsc")
        printf '%-9s %9.2f' "$kernel" "$plain"
        for tool in $tools; do
            [ "$tool" = plain ] && continue
            floor=$tsc
            [ "$tool" = count ] || [ "$tool" = empty ] && floor=$empty
            median <"$kernel.$tool" | awk -v p="$plain" -v f="$floor" \
                '{ printf " %7.2f [%5.2f]", $1 - p, ($1 - p) / (f - p) }'
        done
        echo
    done
    echo "floors: empty for empty and count, tsc for all others"
    command -v uftrace >/dev/null || echo "uftrace is not installed"
}

# --- sampling --------------------------------------------------------------
sample_table() {
    $cc -std=gnu11 -O2 -g -pthread tests/bench/calls.c -o "$work/plain"
    profiler=$(ls /usr/lib/*/libprofiler.so.0 2>/dev/null | head -1)
    cd "$work"
    tools="plain hz100 hz997 hz4000"
    [ -n "$profiler" ] && tools="$tools gperftools"
    round=0
    while [ "$round" -lt "$rounds" ]; do
        for tool in $tools; do
            case $tool in
            plain) ./plain fib 40 ;;
            hz*) PROF_HZ=${tool#hz} LD_PRELOAD=$top/$build/libprof.so \
                ./plain fib 40 ;;
            gperftools) CPUPROFILE=g.out CPUPROFILE_FREQUENCY=997 \
                LD_PRELOAD=$profiler ./plain fib 40 2>/dev/null ;;
            esac | awk '{ print $2 }' >>"sample.$tool"
            rm -f ./*.prof g.out*
        done
        round=$((round + 1))
    done
    plain=$(median <sample.plain)
    echo "sampling: time of fib(40), median of $rounds"
    for tool in $tools; do
        median <"sample.$tool" | awk -v p="$plain" -v t="$tool" \
            '{ printf "%-12s %7.3f s  %+6.2f %%\n", t, $1, ($1 / p - 1) * 100 }'
    done
    [ -n "$profiler" ] || echo "gperftools is not installed"
}

case ${1:-all} in
trace) trace_build && trace_table ;;
sample) sample_table ;;
all)
    trace_build
    (trace_table)
    echo
    sample_table
    ;;
*)
    echo "usage: bench.sh [trace|sample]" >&2
    exit 2
    ;;
esac
