#!/bin/sh
# sample.sh [walks|depth|overhead|shares|threads|life]: sampling, beside rivals,
# in one run. Without an argument: all of them.
#
# Figures are medians of ROUNDS (default 3) runs, or the least of them where
# a program's whole time is compared, taken in turn with the others.
# What is not installed is left out and named.
set -eu
ROUNDS=${ROUNDS:-3}
. tests/bench/lib.sh
case $build in
/*) ;;
*) build=$top/$build ;;
esac
lib=$build/libprof.so
walks=$build/walks.so
tool=$build/prof
profiler=$(ls /usr/lib/*/libprofiler.so.0 2>/dev/null | head -1)
command -v perf >/dev/null && perf=perf || perf=
[ -n "$profiler" ] || echo "gperftools is not installed"
[ -n "$perf" ] || echo "perf is not installed"
unset LD_PRELOAD

# --- programs --------------------------------------------------------------
write_inputs() {
    cat >work.py <<'END'
import json, re, zlib
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
fib(27)
text = json.dumps([{"n": i, "square": i * i} for i in range(150000)])
sum(map(int, re.findall(r"\d+", text)))
zlib.crc32(bytes(sorted(text.encode())))
END
    cat >work.pl <<'END'
my (%h, $s);
for my $i (1 .. 400000) { $h{"k$i"} = $i * 3; $s .= chr(65 + $i % 26); }
my @a = sort { $h{$a} <=> $h{$b} } keys %h;
sub deep { my ($n) = @_; return $n ? deep($n - 1) + 1 : 0 }
deep(50) for 1 .. 5000;
$s =~ s/AB(C+)/$1x/g;
END
    awk 'BEGIN {
        print "double sqrt(double);"
        for (i = 0; i < 150; i++) {
            printf "struct s%d { int a[%d]; double d; struct s%d *next; };\n",
                i, i % 7 + 1, i
            printf "static __attribute__((noinline)) int f%d(int x, " \
                "struct s%d *p, double *v) {\n int i, sum = 0;\n" \
                " for (i = 0; i < x; i++) {\n" \
                "  if (p->a[i %% %d] > x) sum += p->a[0] * i;\n" \
                "  else sum ^= (int)(v[i] * %d);\n" \
                "  switch ((x + i) %% 4) { case 0: sum += %d; break;\n" \
                "   case 1: sum *= 3; break;\n" \
                "   case 2: v[i] = sqrt(v[i] + %d); break;\n" \
                "   default: sum >>= 1; }\n" \
                "  if (p->next) p = p->next;\n }\n", i, i, i % 7 + 1, i, i, i
            if (i)
                printf " return sum + f%d(x - 1, (struct s%d *)p, v);\n}\n",
                    i - 1, i - 1
            else
                print " return sum;\n}"
        }
        print "int entry(int x, void *p, double *v)"
        print "{ return f149(x, p, v); }"
    }' >work.c
}

# program NAME: run it, with what is before it in the environment.
program() {
    case $1 in
    python3) /usr/bin/python3 -I work.py ;;
    perl) /usr/bin/perl work.pl ;;
    cc1) "$cc1" -quiet -O2 work.c -o work.s ;;
    clang) "$clang" -cc1 -triple x86_64-pc-linux-gnu -emit-obj -O2 \
        -o work.o work.c ;;
    esac
}

find_programs() {
    cc1=$(gcc -print-prog-name=cc1 2>/dev/null || true)
    clang=$(readlink -f "$(command -v clang || true)")
    programs=
    [ -x /usr/bin/python3 ] && programs="$programs python3"
    [ -x "$cc1" ] && programs="$programs cc1"
    [ -x /usr/bin/perl ] && programs="$programs perl"
    [ -x "$clang" ] && programs="$programs clang"
}

walk_methods="fp unw_backtrace unw_step backtrace rows memo sample"

