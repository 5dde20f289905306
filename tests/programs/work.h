/* work.h - CPU time that a test program burns, by function. */
#ifndef PROF_TESTS_WORK_H
#define PROF_TESTS_WORK_H

#include <stdint.h>
#include <time.h>

#define QUIET __attribute__((no_instrument_function))

/* Nanoseconds of CPU time of the calling thread. */
static inline QUIET uint64_t thread_cpu(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* Burn MS milliseconds of CPU time in the caller itself. */
static inline __attribute__((always_inline, no_instrument_function)) void burn(
	unsigned ms)
{
	uint64_t end = thread_cpu() + (uint64_t)ms * 1000000u;
	volatile unsigned sink = 0;

	while (thread_cpu() < end) {
		unsigned i;

		for (i = 0; i < 20000; i++)
			sink += i;
	}
	(void)sink;
}

#ifdef __clang__
#define WORK __attribute__((noinline))
#else
#define WORK __attribute__((noinline, noclone))
#endif

#endif
