/* durations.c - calls of known lengths, however they end.
 *
 * Prints what each function is called, and ends deep in the tree. */
#include "prof.h"
#include "tests/programs/sleeper.h"
#include "tests/programs/work.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	NAPS = 20,
	DEPTH = 200,
	RECURSIONS = 5,
	LEAPS = 10,
	LEAP_DEPTH = 6,
	THREADS = 6,
	TINY = 20000
};

static WORK void nap(unsigned ms)
{
	struct timespec ts = { 0, (long)ms * 1000000 };

	nanosleep(&ts, NULL);
}

static WORK int down(int n)
{
	if (n)
		return 1 + down(n - 1);
	burn(1); /* far more than the uncertainty of the hooks' cost */
	return 0;
}

static jmp_buf back;
static volatile int may_land = 1;

static WORK void fall(int n)
{
	if (n)
		fall(n - 1);
	else if (may_land)
		longjmp(back, 1);
	__asm__ volatile("");
}

static WORK void leap(void)
{
	if (!setjmp(back))
		fall(LEAP_DEPTH - 1);
}

static WORK void tiny(int i)
{
	__asm__ volatile("" : : "r"(i));
}

static void *many(void *unused)
{
	int i;

	for (i = 0; i < TINY; i++)
		tiny(i);
	return unused;
}

static QUIET void run_threads(void)
{
	pthread_t threads[THREADS];
	int i;

	/* Two at a time, so that states are used again. */
	for (i = 0; i < THREADS; i += 2) {
		pthread_create(&threads[i], NULL, many, NULL);
		pthread_create(&threads[i + 1], NULL, many, NULL);
		pthread_join(threads[i], NULL);
		pthread_join(threads[i + 1], NULL);
	}
}

static WORK void sleeper(void)
{
	sleeper_sleep();
	__asm__ volatile("");
}

static QUIET void long_nap(void)
{
	nap(400);
}

static WORK void paused(int stop)
{
	if (stop)
		prof_stop();
	if (stop)
		prof_start();
}

static WORK void leave(void)
{
	nap(2);
	exit(0);
}

static WORK void finish(void)
{
	leave();
}

int main(void)
{
	int i;

	for (i = 0; i < NAPS; i++)
		nap(2);
	for (i = 0; i < RECURSIONS; i++)
		down(DEPTH - 1);
	for (i = 0; i < LEAPS; i++)
		leap();
	run_threads();
	sleeper_run(sleeper, long_nap);
	paused(0);
	paused(1);
	printf("nap %d down %d leap %d fall %d tiny %d sleeper 1\n", NAPS + 2,
	       RECURSIONS * DEPTH, LEAPS, LEAPS * LEAP_DEPTH, THREADS * TINY);
	fflush(stdout);
	finish();
	return 1;
}
