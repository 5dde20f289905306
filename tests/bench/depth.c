/* depth.c - samples below a stack of known depth.
 *
 * depth FRAMES raise COUNT: raise SIGPROF COUNT times there; prints the
 * nanoseconds of each. depth FRAMES burn MS: use that much CPU time there.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef __clang__
#define CALLED __attribute__((noinline))
#else
#define CALLED __attribute__((noinline, noipa))
#endif

static uint64_t now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static CALLED int raise_there(int count)
{
	uint64_t start = now(CLOCK_MONOTONIC);
	int i;

	for (i = 0; i < count; i++)
		raise(SIGPROF);
	printf("%.1f\n", (double)(now(CLOCK_MONOTONIC) - start) / count);
	return count;
}

static volatile unsigned sink;

static CALLED int burn_there(int ms)
{
	uint64_t end = now(CLOCK_THREAD_CPUTIME_ID) + (uint64_t)ms * 1000000u;
	int i;

	while (now(CLOCK_THREAD_CPUTIME_ID) < end)
		for (i = 0; i < 20000; i++)
			sink += (unsigned)i;
	return ms;
}

static int (*at_bottom)(int);
static int argument;

static CALLED int one(int depth);
static CALLED int two(int depth);

static CALLED int three(int depth)
{
	int room[5] = { depth };

	__asm__ volatile("" : : "r"(room) : "memory");
	return (depth ? one(depth - 1) : at_bottom(argument)) + room[0];
}

static CALLED int two(int depth)
{
	return (depth ? three(depth - 1) : at_bottom(argument)) + 1;
}

static CALLED int one(int depth)
{
	int a = depth * 3, b = depth ^ 5;

	__asm__ volatile("" : "+r"(a), "+r"(b));
	return (depth ? two(depth - 1) : at_bottom(argument)) + a + b;
}

int main(int argc, char **argv)
{
	if (argc < 4 || (strcmp(argv[2], "raise") && strcmp(argv[2], "burn"))) {
		fputs("usage: depth FRAMES raise|burn N\n", stderr);
		return 2;
	}
	at_bottom = strcmp(argv[2], "raise") ? burn_there : raise_there;
	argument = atoi(argv[3]);
	/* Of FRAMES, main and what calls it, and the last, are four or five. */
	sink = (unsigned)one(atoi(argv[1]) - 5);
	return 0;
}
