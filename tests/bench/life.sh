#!/bin/sh
# life.sh - what libprof adds to the life of a process: start and exit, fork,
# exec, dlopen. Medians of ROUNDS (default 7) runs with and without, in turn.
set -eu
build=${BUILD:-build/release}
rounds=${ROUNDS:-7}
cc=${CC:-gcc}
case $build in
/*) ;;
*) build=$PWD/$build ;;
esac
lib=$build/libprof.so
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
$cc -std=gnu11 -O2 tests/bench/life.c -o "$work/life" -pthread -ldl
echo 'int plugin(int a) { return a + 1; }' >"$work/plugin.c"
$cc -O2 -shared -fPIC -o "$work/plugin.so" "$work/plugin.c"
cd "$work"

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# take NAME COMMAND...: its figure, with and without.
take() {
    name=$1
    shift
    "$@" >>"$name.plain"
    env LD_PRELOAD="$lib" "$@" >>"$name.with"
    rm -f ./*.prof
}

round=0
while [ "$round" -lt "$rounds" ]; do
    take fork ./life fork 1000
    take exec ./life exec 200 /bin/true
    take dlopen ./life dlopen 1 ./plugin.so
    # 100 starts in a shell that is not profiled itself.
    for kind in plain with; do
        preload=
        [ $kind = plain ] || preload=$lib
        start=$(date +%s%N)
        i=0
        while [ $i -lt 100 ]; do
            LD_PRELOAD=$preload /bin/true
            i=$((i + 1))
        done
        end=$(date +%s%N)
        echo $(((end - start) / 100000)) >>true.$kind
    done
    round=$((round + 1))
done

show() { # NAME UNIT WHAT
    awk -v a="$(median <"$1.plain")" -v b="$(median <"$1.with")" \
        -v unit="$2" -v what="$3" 'BEGIN {
        printf "%-34s plain %10.4g %s, with libprof %10.4g %s: %.2f times, %+.4g\n",
            what, a, unit, b, unit, b / a, b - a }'
}
show true us 'start and exit of true'
show fork s 'fork and wait, 1000 times'
show exec s 'fork, exec true, wait, 200 times'
show dlopen /s 'dlopen and dlclose, one more thread'
