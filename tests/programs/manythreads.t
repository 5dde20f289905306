#!/bin/sh
# manythreads.t - thousands of threads that live for a moment: every call is
# counted, and the profile does not grow with them.
. tests/lib.sh

threads=5000
want="threads $threads steps $((10 * threads))"
quietly without "$programs/manythreads" $threads
is "$(cat out)" "$want" 'the program makes its threads'

for mode in trace count; do
	rm -f ./*.prof
	quietly with PROF_MODE=$mode "$programs/manythreads.trace" $threads
	wordless "$mode: runs without a word"
	is "$(cat out)" "$want" "$mode: prints the same"
	look ./*.prof
	ok $? "$mode: the profile reads"
	is "$(calls step)" $((10 * threads)) "$mode: every step is counted"
	is "$(calls run) $(calls main)" "$threads 1" "$mode: in every thread"
	nothing_lost "$mode: nothing is lost"
	between "$(wc -c <"$(ls ./*.prof)")" 1 4000000 \
		"$mode: the profile has less than 800 bytes a thread"
	adds_up "$mode: times add up to the total"
done

# ThreadSanitizer delays signals: that is for the tracer only.
[ "${VARIANT:-}" = tsan ] && finish

rm -f ./*.prof
quietly with PROF_MODE=sample "$programs/manythreads" $threads
wordless 'sampled: runs without a word'
is "$(cat out)" "$want" 'sampled: prints the same'
look ./*.prof
ok $? 'sampled: the profile reads'
nothing_lost 'sampled: nothing is lost'
finish
