#!/bin/sh
# jumps.t - frames left by longjmp, deep recursion, handlers at any moment:
# every call is counted, and what was left is told.
. tests/lib.sh

quietly without "$programs/jumps"
lives_alone
mv out plain.out
has plain.out '^thrown 155$' 'the program does its jumps'

for mode in trace count; do
	rm -f ./*.prof
	quietly with PROF_MODE=$mode "$programs/jumps.trace"
	is $status 0 "$mode: it ends as ever"
	same out plain.out "$mode: it prints the same"
	look ./*.prof
	ok $? "$mode: its profile reads"
	is "leaf $(calls leaf) in_handler $(calls in_handler)" \
		"$(sed 's/ on_alarm.*//' err)" \
		"$mode: leaf and in_handler are counted to the last call"
	is "on_alarm $(calls on_alarm)" "$(sed 's/.* on_al/on_al/' err)" \
		"$mode: and so is the handler itself"
	is "$(calls down)/$(primitive down)" 100001/1 \
		"$mode: down recurses to 100001 levels"
	is "$(calls is_even) $(calls is_odd)" '50001 50000' \
		"$mode: and so do is_even and is_odd in turn"
	is "$(calls throw_from) $(calls catch_one) $(calls catch_in_loop)" \
		'155 10 1' "$mode: calls that a jump ended are counted"
	is "$(callers leaf ./*.prof | xargs)" \
		"100 catch_in_loop $(($(calls leaf) - 100)) spin_with_alarms" \
		"$mode: after a jump, the caller is the one that it came to"
	is "$(callers throw_from ./*.prof | xargs)" \
		'10 catch_one 100 catch_in_loop 45 throw_from' \
		"$mode: time and again"
	is "$(callers in_handler ./*.prof | xargs)" \
		"$(calls in_handler) on_alarm" \
		"$mode: in_handler is called by the handler only"
	is "$(noted 'longjmp or an exception')" 155 \
		"$mode: info says how many frames were left"
	is "$(noted 'exits without an enter')" 0 \
		"$mode: no exit was without an enter"
	nothing_lost "$mode: nothing is lost"
	adds_up "$mode: times add up to the total"
	[ "$(wc -c <"$(ls ./*.prof)")" -lt 65536 ]
	ok $? "$mode: recursion does not make the profile large"
done

rm -f ./*.prof
quietly with "$programs/jumps"
is $status 0 'sampled: it ends as ever'
same out plain.out 'sampled: it prints the same'
look ./*.prof
ok $? 'sampled: its profile reads'
share "$(cumtime spin_with_alarms)" 0.2 0.5 \
	'sampled: spin_with_alarms takes its 0.3 s'
finish
