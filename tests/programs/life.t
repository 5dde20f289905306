#!/bin/sh
# life.t - however a process ends, it ends as it would have without us, and
# its profile reads.
# Measures time.
. tests/lib.sh

# The shares of work_a and work_b, which burn 3 : 1 of CPU time; "thread" calls
# work_b once more. Sanitizers' own work at the end of a process counts as well.
# One sample of the kernel's 250 a second is 4 ms.
shares() {
	low=1.6
	high=6
	[ "$2" = thread ] && low=0.8 high=3
	$sanitized && low=0.5 high=8
	check=between
	grep -q '^  samples ' info && check=share
	# On a busy machine, what a late sample is billed to is chance.
	for attempt in 1 2 3; do
		ratio=$(awk -F '\t' '$5 == "work_a" { a += $4 }
			$5 == "work_b" { b += $4 }
			END { print a / (b + 1e-9) }' table)
		awk "BEGIN { exit !($ratio >= $low && $ratio <= $high) }" &&
			break
		rm -f ./*.prof
		quietly with "$programs/$1" "$2" $ms
		look ./*.prof
	done
	$check "$ratio" $low $high \
		"$1 $2: work_a takes three times as long as each work_b"
}

# ends PROGRAM HOW: check one way.
ends() {
	name=$1
	how=$2
	rm -f ./*.prof
	quietly without "$programs/$name" "$how" 1
	plain=$status
	mv out plain.out
	quietly with "$programs/$name" "$how" $ms
	is $status $plain "$name $how: the same exit status or signal"
	same out plain.out "$name $how: the same output"
	# A sanitizer reports the signal there, with or without us.
	$sanitized || empty err "$name $how: nothing on stderr"
	[ "$(ls ./*.prof | wc -l)" -eq 1 ] && look ./*.prof
	ok $? "$name $how: there is one profile, and it reads"
	case $how in
	exit | thread)
		has report "ended with status $plain\\b" \
			"$name $how: the report tells the status"
		! ls -A | grep -q 'part$'
		ok $? "$name $how: no other file is left"
		;;
	_exit | quick)
		has report "ended by _exit with status $plain\b" \
			"$name $how: the report says that it ended in a hurry"
		;;
	*)
		$sanitized ||
			has report 'did not exit cleanly' \
				"$name $how: the report says that it was cut"
		;;
	esac
	shares "$name" "$how"
}

ms=200
ways='exit _exit quick abort kill term segv thread'
for how in $ways; do
	ends life "$how"
done
# By CPU time, for another process on this CPU is not in the way then.
ms=80
PROF_CLOCK=cpu
export PROF_CLOCK
for how in $ways; do
	ends life.trace "$how"
	is "$(calls work_a) $(calls work_b) $(calls end)" \
		"1 $([ "$how" = thread ] && echo 2 || echo 1) 1" \
		"life.trace $how: all calls are there"
done
ms=200
PROF_MODE=count
export PROF_MODE
for how in exit kill; do
	ends life.trace "$how"
	is "$(calls work_a) $(calls work_b) $(calls end)" '1 1 1' \
		"life.trace $how, counted: all calls are there"
done
unset PROF_MODE PROF_CLOCK

# Wall time, the default of trace, is at least what it took.
rm -f ./*.prof
quietly with "$programs/life.trace" kill 100
look ./*.prof
ok $? 'a killed process, by wall time'
between "$(total)" 0.099 2 'its total is what it took until then'
adds_up 'and its times add up to that'
finish
