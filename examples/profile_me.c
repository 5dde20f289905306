/* profile_me.c - a program that sleeps: wall-clock time without CPU time.
 *
 * Profiled by wall clock, use_slow takes a hundred times as long as use_fast;
 * profiled by CPU time, there is next to nothing to see.
 */
#include "examples/common/args.h"
#include "examples/common/call.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

enum { FAST_MS = 1, SLOW_MS = 100 };

static double scale = 1;
static uint64_t calls = 100;

/* Sleep until a point in time, for a profiler's signals end a sleep early. */
static void sleep_ms(int ms)
{
	struct timespec until;
	double ns = ms * 1e6 * scale;

	clock_gettime(CLOCK_MONOTONIC, &until);
	ns += (double)until.tv_nsec;
	until.tv_sec += (time_t)(ns / 1e9);
	until.tv_nsec = (long)fmod(ns, 1e9);
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) ==
	       EINTR)
		;
}

static REAL_CALL void fast(void)
{
	sleep_ms(FAST_MS);
	REAL_FRAME();
}

static REAL_CALL void slow(void)
{
	sleep_ms(SLOW_MS);
	REAL_FRAME();
}

static REAL_CALL void use_fast(void)
{
	for (uint64_t i = 0; i < calls; i++)
		fast();
}

static REAL_CALL void use_slow(void)
{
	for (uint64_t i = 0; i < calls; i++)
		slow();
}

int main(int argc, char **argv)
{
	const struct arg args[] = {
		{ "SCALE", .real = &scale, .min = 0, .max = 1000,
		  .help = "factor for every sleep" },
		{ "--calls", "COUNT", .count = &calls, .min = 1, .max = 1e9,
		  .help = "sleeps of each kind" },
	};

	ARGS_PARSE(argc, argv,
		   "Sleeps of 1 ms and of 100 ms: about 10 seconds with the\n"
		   "default SCALE.\n",
		   args);
	use_fast();
	printf("use_fast: %ju sleeps of %g ms\n", (uintmax_t)calls,
	       FAST_MS * scale);
	use_slow();
	printf("use_slow: %ju sleeps of %g ms\n", (uintmax_t)calls,
	       SLOW_MS * scale);
	return 0;
}
