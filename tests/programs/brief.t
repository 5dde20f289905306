#!/bin/sh
# brief.t - calls that take less than PROF_MIN_DURATION: their time is their
# callers', none is lost, and what takes longer is as it was.
# Measures time.
. tests/lib.sh

# Calls are told apart by processor time, which others on the machine do not
# take: the long ones have twice the limit, the others next to nothing.
for how in '' PROF_DURATIONS=1; do
	name=${how:-alone}
	rm -f ./*.prof
	quietly with PROF_MIN_DURATION=20ms PROF_CLOCK=cpu $how \
		"$programs/brief.trace"
	[ $status -eq 0 ] && { $sanitized || [ ! -s err ]; }
	ok $? "$name: runs without a word" || sed 's/^/#   /' err
	look ./*.prof
	is "$(cut -f 1,5 table | awk '{ print $2, $1 }' | sort)" \
		"$(grep -v left out)" "$name: only long calls are there"
	is "left out $(left_out)" "$(grep left out)" \
		"$name: all others are counted"
	has report "left out by duration (PROF_MIN_DURATION), in their \
callers' time: 0.[0-9]* s\$" "$name: the report says so, and what they took"
	has info 'calls *below 20.0ms left out: 0.[0-9]* s in' \
		"$name: so does prof info"
	tool convert -t callgrind -o - ./*.prof 2>err |
		grep -E 'fn=.*(quick|leaf)' >traces
	empty traces "$name: and of the brief ones there is no trace"
	adds_up "$name: times add up to the total"
	[ -n "$how" ] || nothing_lost "$name: nothing is lost"
	is "$(primitive down) $(callers down ./*.prof | xargs)" '1 1 main 49 down' \
		"$name: recursion is counted as ever"
	is "$(callers slow ./*.prof | xargs)" \
		'1 around 1 down 1 long 3 threaded 4 main' \
		"$name: and who called whom"
	between "$(tottime slow)" 0.4 4 "$name: their time is theirs"
done
tool report --csv ./*.prof >csv
is "$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
	$at["timed"] != $at["ncalls"] { print $at["name"] }
	$at["timed"] && $at["min"] < 0.0199 { print $at["name"], $at["min"] }' \
	csv | sort | xargs)" 'leave main paused' \
	'durations: none but those that did not end, or were stopped in, lack'

rm -f ./*.prof
quietly with PROF_MIN_DURATION=20ms PROF_CLOCK=cpu "$programs/brief.trace" fork
look ./*.prof
is "$(calls around) $(calls leaf)$(calls quick)" '2 ' 'fork: the child does the same'

# By the wall clock others may make a call long; what adds up does all the same.
rm -f ./*.prof
quietly with PROF_MODE=trace "$programs/brief.trace"
look ./*.prof
all=$(awk -F '\t' '{ n += $1 } END { print n }' table)
kept=$all
for limit_ns in 1ns 100ns 1us 1ms 4s; do
	rm -f ./*.prof
	quietly with PROF_MIN_DURATION=$limit_ns "$programs/brief.trace"
	look ./*.prof
	kept=$(awk -F '\t' '{ n += $1 } END { print n }' table)
	is $((kept + $(left_out))) "$all" \
		"$limit_ns: what is there and what is left out are all calls"
	adds_up "$limit_ns: times add up to the total"
	tool convert -t callgrind -o out ./*.prof >err 2>&1
	"$build/cli/callgrind_strict" out >strict 2>&1
	ok $? "$limit_ns: so they do in callgrind's format" ||
		sed 's/^/#   /' strict
done
is "$kept $(cut -f 5 table | sort | xargs)" '3 leave main paused' \
	'4s: what did not end stays'

# A function's time and its callers' is the same in sum, whoever is left out.
rm -f ./*.prof
quietly with PROF_MIN_DURATION=20ms PROF_FILTER=none PROF_CALL_DEPTH=1 \
	PROF_CLOCK=cpu "$programs/brief.trace"
look ./*.prof
is "$(cut -f 5 table | sort | xargs)" 'main threaded' \
	'depth, too: what is left out is both'
adds_up 'depth, too: times add up to the total'
tool filter --exclude=slow --exclude=quick -o filter "$programs/brief.trace"
rm -f ./*.prof
quietly with PROF_MIN_DURATION=20ms PROF_FILTER=filter PROF_CLOCK=cpu \
	"$programs/brief.trace"
look ./*.prof
is "$(calls around) $(calls down) $(calls slow)$(calls leaf)" "1 50 " \
	'a filter, too: a call that is long for what is left out stays'
is $(($(awk -F '\t' '{ n += $1 } END { print n }' table) + $(left_out))) \
	"$all" 'a filter, too: none is lost'
adds_up 'a filter, too: times add up to the total'

# --- hooks --------------------------------------------------------------------
# What the hooks of calls left out cost is taken out of their callers' time.
cat >many.c <<'END'
#include <stdlib.h>
volatile unsigned x;
__attribute__((noinline)) static void tiny(void) { x++; }
__attribute__((noinline)) static void middle(void) { tiny(); tiny(); }
int main(void)
{
	for (int i = 0; i < 1000000; i++)
		middle();
	exit(0);
}
END
$cc -O2 -g -w -finstrument-functions -o many many.c
rm -f ./*.prof
quietly with PROF_MIN_DURATION=1s ./many
look ./*.prof
is "$(left_out) $(cut -f 5 table)" '3000000 main' \
	'hooks: all go but main, which does not end'
raw=$(fact overhead | cut -d ' ' -f 1)
# The cheaper measurement counts. It may be dearer than the hooks were.
pair=$(fact 'call pair' | tr -d , | awk '{
	start = $1 + $4; end = $(NF - 1) + $NF
	print (end && end < start ? end : start) * 3000001 / 1e9 }')
between "$raw" "$(awk -v x="$pair" 'BEGIN { print x * 0.4 }')" \
	"$(awk -v x="$pair" 'BEGIN { print x * 1.05 }')" \
	'hooks: the cost of all is taken out'
between "$(awk -v t="$(total)" -v cost="$raw" 'BEGIN { print t + cost }')" \
	"$(fact ran | awk '{ print $1 * 0.3 }')" \
	"$(fact ran | awk '{ print $1 * 1.02 + 0.002 }')" \
	'hooks: with it, the time is all that passed'

# --- values -------------------------------------------------------------------
for value in x 10 1.5us 5s -1us 10usx us ' 1us' 99999999999999999999ns 4001ms; do
	rm -f ./*.prof
	quietly with "PROF_MIN_DURATION=$value" PROF_MODE=trace \
		"$programs/filter.trace"
	is "$status $(cat err)" "0 libprof: PROF_MIN_DURATION=$value: must be a \
whole number with its unit (ns, us, ms or s), at most 4s, or 0; using 0" \
		"'$value': one line says what is allowed"
done
look ./*.prof
is "$(left_out)" 0 'a bad value: and all is recorded'
for value in 0 0ns 1ns 7us 20ms 4s 4000000us; do
	rm -f ./*.prof
	quietly with "PROF_MIN_DURATION=$value" PROF_MODE=trace \
		"$programs/filter.trace"
	$sanitized || empty err "$value: is allowed"
done
for mode in count sample; do
	tool run --min-duration=1us --mode=$mode true >out 2>err
	is "$? $(cat err)" "125 prof: option '--min-duration': only mode trace \
knows how long a call takes" "prof run --mode=$mode: it is an error"
	quietly with PROF_MIN_DURATION=1us PROF_MODE=$mode "$programs/filter"
	is "$(cat err)" 'libprof: PROF_MIN_DURATION: only mode trace knows how '\
'long a call takes; ignored' "$mode: one line says that it is ignored"
done
quietly with PROF_MIN_DURATION=1us "$programs/filter"
$sanitized || empty err 'no line where the mode was not asked for'
rm -f ./*.prof
tool run -q --min-duration=1ms "$programs/brief.trace" >out 2>err
look ./*.prof
is "$(calls leaf) $([ "$(left_out)" -gt 10000 ] && echo many)" ' many' \
	'prof run --min-duration'
finish
