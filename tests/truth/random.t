#!/bin/sh
# random.t - programs of random calls, which count them themselves: libprof
# counts the same.
#
# 10 programs; 100 with PROF_TEST_LONG=1. RANDOM_FIRST is the first seed, 1
# unless set; a failure names its seed.
. tests/lib.sh

here=$top/tests/truth
first=${RANDOM_FIRST:-1}
programs=10
[ -z "$PROF_TEST_LONG" ] || programs=100

compilers=$cc
for other in gcc clang; do
	case $cc in
	*$other*) ;;
	*) ! command -v $other >/dev/null || compilers="$compilers $other" ;;
	esac
done

# pick N WORD...: the Nth of the words, starting again after the last.
pick() {
	n=$(($1 % ($# - 1) + 1))
	shift $n
	echo "$1"
}

# exactly FILE: what is in callgrind's format adds up: what the functions took
# themselves is the total, and no call took longer.
exactly() {
	awk '
	/^totals:/ { total = $2 }
	/^calls=/ { inclusive = 1; next }
	/^(0x[0-9a-f]+|[-+*][0-9]*) / {
		if (inclusive && $3 > most)
			most = $3
		if (!inclusive)
			sum += $3
		inclusive = 0
	}
	END {
		printf "sum %d, total %d, longest %d\n", sum, total, most
		exit !(sum == total && most <= total && total > 0)
	}' "$1"
}

# examine NAME MODE: run ./random in that mode; compare.
examine() {
	rm -f ./*.prof libprof.out
	quietly with PROF_MODE="$2" ./random oracle
	[ $status -eq 0 ] && [ ! -s err ]
	ok $? "$1: runs, without a message" || sed 's/^/#   /' err
	tool convert -t callgrind -o libprof.out ./*.prof >convert.log 2>&1
	awk -v program=random -f "$here/callgrind_edges.awk" libprof.out out \
		>differences
	ok $? "$1: calls and edges are as the program counts them"
	tail -n 20 differences | sed 's/^/#   /'
	look ./*.prof
	awk -F '\t' '{ print $5 "\t" $1 "\t" $2 }' table | sort >counted
	sort oracle >expected
	same counted expected "$1: primitive calls are as it counts them"
	exactly libprof.out >sums
	ok $? "$1: the functions' own times are the total, exactly" ||
		sed 's/^/#   /' sums
	adds_up "$1: the report adds up, and none took longer than all"
}

seed=$first
while [ $seed -lt $((first + programs)) ]; do
	compiler=$(pick $seed $compilers)
	level=$(pick $((seed / 2)) -O1 -O2 -O3 -O0)
	name="seed $seed, $compiler $level"
	awk -v seed=$seed -v directory="$here" \
		-f "$here/random_program.awk" >random.c &&
		$compiler $level -g -w -finstrument-functions -o random \
			random.c -pthread
	ok $? "$name: is built" || break
	examine "$name, trace" trace
	examine "$name, count" count
	seed=$((seed + 1))
done

# --- inlined ------------------------------------------------------------------
# What was inlined into the function that longjmp returns to has no frame of
# its own, and so no stack pointer that would tell that it was left.

cat >inlined.c <<'END'
#include <setjmp.h>

static jmp_buf env;
volatile int x;

__attribute__((noinline)) static void leave(void)
{
	longjmp(env, 1);
}

__attribute__((always_inline)) static inline void inlined(void)
{
	leave();
	x++;
}

__attribute__((noinline)) static void after(void)
{
	x++;
}

__attribute__((noinline)) static void outer(void)
{
	if (!setjmp(env))
		inlined();
	after();
}

int main(void)
{
	outer();
	return 0;
}
END
for compiler in $compilers; do
	rm -f ./*.prof
	$compiler -O2 -g -w -finstrument-functions -o inlined inlined.c &&
		quietly with PROF_MODE=trace ./inlined
	todo='longjmp leaves what was inlined on the stack'
	is "$(callers after ./*.prof)" '1 outer' \
		"$compiler: an inlined function is left by longjmp"
	todo=
done
finish
