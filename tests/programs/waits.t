#!/bin/sh
# waits.t - by wall clock, every wait is seen where it waits, and none returns
# otherwise than it would have; by CPU clock, none does either.
# Measures time.
. tests/lib.sh

rounds=10
[ -z "$PROF_TEST_LONG" ] || rounds=100
waits='nanosleep clock_nanosleep usleep poll ppoll select pselect epoll
	sem_timedwait cond_timedwait read recv waitpid join'
quietly without "$programs/waits" $rounds
is "$status $(cat out)" '0 interrupted 0 early 0' 'the program waits'

perf=0
with PROF_ENGINE=perf true 2>&1 | grep -q 'not available' || perf=1

# run CLOCK ENGINE: the same output.
run() {
	what="$1 clock, $2"
	rm -f ./*.prof
	quietly with PROF_FOLLOW=exec PROF_CLOCK=$1 PROF_ENGINE=$2 PROF_HZ=4000 \
		"$programs/waits" $rounds
	is "$status $(cat out)" '0 interrupted 0 early 0' \
		"$what: no call is interrupted, none is early"
	empty err "$what: not a word"
	look ./*.prof
	ok $? "$what: the profile reads"
}

# seen NAME...: in_NAME waited 5 ms ROUNDS times. A busy machine takes longer to
# wake it.
seen() {
	for name in "$@"; do
		between "$(cumtime "in_$name")" \
			"$(awk "BEGIN { print $rounds * 0.0048 }")" \
			"$(awk "BEGIN { print $rounds * 0.02 + 1 }")" \
			"$what: in_$name has its waits"
	done
}

for engine in perf timer; do
	if [ $engine = perf ] && [ $perf -eq 0 ]; then
		skip 'perf events are not permitted' perf
		continue
	fi
	run cpu $engine
	run wall $engine
	seen $waits
	adds_up "$what: times add up to the total"
	nothing_lost "$what: nothing is lost"
	# What reaches the kernel by itself, or through a function too hot to
	# stand in front of, only the kernel can tell of.
	[ $engine = timer ] || seen futex mutex

	rm -f ./*.prof
	quietly with PROF_CLOCK=wall PROF_ENGINE=$engine "$examples/profile_me" \
		--calls 20 0.2
	look ./*.prof
	ok $? "$what: profile_me"
	between "$(cumtime use_slow)" 0.4 0.8 "$what: use_slow sleeps 0.4 s"
	between "$(cumtime use_fast)" 0.004 0.1 "$what: use_fast 0.004 s"
	is "$(calls main)" 0 "$what: main itself does nothing"
done
quietly with PROF_CLOCK=wall PROF_MODE=count "$programs/waits.trace" 4
is "$status $(cat out)" '0 interrupted 0 early 0' 'counted: nothing changes'
finish
