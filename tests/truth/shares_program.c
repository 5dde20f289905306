/* shares_program.c - four functions that take 50, 30, 15 and 5 % of the CPU.
 *
 * shares_program SECONDS [THREADS]: that much CPU time each. Prints what each
 * function took, by the threads' CPU clocks, and what getrusage says at the
 * end.
 */
#include "tests/programs/work.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static _Atomic uint64_t taken[4];
static uint64_t length_ns;

/* Work for about NS, in the caller itself, and book what it took. Whoever reads
 * a clock more often has that in the way. */
#define WORK_FOR(number, ns)                                                   \
	do {                                                                   \
		uint64_t start = thread_cpu(), now = start;                    \
		volatile unsigned sink = 0;                                    \
                                                                               \
		while (now < start + (ns)) {                                   \
			for (unsigned i = 0; i < 100000 + number; i++)         \
				sink += i;                                     \
			now = thread_cpu();                                    \
		}                                                              \
		taken[number] += now - start;                                  \
	} while (0)

static WORK void half(void)
{
	WORK_FOR(0, 5000000);
}

static WORK void three_tenths(void)
{
	WORK_FOR(1, 3000000);
}

static WORK void three_twentieths(void)
{
	WORK_FOR(2, 1500000);
}

static WORK void one_twentieth(void)
{
	WORK_FOR(3, 500000);
}

static void *run(void *unused)
{
	while (thread_cpu() < length_ns) {
		half();
		three_tenths();
		three_twentieths();
		one_twentieth();
	}
	return unused;
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "half", "three_tenths",
					     "three_twentieths",
					     "one_twentieth" };
	int threads = argc > 2 ? atoi(argv[2]) : 0, i;
	pthread_t thread[64];
	struct rusage usage;

	length_ns = (uint64_t)(atof(argc > 1 ? argv[1] : "1") * 1e9);
	if (threads > 64)
		return 2;
	for (i = 0; i < threads; i++)
		if (pthread_create(&thread[i], NULL, run, NULL))
			return 1;
	if (!threads)
		run(NULL);
	for (i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	for (i = 0; i < 4; i++)
		printf("%s %.6f\n", names[i], (double)taken[i] * 1e-9);
	getrusage(RUSAGE_SELF, &usage);
	printf("rusage %.6f\n",
	       (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		       (double)(usage.ru_utime.tv_usec +
				usage.ru_stime.tv_usec) *
			       1e-6);
	return 0;
}