# --- what a walk costs in the handler ----------------------------------------
walks_table() {
    write_inputs
    find_programs
    for program in $programs; do
        round=0
        while [ "$round" -lt "$rounds" ]; do
            for method in $walk_methods; do
                WALK=$method WALK_OUT=out.$program.$method LD_PRELOAD=$walks \
                    program "$program" >/dev/null ||
                    echo "$program, $method: ended with status $?"
            done
            round=$((round + 1))
        done
    done
    echo "us per sample in the handler at 4000 Hz (frames seen), mean without"
    echo "the longest hundredth; rows: ours, each stack whole; memo: with the"
    echo "outer frames of the last; sample: memo, the clock and the context"
    printf '%-10s' program
    for method in $walk_methods; do printf ' %16s' "$method"; done
    echo
    for program in $programs; do
        printf '%-10s' "$program"
        for method in $walk_methods; do
            awk '{ print $5, $3 }' "out.$program.$method" | sort -n |
                awk '{ us[NR] = $1; n[NR] = $2 } END {
                    i = int((NR + 1) / 2)
                    printf " %16s", (n[i] > 0 ? sprintf("%.2f (%.0f)", us[i],
                        n[i]) : sprintf("%.2f", us[i])) }'
        done
        echo
    done
}

# --- by depth ------------------------------------------------------------------
depth_one() { # METHOD DEPTH: ns of one raise(SIGPROF) there
    count=20000
    case $1 in backtrace | unw_step | gperftools) count=2000 ;; esac
    case $1 in
    gperftools)
        CPUPROFILE=g.out LD_PRELOAD=$profiler \
            "$build/bench/depth" "$2" raise $count 2>/dev/null
        ;;
    *)
        WALK=$1 WALK_HZ=0 WALK_OUT=/dev/null LD_PRELOAD=$walks \
            "$build/bench/depth" "$2" raise $count
        ;;
    esac
}

depth_table() {
    methods="empty $walk_methods"
    [ -n "$profiler" ] && methods="$methods gperftools"
    for depth in 10 30 100 500; do
        round=0
        while [ "$round" -lt "$rounds" ]; do
            for method in $methods; do
                depth_one "$method" $depth >>"depth.$depth.$method"
            done
            round=$((round + 1))
        done
    done
    echo "us per sample over an empty handler, by frames on the stack"
    printf '%-6s' frames
    for method in $methods; do
        [ "$method" = empty ] || printf ' %13s' "$method"
    done
    echo
    for depth in 10 30 100 500; do
        printf '%-6s' $depth
        empty=$(median <"depth.$depth.empty")
        for method in $methods; do
            [ "$method" = empty ] && continue
            median <"depth.$depth.$method" |
                awk -v e="$empty" '{ printf " %13.2f", ($1 - e) / 1000 }'
        done
        echo
    done
}

# --- what the program feels ------------------------------------------------------
# overhead_one TOOL HZ KERNEL: seconds.
overhead_one() {
    case $1 in
    plain) ./calls "$3" "$4" ;;
    libprof) PROF_MODE=sample PROF_HZ=$2 LD_PRELOAD=$lib ./calls "$3" "$4" ;;
    gperftools) CPUPROFILE=g.out CPUPROFILE_FREQUENCY=$2 \
        LD_PRELOAD=$profiler ./calls "$3" "$4" 2>/dev/null ;;
    perf) perf record -q -F "$2" -g -o perf.out ./calls "$3" "$4" \
        2>/dev/null ;;
    perf-dwarf) perf record -q -F "$2" --call-graph dwarf -o perf.out \
        ./calls "$3" "$4" 2>/dev/null ;;
    esac | awk '{ print $2 }'
    rm -f ./*.prof g.out perf.out
}

overhead_table() {
    $cc -std=gnu11 -O2 -g -pthread "$top/tests/bench/calls.c" -o calls
    tools=libprof
    [ -n "$profiler" ] && tools="$tools gperftools"
    [ -n "$perf" ] && tools="$tools perf perf-dwarf"
    round=0
    while [ "$round" -lt "$rounds" ]; do
        overhead_one plain 0 fib 40 >>over.plain
        for hz in 100 997 4000; do
            for tool_name in $tools; do
                overhead_one "$tool_name" $hz fib 40 \
                    >>"over.$hz.$tool_name"
            done
        done
        round=$((round + 1))
    done
    plain=$(least <over.plain)
    echo "time added to fib(40), $plain s, in per cent, by rate asked"
    printf '%-6s' Hz
    for tool_name in $tools; do printf ' %12s' "$tool_name"; done
    echo
    for hz in 100 997 4000; do
        printf '%-6s' $hz
        for tool_name in $tools; do
            least <"over.$hz.$tool_name" | awk -v p="$plain" \
                '{ printf " %12.2f", ($1 / p - 1) * 100 }'
        done
        echo
    done
}

# --- is it true? -------------------------------------------------------------------
# self FILE: "NAME SELF% +-%" of each function.
self() {
    "$tool" report "$1" | awk '
        /seconds of CPU time/ { total = $(NF - 4) }
        on && NF >= 7 {
            name = $NF
            sub(/.*\(/, "", name); sub(/\).*/, "", name)
            sub(/.*:/, "", name); sub(/}.*/, "", name)
            print name, $2 / total * 100, $3 / total * 100
        }
        /filename:lineno/ { on = 1 }'
}

