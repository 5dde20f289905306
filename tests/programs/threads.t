#!/bin/sh
# threads.t - threads of both kinds, ending in every way.
# Measures time.
. tests/lib.sh

quietly without "$programs/threads" 8
lives_alone
mv out plain.out
steps=$(sed -n 's/^steps //p' plain.out)
is "$steps" 1201 'the program makes 1201 steps'

# run PROGRAM WHAT: the same results, one profile.
run() {
	rm -f ./*.prof
	quietly with "$programs/$1" 8
	wordless "$2: runs without a word"
	same out plain.out "$2: prints the same"
	[ "$(ls ./*.prof | wc -l)" -eq 1 ] && look ./*.prof
	ok $? "$2: leaves one profile"
}

# threads_seen: how many there were, those that share a record included.
threads_seen() {
	awk '$1 ~ /^[0-9]+$/ && $2 ~ /^thread(s|$)/ && NF == 2 { n = $1 }
		/, with [0-9]+ more like it/ { n += $(NF - 3) }
		$2 == "(unrecorded)" { n-- } # what the kernel spent on them
		END { print n + 0 }' info
}

run threads.trace trace
is "$(calls step)" $steps 'trace: every step is counted'
is "$(calls run)" 12 'trace: run is called by 12 threads'
is "$(calls leave) $(calls destructor) $(calls main)" '1 1 1' \
	'trace: leave, destructor and main are called once'
has info ' c11-thread ' 'trace: the thread that named itself is shown'
is "$(threads_seen)" 13 'trace: main and 12 threads are there'
nothing_lost 'trace: nothing is lost'
adds_up 'trace: times add up to the total'
tool report --threads ./*.prof >by_thread
has by_thread 'c11-thread' 'report --threads names threads too'

PROF_MODE=count
export PROF_MODE
run threads.trace count
is "$(calls step)" $steps 'count: every step is counted'
is "$(calls run)" 12 'count: run is called by 12 threads'
nothing_lost 'count: nothing is lost'

PROF_MODE=sample
run threads sample
has info ' c11-thread ' 'sample: the thread that named itself is shown'
nothing_lost 'sample: nothing is lost'

# accounted THREADS NAME: the total is the CPU time of the process, to 2 %.
# Missing is what the kernel takes to take a thread apart: 0.1 ms each.
accounted() {
	cpu=$(recorded_cpu)
	between "$(total)" \
		"$(awk "BEGIN { print $cpu * 0.98 - 0.002 - $1 * 0.0001 }")" \
		"$(awk "BEGIN { print $cpu * 1.02 + 0.002 }")" "$2"
}

accounted 13 'sample: the total is the CPU time of the process'
is "$(threads_seen)" 13 'sample: main and 12 threads are there'
rm -f ./*.prof
quietly with "$programs/threads" 200
[ $status -eq 0 ] && look ./*.prof
ok $? 'sample: 200 threads'
accounted 205 'sample: their total is the CPU time of the process'
is "$(threads_seen)" 205 'sample: main and 204 threads are there'

# A thread that no pthread_create made is not sampled, and not left out.
for engine in auto timer; do
	rm -f ./*.prof
	quietly with PROF_ENGINE=$engine "$programs/rawclone"
	is "$status $(cat out err)" '0 done' "$engine: a thread by clone itself"
	look ./*.prof
	ok $? "$engine, clone: the profile reads"
	accounted 0 "$engine, clone: the total is the CPU time of the process"
	has info '(unrecorded) ' "$engine, clone: its time is shown apart"
done
finish
