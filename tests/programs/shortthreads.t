#!/bin/sh
# shortthreads.t - threads that live for less than a period: nearly all of their
# CPU time is sampled, all of it is billed, and it is split as it was spent.
# Measures time.
. tests/lib.sh

threads=600
[ -z "$PROF_TEST_LONG" ] || threads=2000
if $sanitized; then
	skip 'a sanitizer makes threads dear' 'threads of a millisecond'
	finish
fi
quietly without "$programs/shortthreads" $threads
is "$status $(cat out)" "0 threads $threads" 'the program makes its threads'

# unsampled: seconds that no sample caught.
unsampled() {
	awk '/ s of the total no sample caught/ { print $1; found = 1; exit }
		END { if (!found) print 0 }' report
}

# share_of NAME: per cent of the three functions' time.
share_of() {
	awk -F '\t' -v name="$1" '$5 ~ /^work_[abc]$/ { all += $4 }
		$5 == name { own += $4 }
		END { if (all) printf "%.1f\n", 100 * own / all }' table
}

# run ENGINE HZ POINTS: the shares may be off by POINTS.
run() {
	what="$1 at $2 Hz"
	for attempt in 1 2 3; do
		rm -f ./*.prof
		quietly with PROF_ENGINE=$1 PROF_HZ=$2 "$programs/shortthreads" \
			$threads
		look ./*.prof
		looked=$?
		cpu=$(sed -n 's/^cpu //p' err)
		cpu=$(awk "BEGIN { print $cpu - ($(cpu_time) - $(recorded_cpu)) }")
		a=$(share_of work_a)
		b=$(share_of work_b)
		# Chance: another try where it went against us.
		awk -v a="$a" -v b="$b" -v d="$3" 'BEGIN {
			good = a > 50 - d && a < 50 + d
			exit !(good && b > 30 - d && b < 30 + d) }' && break
	done
	is "$status $looked $(cat out)" "0 0 threads $threads" "$what: it works"
	between "$(total)" "$(awk "BEGIN { print $cpu * 0.97 - 0.002 }")" \
		"$(awk "BEGIN { print $cpu * 1.01 + 0.005 }")" \
		"$what: the total is the CPU time of the process"
	between "$(unsampled)" 0 "$(awk "BEGIN { print $cpu * 0.15 }")" \
		"$what: at least 85 % of it was sampled"
	between "$a" $((50 - $3)) $((50 + $3)) "$what: work_a has half"
	between "$b" $((30 - $3)) $((30 + $3)) "$what: work_b has three tenths"
	adds_up "$what: times add up to the total"
}

perf=0
PROF_ENGINE=perf with true 2>&1 | grep -q 'not available' || perf=1
if [ $perf -eq 1 ]; then
	run perf 250 4
else
	skip 'perf events are not permitted' 'perf'
fi
# The kernel's tick gives 250 samples a second: 3.3 points is one deviation of
# 150 samples, 2.2 of 500.
run timer 250 $([ $threads -eq 2000 ] && echo 6 || echo 11)

# No timers to be had: perf events take their place.
if [ $perf -eq 1 ] && command -v prlimit >/dev/null; then
	rm -f ./*.prof
	timeout -k 5 $limit prlimit --sigpending=0 \
		env LD_PRELOAD="$lib" "$programs/shortthreads" 200 >out 2>err
	is "$? $(cat out) $(grep -c libprof err)" '0 threads 200 0' \
		'without timers: no word'
	look ./*.prof
	ok $? 'without timers: the profile reads'
	between "$(unsampled)" 0 0.05 'without timers: it is sampled'
	nothing_lost 'without timers: nothing is lost'
else
	skip 'perf events are not permitted' 'without timers'
fi
finish
