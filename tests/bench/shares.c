/* shares.c - known shares of CPU time.
 *
 * shares MS: four functions take about 50, 30, 15 and 5 % of MS milliseconds,
 * in turns of random length; prints what it was. shares MS THREADS: that many
 * threads take MS each.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#ifdef __clang__
#define CALLED __attribute__((noinline, aligned(64)))
#else
#define CALLED __attribute__((noinline, noipa, aligned(64)))
#endif

static uint64_t used(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* Work by the round: reading the clock would be most of a short one. Nothing
 * is inlined, or its time would be another function's. */
#define SHARE(name)                                                            \
	static CALLED void name(unsigned count)                                \
	{                                                                      \
		volatile unsigned sink = 0;                                    \
		unsigned i;                                                    \
                                                                               \
		for (i = 0; i < count * 100; i++)                              \
			sink += i;                                             \
		(void)sink;                                                    \
	}
SHARE(half)
SHARE(thirty)
SHARE(fifteen)
SHARE(five)

static uint64_t took[4];

/* A processor reads its counter ahead of work that is not done yet: of what was
 * booked before, for a twentieth of a microsecond. Wait for that. */
static inline uint64_t ticks_now(void)
{
	uint64_t now;

	__builtin_ia32_lfence();
	now = __builtin_ia32_rdtsc();
	__builtin_ia32_lfence();
	return now;
}

/* What a pair of readings takes with nothing in between: of a short function's
 * time that would be a hundredth. */
static uint64_t reading = UINT64_MAX;

static void time_readings(void)
{
	int i;

	for (i = 0; i < 1000; i++) {
		uint64_t start = ticks_now();
		uint64_t ticks = ticks_now() - start;

		if (ticks < reading)
			reading = ticks;
	}
}

/* Whoever took so many ticks longer than the least a round took, about half a
 * millisecond, has waited for a processor. Interrupts are shorter, and count.
 */
enum { AWAY_TICKS = 1500000 };

/* A call with COUNT of function I took TICKS: two identical loops may take
 * different times. */
static inline void book(int i, unsigned count, uint64_t ticks)
{
	static double best[4];
	double each;

	ticks -= ticks < reading ? ticks : reading;
	each = count ? (double)ticks / count : 0;
	if (count && (best[i] == 0 || each < best[i]))
		best[i] = each;
	if ((double)ticks > best[i] * count + AWAY_TICKS)
		ticks = (uint64_t)(best[i] * count);
	took[i] += ticks;
}

#define TIMED(i, function, count)                                              \
	do {                                                                   \
		uint64_t start = ticks_now();                                  \
                                                                               \
		function(count);                                               \
		book(i, count, ticks_now() - start);                           \
	} while (0)

static void *burn(void *ms)
{
	uint64_t end = used() + (uint64_t)(uintptr_t)ms * 1000000u;
	unsigned random = (unsigned)(uintptr_t)pthread_self() | 1;

	while (used() < end) {
		int i;

		for (i = 0; i < 20; i++) {
			unsigned n;

			random = random * 1103515245u + 12345u;
			n = random >> 16 & 15;
			TIMED(0, half, 50 * n);
			TIMED(1, thirty, 30 * n);
			TIMED(2, fifteen, 15 * n);
			TIMED(3, five, 5 * n);
		}
	}
	return NULL;
}

int main(int argc, char **argv)
{
	void *ms = (void *)(uintptr_t)(argc > 1 ? atoi(argv[1]) : 1000);
	int i, count = argc > 2 ? atoi(argv[2]) : 0;
	pthread_t threads[64];

	time_readings();
	if (!count) {
		double sum;

		burn(ms);
		sum = (double)(took[0] + took[1] + took[2] + took[3]) / 100;
		printf("half %.3f\nthirty %.3f\nfifteen %.3f\nfive %.3f\n",
		       (double)took[0] / sum, (double)took[1] / sum,
		       (double)took[2] / sum, (double)took[3] / sum);
	}
	for (i = 0; i < count && i < 64; i++)
		pthread_create(&threads[i], NULL, burn, ms);
	for (i = 0; i < count && i < 64; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