shares_table() {
    runs=${RUNS:-5} ms=${MS:-2000}
    echo "50/30/15/5 program, $ms ms at 997 Hz, $runs runs"
    run=0
    while [ "$run" -lt "$runs" ]; do
        PROF_OUTPUT=s.prof LD_PRELOAD=$lib "$build/bench/shares" "$ms" >true
        self s.prof >found
        # What the program knows is without the 1 % that its clock takes.
        awk 'NR == FNR { is[$1] = $2; next }
            $1 in is { got[$1] = $2; half[$1] = $3; all += $2 / 100 }
            END { for (f in got) print f, got[f] / all, half[f] / all, is[f] }
            ' true found >>shares
        rm -f s*.prof
        run=$((run + 1))
    done
    awk '
        {
            n[$1]++; sum[$1] += $2; true[$1] += $4; half[$1] += $3
            e = $2 - $4; if (e < 0) e = -e
            if (e > worst[$1]) worst[$1] = e
            inside[$1] += e <= $3
            if (n[$1] > runs) runs = n[$1]
            if (e > $3) out[n[$1]] = 1
        }
        END {
            printf "%-8s %6s %6s %7s %12s %s\n", "function", "true", "mean",
                "worst", "interval", "true value inside it"
            split("half thirty fifteen five", order, " ")
            for (i = 1; i <= 4; i++) {
                f = order[i]
                printf "%-8s %6.2f %6.2f %7.2f %10.2f %8d of %d\n", f,
                    true[f] / n[f], sum[f] / n[f], worst[f],
                    half[f] / n[f], inside[f], n[f]
            }
            for (i = 1; i <= runs; i++) whole += !(i in out)
            printf "all four inside: %d of %d\n", whole, runs
        }' shares
}

# --- is it fair? ---------------------------------------------------------------------
# Of each engine, at each rate, with one thread and eight: what each thread got,
# and whether the total is what getrusage says since recording began.
threads_table() {
    ms=${MS:-1000}
    echo "threads of $ms ms of CPU time each, on $(nproc) processors"
    printf '%-6s %5s %7s %15s %15s %16s\n' engine asked threads \
        'CPU s of each' 'samples a CPU s' 'total/getrusage'
    for engine in perf timer; do
        for hz in 100 997 4000; do
            for many in 1 8; do
                PROF_ENGINE=$engine PROF_HZ=$hz PROF_OUTPUT=t.prof \
                    LD_PRELOAD=$lib "$build/bench/shares" "$ms" $many
                "$tool" info t.prof | threads_row $hz
                rm -f t*.prof
            done
        done
    done
}

threads_row() {
    awk -v hz="$1" '
        $1 == "CPU" && $2 == "time" {
            rusage = $4 + $7 - (/before/ ? $(NF - 1) : 0)
        }
        $1 == "mode" { total = $(NF - 3) }
        $1 == "engine" { engine = $2 }
        on && $2 == "shares" && $4 > 0.01 {
            rate = $3 / $4
            if (!n++ || rate < low) low = rate
            if (rate > high) high = rate
            if (n == 1 || $4 < least) least = $4
            if ($4 > most) most = $4
        }
        /^ +tid/ { on = 1 }
        END {
            printf "%-6s %5d %7d %6.3f to %5.3f %6.0f to %5.0f %14.2f %%\n",
                engine, hz, n, least, most, low, high, total / rusage * 100
        }'
}

life_table() {
    (cd "$top" && BUILD=$build sh tests/bench/life.sh)
}

cd "$work"
what=${1:-all}
case $what in
walks | depth | overhead | shares | threads | life) "${what}_table" ;;
all)
    walks_table
    echo
    depth_table
    echo
    overhead_table
    echo
    shares_table
    echo
    threads_table
    echo
    life_table
    ;;
*)
    echo "usage: sample.sh [walks|depth|overhead|shares|threads|life]" >&2
    exit 2
    ;;
esac
