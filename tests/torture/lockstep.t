#!/bin/sh
# lockstep.t - a program that does two things in turn, with the very period of
# the samples: each is seen as often as the other, for periods of samples
# differ. Over seconds a fixed period would drift past both by what samples
# cost; so the program has many short spans, each with functions of its own, and
# both turns must be seen in each.
# Measures time.
. tests/lib.sh

write_program() { # SPANS
	awk -v n="$1" 'BEGIN {
		for (i = 0; i < n; i++)
			printf "TURN(first_%d, %du)\nTURN(second_%d, %du)\n", \
				i, 2 * i, i, 2 * i + 1
		print "static void (*const turns[][2])(uint64_t) = {"
		for (i = 0; i < n; i++)
			printf "\t{ first_%d, second_%d },\n", i, i
		print "};"
	}' >turns.h
	cat >turns.c <<'END'
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
static uint64_t used(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}
static volatile unsigned sink;
/* N: two functions, not one by two names. */
#define TURN(name, n) \
	__attribute__((noinline)) static void name(uint64_t end) \
	{ \
		do { \
			for (unsigned i = 0; i < 10000; i++) \
				sink += i ^ n; \
		} while (used() < end); \
	}
TURN(between, 12345u)
#include "turns.h"
int main(int argc, char **argv)
{
	uint64_t period = 1000000000u / strtoul(argv[1], NULL, 10);
	uint64_t at = used();
	unsigned span, i;
	for (span = 0; span < sizeof(turns) / sizeof(*turns); span++) {
		for (i = strtoul(argv[2], NULL, 10); i; i--, at += period) {
			turns[span][0](at + period / 2);
			turns[span][1](at + period);
		}
		/* Where in a turn a sample comes is another place for each. */
		between(at += period / 5);
	}
	return argc == 0;
}
END
	$cc -std=gnu11 -O2 -o turns turns.c
}

# run ENGINE HZ SPANS PERIODS POINTS: by so much may half of all samples be off.
run() {
	what="$1, $2 a second"
	write_program "$3"
	ok $? "$what: the program builds"
	rm -f ./*.prof
	quietly with PROF_MODE=sample PROF_ENGINE=$1 PROF_HZ=$2 ./turns "$2" "$4"
	look ./*.prof
	is "$status $?" '0 0' "$what: it is sampled"
	# Spans with half of their samples or more, how far they are from one
	# half on the average, and the share of all.
	set -- $(awk -F '\t' -v least="$(($4 / 2))" '
		split($5, part, "_") == 2 && part[2] ~ /^[0-9]+$/ {
			n[part[2]] += $1
			if (part[1] == "first") {
				first[part[2]] += $1
				sum += $1
			}
			all += $1
		}
		END {
			for (i in n) {
				if (n[i] < least)
					continue
				d = first[i] / n[i] - 0.5
				off += d < 0 ? -d : d
				spans++
			}
			print spans + 0, spans ? off / spans : 0,
				all ? sum / all * 100 : 0, all + 0
		}' table) "$3" "$5"
	echo "# $1 of $5 spans, off by $2, first $3 % of $4 samples"
	if [ "$1" -lt $(($5 / 2)) ]; then
		skip "only $4 samples came" "$what: both turns in each span"
		return
	fi
	# 0.08 by chance where 24 samples are independent, 0.12 where 12 are; 0.5
	# where all of a span are of one turn.
	between "$2" 0 0.3 "$what: both turns are seen in each span"
	# More than 4 deviations.
	between "$3" $((50 - $6)) $((50 + $6)) \
		"$what: and half of all samples are of each"
}

if with PROF_ENGINE=perf true 2>&1 | grep -q 'not available'; then
	skip 'perf events are not permitted' 'perf'
else
	run perf 997 40 24 15
	run perf 500 40 24 15
fi
# A tenth of the kernel's ticks: a sample waits for the next of those.
run timer 25 5 12 35
finish
