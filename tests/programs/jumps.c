/* jumps.c - frames left without an exit: longjmp, in loops and deep down;
 * recursion, direct and mutual, to 1e5 levels; a handler that is instrumented
 * and comes at any moment. Call counts are exact; prints them.
 */
#include "tests/programs/work.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

static jmp_buf back;
static volatile int never;
static long thrown, calls, evens, odds, handled, ticked;

static WORK void throw_from(int depth)
{
	thrown++;
	if (!depth)
		longjmp(back, 1);
	if (!never)
		throw_from(depth - 1);
}

static WORK void catch_one(int depth)
{
	if (!setjmp(back))
		throw_from(depth);
}

static WORK void leaf(void)
{
	calls++;
}

/* The same call, left by longjmp, time and again in one frame. */
static WORK void catch_in_loop(void)
{
	volatile int i;

	for (i = 0; i < 100; i++) {
		if (!setjmp(back))
			throw_from(0);
		leaf();
	}
}

static int is_odd(int n);

static WORK int is_even(int n)
{
	evens++;
	return n == 0 ? 1 : is_odd(n - 1) + 0 * n;
}

static WORK int is_odd(int n)
{
	odds++;
	return n == 0 ? 0 : is_even(n - 1) + 0 * n;
}

static WORK long down(int n)
{
	long below;

	if (n == 0)
		return 0;
	below = down(n - 1);
	__asm__ volatile("" : "+r"(below));
	return below + 1;
}

static WORK void in_handler(void)
{
	handled++;
}

static void on_alarm(int number)
{
	(void)number;
	ticked++;
	in_handler();
	in_handler();
}

static WORK void spin_with_alarms(void)
{
	struct itimerval timer = { { 0, 200 }, { 0, 200 } };
	struct itimerval off = { { 0, 0 }, { 0, 0 } };
	uint64_t end = thread_cpu() + 300000000u;

	signal(SIGALRM, on_alarm);
	setitimer(ITIMER_REAL, &timer, NULL);
	while (thread_cpu() < end) {
		int i;

		for (i = 0; i < 1000; i++)
			leaf();
	}
	setitimer(ITIMER_REAL, &off, NULL);
}

int main(void)
{
	int i;

	for (i = 0; i < 10; i++)
		catch_one(i);
	catch_in_loop();
	printf("thrown %ld\n", thrown);
	printf("even %d\n", is_even(100000));
	printf("evens %ld odds %ld\n", evens, odds);
	printf("down %ld\n", down(100000));
	spin_with_alarms();
	printf("leaf twice a thousand: %d\n", calls % 1000 == 100);
	printf("handled evenly: %d\n", handled == 2 * ticked);
	/* For the test to compare with the profile. */
	fprintf(stderr, "leaf %ld in_handler %ld on_alarm %ld\n", calls,
		handled, ticked);
	return 0;
}
