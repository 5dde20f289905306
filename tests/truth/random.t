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

# examine NAME MODE [HIDDEN]: run ./random in that mode; compare. HIDDEN
# functions are left out by the file filter.
examine() {
	rm -f ./*.prof libprof.out
	quietly with PROF_MODE="$2" ${3:+PROF_FILTER=filter} ./random oracle \
		${3:+"$3"}
	wordless "$1: runs, without a message"
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
	[ -z "$3" ] || is "$(left_out) calls" \
		"$(sed -n 's/^# left out //p' out) calls" \
		"$1: as many calls are left out as it hides"
}

# hide SEED: leave out a third of the functions, by name or by what is not
# named; sets $hidden to their list.
hide() {
	hidden=,
	for f in $(sed -n 's/.*names\[ALL\] = { \(.*\)/\1/p' random.c |
		tr -d '",'); do
		case $f in
		*[$(($1 % 3))$(($1 % 3 + 3))$(($1 % 3 + 6))]) ;;
		*) continue ;;
		esac
		hidden=$hidden$f,
	done
	digits=$(($1 % 3))$(($1 % 3 + 3))$(($1 % 3 + 6))
	if [ $(($1 % 2)) -eq 0 ]; then
		hidden=${hidden}sorted,work,
		tool filter --exclude="f*[$digits]" --exclude=sorted \
			--exclude=work -o filter ./random 2>warnings
	else
		hidden=${hidden}compare,sorted,work,main,
		tool filter --include='f[0-9]*' --exclude="f*[$digits]" \
			-o filter ./random 2>warnings
	fi
}

# limit NAME VARIABLE=VALUE: with contexts up to a depth only, or calls from a
# duration on, no call is lost.
limit() {
	all=$(awk -F '\t' '{ n += $2 } END { print n }' expected)
	rm -f ./*.prof
	quietly with PROF_MODE=trace "$2" ./random oracle
	look ./*.prof
	some=$(awk -F '\t' '{ n += $1 } END { print n }' table)
	[ $((some + $(left_out))) -eq "$all" ]
	ok $? "$1: calls and what is left out are all calls" ||
		echo "#   $some + $(left_out), not $all"
	adds_up "$1: the report adds up"
	tool convert -t callgrind -o libprof.out ./*.prof >convert.log 2>&1
	exactly libprof.out >sums
	ok $? "$1: own times are the total, exactly" || sed 's/^/#   /' sums
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
	limit "$name, depth" PROF_CALL_DEPTH=$((seed % 4 + 1))
	limit "$name, duration" \
		PROF_MIN_DURATION="$(pick $seed 30ns 100ns 1us 10us)"
	hide $seed
	examine "$name, filtered" "$(pick $seed trace count)" "$hidden"
	seed=$((seed + 1))
done

# --- inlined ------------------------------------------------------------------
# What was inlined into the function that longjmp returns to has no frame of
# its own, and so no stack pointer that would tell that it was left: setjmp says
# how many there were.

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

__attribute__((always_inline)) static inline void twice(void)
{
	inlined();
	x++;
}

__attribute__((noinline)) static void after(void)
{
	x++;
}

/* What is active when setjmp is called stays so; clang inlines it. */
static inline void inlined_too(void)
{
	if (!setjmp(env))
		inlined();
	after();
}

__attribute__((noinline)) static void outer(void)
{
	if (!setjmp(env))
		inlined();
	after();
	if (!_setjmp(env))
		twice();
	after();
	if (!sigsetjmp(env, 1))
		twice();
	after();
	inlined_too();
	after();
}

/* Time and again, to a setjmp that was made once. */
__attribute__((noinline)) static void again(void)
{
	volatile int n = 0;

	setjmp(env);
	if (n++)
		after();
	if (n <= 10)
		twice();
}

int main(void)
{
	outer();
	again();
	return 0;
}
END
for compiler in $compilers; do
	rm -f ./*.prof
	$compiler -O2 -g -w -finstrument-functions -o inlined inlined.c &&
		quietly with PROF_MODE=trace ./inlined
	is "$(callers after ./*.prof | xargs)" '1 inlined_too 10 again 4 outer' \
		"$compiler: inlined functions are left by longjmp"
	is "$(callers inlined ./*.prof | xargs)" '1 inlined_too 1 outer 12 twice' \
		"$compiler: and those that it goes back to are not"
done
finish
