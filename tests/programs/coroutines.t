#!/bin/sh
# coroutines.t - stacks that take turns on one thread, and one that moves
# between threads: every call is counted, in the context that it was made in.
# Measures time.
. tests/lib.sh

quietly without "$programs/coroutines" 1000
mv out plain.out
has plain.out '^ping_step 1000 ' 'the program takes its turns'

for mode in trace count; do
	rm -f ./*.prof
	quietly with PROF_MODE=$mode "$programs/coroutines.trace" 1000
	# AddressSanitizer warns of swapcontext, with or without us.
	[ $status -eq 0 ] && { $sanitized || [ ! -s err ]; }
	ok $? "$mode: runs without a word"
	same out plain.out "$mode: prints the same"
	look ./*.prof
	ok $? "$mode: its profile reads"
	is "ping_step $(calls ping_step) pong_step $(calls pong_step)\
 move_step $(calls move_step) leaf $(calls leaf)" "$(cat plain.out)" \
		"$mode: the counts are those that it prints"
	is "$(calls ping) $(calls pong) $(calls move) $(calls drive)" \
		'1 1 1 11' "$mode: and each coroutine was entered once"
	is "$(callers leaf ./*.prof | xargs)" '10 move_step 2000 ping_step' \
		"$mode: leaf was called by ping_step and move_step only"
	is "$(callers ping_step ./*.prof | xargs)" '1000 ping' \
		"$mode: ping_step by ping"
	is "$(callers pong_step ./*.prof | xargs)" '1000 pong' \
		"$mode: pong_step by pong"
	is "$(callers move_step ./*.prof | xargs)" '10 move' \
		"$mode: move_step by move, on whichever thread"
	nothing_lost "$mode: nothing is lost"
	adds_up "$mode: times add up to the total"
done

rm -f ./*.prof
quietly with PROF_HZ=20000 "$programs/coroutines" 300000
[ $status -eq 0 ] && { $sanitized || [ ! -s err ]; }
ok $? 'sampled: runs without a word'
has out '^ping_step 300000 pong_step 300000 move_step 10 leaf 600010$' \
	'sampled: all turns are taken'
look ./*.prof
ok $? 'sampled: its profile reads'
finish
