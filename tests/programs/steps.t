#!/bin/sh
# steps.t - a handler whose functions are traced comes at each instruction of the
# hooks, one after the other: every call is counted, and where it was made; and a
# child that is forked there lives.
. tests/lib.sh

if [ "$(uname -m)" != x86_64 ]; then
	skip 'for x86-64 only' 'handlers at each instruction'
	finish
	exit
fi

# steps KIND VARIABLE...: run the program, and look at its own profile.
steps() {
	kind=$1
	shift
	rm -f ./*.prof
	quietly with PROF_ENGINE=timer "$@" "$programs/steps.trace" "$kind"
	what="$* $kind"
	is "$status $(grep -c status out)" '0 0' "$what: it ends well"
	came=$(sed -n 's/^came \([0-9]*\) .*/\1/p' out)
	between "$came" 200 20000 "$what: the handler came at each instruction"
	look "./steps.trace.$(sed -n 's/.* pid //p' out).prof"
	ok $? "$what: the profile reads"
	is "$(calls handler)" "$came" "$what: the handler is counted each time"
	nothing_lost "$what: nothing is lost"
	adds_up "$what: times add up to the total"
	[ "$kind" != jump ] || return
	# Twice, once more, then until the handler came no more, and 100 times.
	is "$(calls path) $(calls first)" "$((came + 104)) $((came + 104))" \
		"$what: so are the functions that it interrupts"
	is "$(calls second)" $((came + came + 104)) \
		"$what: and one that both call"
	is "$(tool report --tree='[(]other[)]' --min=0 ./steps.trace.*.prof |
		awk '/steps.c:/ { print $(NF - 1) }' | xargs)" 'other shared' \
		"$what: contexts are not mixed up"
}

for mode in PROF_MODE=count PROF_MODE=trace; do
	steps call $mode
	steps deep $mode
	is "$(calls down)" $((came * 301)) "$what: so are 301 levels of recursion"
	steps jump $mode
	is "$(calls jumped_to)" $((came + 2)) \
		"$what: so is the function that it jumps to"
	steps fork $mode
	rm -f ./*.prof
	quietly with PROF_ENGINE=timer $mode "$programs/steps.trace" beside
	look ./*.prof
	is "$status $(tool report --tree='[(]other[)]' --min=0 ./*.prof |
		awk '/steps.c:/ { print $4, $(NF - 1) }' | sort | xargs)" \
		'0 1 first 1 second 3 other 3 shared' \
		"$mode: nor with one beside the handler's"
	# At each seventh instruction, in a process of its own.
	at=0
	while :; do
		rm -f ./*.prof
		quietly with PROF_ENGINE=timer $mode "$programs/steps.trace" grow $at
		[ "$status $(cut -c 1-6 out)" = '0 came 1' ] || break
		look ./*.prof && [ "$(calls down) $(calls path)" = '70001 104' ] || break
		at=$((at + 7))
	done
	is "$status $(cut -c 1-6 out)" '0 came 0' \
		"$mode: the shadow stack grows under each seventh instruction"
	between $at 200 2000 "$mode: to the last one"
done

# A handler that comes in the midst of making a context forks: all children end
# well, and are recorded or say that they are not.
for mode in PROF_MODE=count PROF_MODE=trace \
	'PROF_MODE=trace PROF_MIN_DURATION=4s'; do
	for kind in new fork; do
		rm -f ./*.prof
		# shellcheck disable=SC2086
		quietly with PROF_ENGINE=timer $mode "$programs/steps.trace" $kind \
			$((count % 11)) 11
		what="$mode $kind"
		is "$status $(grep -c status out)" '0 0' "$what: all end well"
		came=$(sed -n 's/^came \([0-9]*\) .*/\1/p' out)
		between "$came" 20 20000 "$what: handlers come at each eleventh instruction"
		unseen=$(grep -c 'not recording the child$' err)
		is "$(ls ./*.prof | wc -l) $(grep -c libprof: err)" \
			"$((came - unseen + 1)) $unseen" \
			"$what: each child is recorded, or tells that it is not"
		look "$(echo ./*".$(sed -n 's/.* pid //p' out).prof")"
		ok $? "$what: the profile reads"
	done
done

# Durations are kept by code that nothing may interrupt: what comes there is lost,
# and told.
rm -f ./*.prof
quietly with PROF_MODE=trace PROF_DURATIONS=1 "$programs/steps.trace" call
came=$(sed -n 's/^came \([0-9]*\) .*/\1/p' out)
look ./*.prof
is "$status $?" '0 0' 'durations: it ends well, and the profile reads'
lost=$(awk '/events inside the profiler itself/ { print $2 }' info)
# The handler, and what it calls.
is "$((2 * $(calls handler) + ${lost:-0}))" $((2 * came)) \
	'durations: each call is counted, or told to be lost'
is "$(calls path) $(calls first)" "$((came + 104)) $((came + 104))" \
	'durations: functions that are interrupted are counted'
finish
