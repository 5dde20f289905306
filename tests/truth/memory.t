#!/bin/sh
# memory.t - a calling context takes no more than 64 bytes, of the file and of
# all other memory: what the process has more when it has a million more.
. tests/lib.sh
[ "$variant" = release ] || [ "$variant" = debug ] ||
	skip_all 'the sanitizers have memory of their own'

awk -f "$top/tests/truth/memory_program.awk" >program.c
$cc -O1 -g -w -finstrument-functions -o program program.c
ok $? 'the program builds'

# By how much the memory of all that was measured before it varies; and a file's
# pages are mapped up to 64 at a time, which may be more for the second than for
# the first.
quietly without ./program
slack=$(awk 'NR == 2 { print ($2 - last) / 1e6 + 0.262144 } { last = $2 }' out)
for how in PROF_MODE=trace PROF_MODE=count PROF_DURATIONS=1 \
	PROF_MIN_DURATION=4s; do
	rm -f ./*.prof
	quietly with "$how" ./program
	is "$(awk '{ print $1 }' out | xargs)" '111112 1111111' "$how: it runs"
	more=999999
	# Callers of brief calls have one more each, which counts those.
	[ $how != PROF_MIN_DURATION=4s ] || more=$((more + 99999))
	bytes=$(awk -v more=$more 'NR == 2 { print ($2 - last) / more }
		{ last = $2 }' out)
	between "$bytes" 48 "$(awk -v x="$slack" 'BEGIN { print 64 + x }')" \
		"$how: a context takes 48 to 64 bytes"
	look ./*.prof
	nothing_lost "$how: nothing is lost"
done
finish
