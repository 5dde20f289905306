#!/bin/sh
# deep.t - a million levels of recursion: counted exactly, in a small profile.
. tests/lib.sh

levels=1000000
$sanitized && levels=200000 # whose frames are larger
quietly without "$programs/deep" $levels
[ $status -eq 77 ] || lives_alone
if [ $status -eq 77 ]; then
	skip "$(cat err)" 'deep recursion'
	finish
fi
mv out plain.out
is "$(sed -n 's/^down //p' plain.out)" $levels 'the program gets that deep'

for mode in trace count; do
	rm -f ./*.prof
	quietly with PROF_MODE=$mode "$programs/deep.trace" $levels
	wordless "$mode: runs without a word"
	same out plain.out "$mode: prints the same"
	look ./*.prof
	ok $? "$mode: the profile reads"
	is "$(calls down)/$(primitive down)" $((levels + 1))/1 \
		"$mode: every level is a call"
	is "$(($(calls first) + $(calls second) + $(calls third)))" \
		$((levels + 1)) "$mode: by three functions in turn as well"
	is "$(calls leaf)" $((levels + 1)) "$mode: and a leaf on each"
	nothing_lost "$mode: nothing is lost"
	between "$(wc -c <"$(ls ./*.prof)")" 1 65536 \
		"$mode: the profile is small"
	adds_up "$mode: times add up to the total"
done

rm -f ./*.prof
quietly with "$programs/deep" $levels
wordless 'sampled: runs without a word'
same out plain.out 'sampled: prints the same'
finish
