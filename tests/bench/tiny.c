/* tiny.c - part of the work in a parent, part in a tiny function it calls.
 *
 * tiny [CALLS]: in each round the parent does OWN steps of work itself, and
 * calls the function, which does CALLED; by default 100,000,000 rounds. Each
 * step needs the one before. Prints the result and the seconds it took, by the
 * wall clock and of processor time: what a profiler says of the two functions
 * should be OWN to CALLED, of the time of a build without hooks.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define QUIET __attribute__((no_instrument_function))

#ifndef OWN
#define OWN 4
#endif
#ifndef CALLED
#define CALLED 4
#endif

static inline QUIET __attribute__((always_inline)) uint64_t steps(uint64_t x,
								  int count)
{
	int i;

	for (i = 0; i < count; i++)
		x = (x ^ x >> 7) * UINT64_C(0x9e3779b97f4a7c15);
	return x;
}

static __attribute__((noinline)) uint64_t tiny(uint64_t x)
{
	return steps(x, CALLED);
}

static __attribute__((noinline)) uint64_t parent(long calls)
{
	uint64_t x = 1;

	while (calls--)
		x = tiny(steps(x, OWN));
	return x;
}

QUIET int main(int argc, char **argv)
{
	long calls = argc > 1 ? atol(argv[1]) : 100000000;
	struct timespec from, to, cpu;
	uint64_t x;

	clock_gettime(CLOCK_MONOTONIC, &from);
	x = parent(calls);
	clock_gettime(CLOCK_MONOTONIC, &to);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	printf("%016llx %.6f %.6f\n", (unsigned long long)x,
	       (double)(to.tv_sec - from.tv_sec) +
		       (double)(to.tv_nsec - from.tv_nsec) * 1e-9,
	       (double)cpu.tv_sec + (double)cpu.tv_nsec * 1e-9);
	return 0;
}
