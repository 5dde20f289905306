/* brief.c - calls that take long and calls that take next to nothing, however
 * they end.
 *
 * brief [fork]: long ones take LONG_MS of processor time, or lie around such.
 * Prints "FUNCTION CALLS" for those, and "left out CALLS" for all others. */
#include "include/prof.h"
#include "tests/programs/sleeper.h"
#include "tests/programs/work.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	LONG_MS = 40,
	QUICK = 1000,
	SLOW = 3,
	DEPTH = 50,
	LEAPS = 5,
	THREADS = 3
};

static volatile unsigned sink;
static jmp_buf back;

/* 3 calls. */
static WORK void leaf(void)
{
	sink++;
}

static WORK void quick(void)
{
	leaf();
	leaf();
}

static WORK void slow(void)
{
	quick();
	burn(LONG_MS);
}

/* Takes nothing itself. */
static WORK void around(void)
{
	quick();
	slow();
	quick();
}

/* Recursion that is folded: brief, or long at its bottom. */
static WORK void down(int n, int take)
{
	if (n)
		down(n - 1, take);
	else if (take)
		slow();
	sink++;
}

static WORK void hop(int n)
{
	if (n)
		hop(n - 1);
	else if (sink)
		longjmp(back, 1);
	sink++;
}

static WORK void long_hop(void)
{
	burn(LONG_MS);
	hop(2);
	sink++;
}

static QUIET void jump_about(void)
{
	for (volatile int i = 0; i < LEAPS; i++)
		if (!setjmp(back))
			hop(2);
	if (!setjmp(back))
		long_hop();
}

static void *threaded(void *unused)
{
	for (int i = 0; i < QUICK; i++)
		quick();
	slow();
	return unused;
}

static void *brief_thread(void *unused)
{
	quick();
	return unused;
}

static QUIET void run_threads(void)
{
	pthread_t t[THREADS];

	for (int i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, threaded, NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	for (int i = 0; i < THREADS; i++) {
		pthread_create(&t[0], NULL, brief_thread, NULL);
		pthread_join(t[0], NULL);
	}
}

static WORK void handler(int number)
{
	(void)number;
	quick();
}

static WORK void interrupted(void)
{
	raise(SIGUSR1);
	sink++;
}

/* The time that it sleeps is not its own. */
static WORK void sleeper(void)
{
	quick();
	sleeper_sleep();
	quick();
}

static QUIET void run_regions(void)
{
	prof_region_begin("brief");
	quick();
	prof_region_end();
	prof_region_begin("long");
	slow();
	prof_region_end();
}

/* Its duration is not known, and so it stays. */
static WORK void paused(void)
{
	quick();
	prof_stop();
	prof_start();
	quick();
}

static WORK void leave(void)
{
	quick();
	fflush(stdout);
	exit(0);
}

static QUIET void run_child(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		quick();
		around();
		exit(0);
	}
	waitpid(pid, &status, 0);
}

int main(int argc, char **argv)
{
	for (int i = 0; i < QUICK; i++)
		quick();
	for (int i = 0; i < SLOW; i++)
		slow();
	around();
	down(DEPTH - 1, 0);
	down(DEPTH - 1, 1);
	jump_about();
	run_threads();
	signal(SIGUSR1, handler);
	interrupted();
	sleeper_run(sleeper, slow);
	run_regions();
	paused();
	if (argc > 1 && !strcmp(argv[1], "fork"))
		run_child();
	else
		printf("around 1\ndown %d\nleave 1\nlong 1\nlong_hop 1\n"
		       "main 1\npaused 1\nslow %d\nthreaded %d\n"
		       "left out %d\n",
		       DEPTH, SLOW + 4 + THREADS, THREADS,
		       /* quick and its leaves */
		       3 * (QUICK + (SLOW + 4 + THREADS) + 2 +
			    THREADS * (QUICK + 1) + 1 + 2 + 1 + 2 + 1) +
			       DEPTH + 3 * (LEAPS + 1) + THREADS + 2 + 1 + 1);
	leave();
	return 1;
}
