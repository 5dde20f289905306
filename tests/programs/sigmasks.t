#!/bin/sh
# sigmasks.t - threads that block signals, wait for them or handle them on
# stacks of their own: all of it works as ever, and they are sampled.
# Measures time.
. tests/lib.sh

quietly without "$programs/sigmasks"
is "$status $(wc -l <out)" '0 26' 'the program does its work'
mv out plain.out

# run WHAT LOW HIGH [ASSIGNMENT...]: of the 0.4 s of work_blocked LOW s are
# sampled at least. By wall clock a busy machine makes it HIGH times as much.
run() {
	what=$1
	low=$2
	high=$3
	shift 3
	rm -f ./*.prof
	quietly with PROF_FOLLOW=exec "$@" "$programs/sigmasks"
	is "$status" 0 "$what: it ends as ever"
	empty err "$what: not a word"
	same out plain.out "$what: it prints the same"
	look ./*.prof
	ok $? "$what: the profile reads"
	share "$(cumtime work_blocked)" "$low" $high \
		"$what: a thread that blocks all signals is sampled"
	share "$(cumtime work_on_altstack)" 0.07 $high \
		"$what: a handler on a stack of its own is"
	share "$(cumtime work_on_small_stack)" 0.07 $high \
		"$what: a thread of 16 KiB of stack is"
	between "$(total)" 0.55 $((3 * high)) "$what: all time is billed"
	adds_up "$what: times add up to the total"
}

run auto 0.25 1
perf=0
with PROF_ENGINE=perf true 2>&1 | grep -q 'not available' || perf=1
[ $perf -eq 0 ] || run perf 0.35 1 PROF_ENGINE=perf PROF_HZ=4000
run timer 0.2 1 PROF_ENGINE=timer
run 'wall clock' 0.2 20 PROF_CLOCK=wall
quietly with PROF_MODE=trace "$programs/sigmasks.trace"
is "$status" 0 'traced: it ends as ever'
same out plain.out 'traced: it prints the same'
finish
