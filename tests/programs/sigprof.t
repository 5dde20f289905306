#!/bin/sh
# sigprof.t - a program that has uses of its own for SIGPROF keeps them.
# Measures time.
. tests/lib.sh

# On a busy machine the kernel gives too few ticks, with and without us.
for attempt in 1 2 3; do
	quietly without "$programs/sigprof"
	[ "$(grep -c ': 1$' out)" -eq 6 ] && break
done
sed 's/^ticks enough: 0$/ticks enough: 1/' out >plain.out
is "$status $(grep -c ': 1$' plain.out)" '0 6' \
	'without us all its checks hold'

# busy: whether the program gets too few ticks without us as well, now.
busy() {
	for again in 1 2 3 4; do
		without "$programs/sigprof" | grep -qx 'ticks enough: 0' &&
			return 0
	done
	return 1
}

# run NAME WHAT [ASSIGNMENT...]
run() {
	name=$1
	what=$2
	shift 2
	rm -f ./*.prof
	quietly with "$@" "$programs/$name"
	wordless "$what: runs without a word"
	for attempt in 2 3; do
		cmp -s out plain.out && break
		rm -f ./*.prof
		quietly with "$@" "$programs/$name"
	done
	if grep -qx 'ticks enough: 0' out && busy; then
		sed 's/^ticks enough: 0$/ticks enough: 1/' out >raised
		mv raised out
	fi
	same out plain.out "$what: its handlers and timers work as ever"
	look ./*.prof
	ok $? "$what: its profile reads"
}

run sigprof 'sampled'
share "$(cumtime spin)" 0.5 0.75 'sampled: spin takes its 0.6 s'
run sigprof 'sampled fast' PROF_HZ=20000
run sigprof 'sampled by wall clock' PROF_CLOCK=wall
run sigprof.trace 'traced'
is "$(calls spin) $(calls on_info)" '2 1' 'traced: spin twice, on_info once'
between "$(calls on_tick)" 1 40 'traced: the ticks of its timer'
run sigprof.trace 'counted' PROF_MODE=count
is "$(calls spin) $(calls on_info)" '2 1' 'counted: spin twice, on_info once'
between "$(calls on_tick)" 1 40 'counted: the ticks of its timer'

# Programs without a handler die by an interval timer of their own: as they
# would. Those that ignore it go on, and so does what they execute.
cat >timer.c <<'END'
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	struct itimerval timer = { { 0, 10000 }, { 0, 10000 } };
	(void)argv;
	if (argc > 1)
		signal(SIGPROF, SIG_IGN);
	setitimer(ITIMER_PROF, &timer, NULL);
	while (clock() < CLOCKS_PER_SEC / 5)
		;
	return 7;
}
END
$cc -o timer timer.c
ok $? 'a program with an interval timer of its own builds'
for mode in sample trace; do
	quietly with PROF_MODE=$mode ./timer
	is $status 155 "$mode: without a handler its timer ends it (128 + 27)"
	quietly with PROF_MODE=$mode ./timer ignore
	is $status 7 "$mode: ignoring it, it goes on"
done
finish
