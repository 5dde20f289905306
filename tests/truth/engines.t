#!/bin/sh
# engines.t - both engines, at three rates, on one thread and on more than there
# are processors: the total is what getrusage says, samples come as often as
# asked, shares are within what the report prints. PROF_TEST_LONG=1: longer,
# and the shares of a hundred runs.
# Measures time.
. tests/lib.sh

program=$work/shares
$cc -std=gnu11 -O2 -g -I"$top" -D_GNU_SOURCE -pthread -o shares \
	"$top/tests/truth/shares_program.c"
ok $? 'the program builds'

seconds=0.4
threads=3
[ -z "$PROF_TEST_LONG" ] || seconds=2 threads=8 limit=300
perf=0
with PROF_ENGINE=perf true 2>&1 | grep -q 'not available' || perf=1

# delivered: samples a second, as the report tells.
delivered() {
	sed -n 's/.* samples by [a-z ]*, \([0-9]*\) a second.*/\1/p' report
}

# rarest: samples a CPU second of the thread that got the fewest.
rarest() {
	awk '/^ +tid/ { on = 1; next }
		on && $4 > 0.2 {
			rate = $3 / $4
			if (!any++ || rate < least)
				least = rate
		}
		END { printf "%d\n", least }' info
}

# run ENGINE HZ THREADS
run() {
	what="$1, $2 Hz, $3 threads"
	rm -f ./*.prof
	quietly with PROF_ENGINE=$1 PROF_HZ=$2 "$program" $seconds "$3"
	look ./*.prof
	is "$status $?" '0 0' "$what: works"
	usage=$(sed -n 's/^rusage //p' out)
	# What the process takes before recording begins is not in it.
	usage=$(awk "BEGIN { print $usage - ($(cpu_time) - $(recorded_cpu)) }")
	between "$(total)" "$(awk "BEGIN { print $usage * 0.99 - 0.002 }")" \
		"$(awk "BEGIN { print $usage * 1.01 + 0.005 }")" \
		"$what: the total is what getrusage says, to 1 %"
	has report "(asked: $2)" "$what: the header tells the rate asked for"
	nothing_lost "$what: nothing is lost"
	adds_up "$what: times add up to the total"
}

for hz in 100 997 4000; do
	for many in 0 $threads; do
		run timer $hz $many
		# The kernel's tick is the limit. 40 jittered periods, at 100 Hz, may
		# be off by some.
		between "$(delivered)" $((hz > 250 ? 30 : hz / 5)) \
			$((hz * 5 / 4)) "$what: as many samples as ticks allow"
		if [ $perf -eq 0 ]; then
			skip 'perf events are not permitted' 'perf'
			continue
		fi
		run perf $hz $many
		near=$((hz > 100 ? 6 : 15))
		[ -z "$PROF_TEST_LONG" ] || near=2
		between "$(delivered)" $((hz * (100 - near) / 100)) \
			$((hz * (100 + near) / 100)) \
			"$what: as many samples as asked"
		# A thread that waits for a processor in the handler is not to
		# be sampled more rarely for it.
		[ $hz -ne 997 ] ||
			between "$(rarest)" $((hz * 7 / 10)) $((hz * 13 / 10)) \
			"$what: and in each thread"
	done
done

# A process begins on timers. Once it has changed, all its threads are to change,
# and not one of them now and then.
if [ $perf -eq 1 ]; then
	run auto 997 8
	between "$(rarest)" 700 1100 "$what: each thread comes to perf events"
fi

# inside: the functions whose share is within its printed interval.
inside() {
	awk 'FNR == NR && $2 ~ /^[0-9.]+$/ { truth[$1] = $2; next }
		{ name = $NF; sub(/.*\(/, "", name); sub(/\)$/, "", name) }
		name in truth {
			d = $2 - truth[name]
			if (d <= $3 + 0.0005 && -d <= $3 + 0.0005)
				print name
		}' out report
}

# within ENGINE RUNS SECONDS LEAST: each share is in LEAST of RUNS runs.
within() {
	: >inside
	i=0
	while [ $i -lt "$2" ]; do
		rm -f ./*.prof
		quietly with PROF_ENGINE=$1 "$program" "$3"
		look ./*.prof
		inside >>inside
		i=$((i + 1))
	done
	is "$(awk '$1 != "rusage" && $2 ~ /^[0-9.]+$/' out | wc -l)" 4 \
		"$1: four shares are known"
	for name in $(awk '$1 != "rusage" && $2 ~ /^[0-9.]+$/ { print $1 }' out); do
		good=$(grep -cx "$name" inside)
		between "$good" "$4" "$2" \
			"$1: in $4 of $2 runs $name is within its interval"
		echo "# $1: $name in $good of $2 runs of $3 s"
	done
}

# 95 of 100 are to be; 90 or more of 100 are in 99 of 100 series.
if [ -n "$PROF_TEST_LONG" ]; then
	within perf "${RUNS:-100}" "${SECONDS_EACH:-2}" $((${RUNS:-100} * 90 / 100))
else
	within $([ $perf -eq 1 ] && echo perf || echo timer) 5 0.3 3
fi

# What periods differ by makes samples tell less, by two of a hundred. A long
# wait does not: all of it was where it is booked; else these would be worth 2 %.
worth() { awk '$1 == "samples" { print $4 / $2 * 100 }' info; }

if [ $perf -eq 1 ]; then
	rm -f ./*.prof
	quietly with PROF_ENGINE=perf "$program" 1
	look ./*.prof
	between "$(worth)" 40 99.5 'samples of differing periods tell less'
fi
rm -f ./*.prof
quietly with PROF_CLOCK=wall perl -e \
	'for (1 .. 3) { select(undef, undef, undef, 0.3); $n++ while $n < $_ * 2e6 }'
look ./*.prof
between "$(worth)" 15 100 'samples of long waits do not'
# Where threads take turns, the ticks that timers need may pass a process by.
spinners=
i=0
while [ $i -lt $(($(nproc) * 3)) ]; do
	timeout -k 1 60 sh -c 'while :; do :; done' &
	spinners="$spinners $!"
	i=$((i + 1))
done
sleep 0.2
if [ $perf -eq 1 ] && [ "$(nproc)" -eq "$(getconf _NPROCESSORS_ONLN)" ]; then
	rm -f ./*.prof
	# A few ms, for which it would begin on timers otherwise.
	quietly with PROF_MODE=sample perl -e '$n++ while $n < 3e5'
	look ./*.prof
	has info '^  engine  *perf events' 'a busy machine: perf events at once'
fi
rm -f ./*.prof
for i in 1 2 3 4 5 6; do
	quietly with PROF_ENGINE=timer "$program" 0.03
done
is "$(ls ./*.prof | wc -l)" 6 'a process that no tick met has a profile'
kill $spinners
finish
