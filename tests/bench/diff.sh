#!/bin/sh
# diff.sh - does "prof diff" name the function that became slower, and no other?
#
# Two builds of basel: in one, divide_scalar does a tenth of its divisions twice.
# Both have the same code, and differ by a number in their data, so that nothing
# else moves. Each of TRIES comparisons (20) is one of RUNS fresh runs a side
# (40), in turns, of the slow build and of the equal one. Says how many named
# exactly that function, and how many of equal builds named none.
. tests/bench/lib.sh

tries=${TRIES:-20}
runs=${RUNS:-40}
command="${TERMS:-1e8} --variant basel_chunks"
prof=$top/$build/prof

sed '/REAL_CALL struct array divide_scalar(/,/^}/ {
	/REAL_CALL/i extern volatile const size_t extra_percent;
	/return result/i __asm__ volatile("" ::: "memory");\
	for (size_t i = 0; i < b.length * extra_percent / 100; i++)\
		result.values[i] = a / b.values[i];
}' examples/basel.c >"$work/basel.c"
make_basel() { # NAME PERCENT
	echo "const volatile unsigned long extra_percent = $2;" >"$work/$1.c"
	"$cc" -std=gnu11 -O2 -g -I. -Iinclude -o "$work/$1" "$work/basel.c" \
		"$work/$1.c" examples/common/*.c -lm -pthread || exit 1
}
make_basel fast 0
make_basel slow 10

# The names of the regressions between both commands.
regressions() { # HEAD
	"$prof" diff --runs="$runs" "./fast $command" "./$1 $command" \
		>"$work/out" || exit 1
	sed -n '/^Regressions/,/^Improvements/s/.*(\([a-zA-Z_0-9]*\))$/\1/p' \
		"$work/out" | tr '\n' ' '
}

cd "$work" || exit 1
found=0 none=0
for try in $(seq "$tries"); do
	slow=$(regressions slow)
	sed -n 's/^run in turns: //p; s/^\(.*\)(divide_scalar)$/  \1/p' out
	fast=$(regressions fast)
	[ "$slow" = "divide_scalar " ] && found=$((found + 1))
	[ -z "$fast" ] && none=$((none + 1))
	echo "try $try: slow: ${slow:-none }- equal: ${fast:-none}"
done
echo "$runs runs a side of ./basel $command"
echo "one function 10 % slower: $found of $tries name exactly that one"
echo "equal builds: $none of $tries without a regression"
[ "$found" -eq "$tries" ] && [ "$none" -ge $((tries * 19 / 20)) ]
