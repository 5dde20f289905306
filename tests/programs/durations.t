#!/bin/sh
# durations.t - how long each call took: counts are exact, whatever ends a call;
# times lie where they must.
# Measures time.
. tests/lib.sh

# field FUNCTION COLUMN: of the CSV report in ./csv.
field() {
	awk -F, -v name="$1" -v column="$2" '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
		$at["name"] == name { print $at[column] }' csv
}

# between FUNCTION COLUMN LOW HIGH NAME: a duration, in seconds.
between() {
	awk -v got="$(field "$1" "$2")" -v low="$3" -v high="$4" \
		'BEGIN { exit !(got != "" && got >= low && got <= high) }'
	ok $? "$5" || echo "# $1 $2: $(field "$1" "$2")"
}

for clock in wall cpu; do
	rm -f ./*.prof
	quietly with PROF_DURATIONS=1 PROF_CLOCK=$clock \
		"$programs/durations.trace"
	[ $status -eq 0 ] && { $sanitized || [ ! -s err ]; }
	ok $? "$clock: runs without a word"
	"$prof" report --csv ./*.prof >csv 2>err2
	[ ! -s err2 ]
	ok $? "$clock: its profile reads"
	counts=
	for f in nap down leap fall tiny sleeper; do
		counts="$counts$f $(field $f timed) "
	done
	is "$counts" "$(cat out) " \
		"$clock: as many durations as calls that the program counts"
	is "$(field many timed) $(field many ncalls)" '6 6' \
		"$clock: those of threads that came later, too"
	is "$(field paused ncalls) $(field paused timed)" '2 1' \
		"$clock: a call that the recording stopped in has none"
	is "$(field main timed)$(field finish timed)$(field leave timed)" '' \
		"$clock: nor have calls that never end"
	"$prof" report --slowest=1000 --json ./*.prof >json
	is "$(grep -c '"ended": false' json)" 2 \
		"$clock: those are listed that began after the stop"
	"$prof" report --slowest=1000 -l '[(]down[)]' ./*.prof >slow
	is "$(grep -c 's  *[0-9.]*  durations.c:[0-9]*(down)' slow)" 5 \
		"$clock: a recursion is one slow call"
done

rm -f ./*.prof
quietly without "$prof" run -q --durations -o a.prof "$programs/durations.trace"
"$prof" report --csv ./a.prof >csv
between nap min 0.002 0.1 'the shortest nap took its 2 ms'
between nap p50 0.002 0.2 'so did half of them'
between nap max 0.4 5 'the longest its 400 ms'
between sleeper max 0 0.3 'a coroutine that slept meanwhile took none of it'
between tiny p50 0 0.00001 'a call of nothing takes next to nothing'
"$prof" report --slowest=1 -l '[(]nap[)]' a.prof >slow
has slow ' [0-9.]*m*s  *[0-9.]*  durations.c:[0-9]*(nap)' \
	'the slowest calls are listed'
has slow '<- durations.c:[0-9]*(main)' 'with who called them'
"$prof" report --durations -l nap a.prof >table
has table 'ncalls  tottime  cumtime      min      p50      p90      p99' \
	'--durations shows the columns'

quietly without "$prof" run -q --durations -o b.prof "$programs/durations.trace"
"$prof" merge -o c.prof a.prof b.prof 2>err
"$prof" report --csv c.prof >csv
is "$(field tiny timed) $(field nap timed)" '240000 44' \
	'a merge has the calls of both'

quietly without "$prof" run -q -o n.prof "$programs/durations.trace"
"$prof" report --durations n.prof >out 2>err
status=$?
is $status 1 'without them --durations says no'
has err 'no durations of calls were recorded' 'and why'
"$prof" report --csv n.prof >csv
is "$(head -n 1 csv | grep -c p50)" 0 'and there are no such columns'
finish
