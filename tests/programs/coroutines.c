/* coroutines.c - several stacks interleaved on one thread by swapcontext, and
 * one that moves to another thread between its steps. Call counts are known.
 *
 * coroutines [ROUNDS]: prints how often each function was called.
 */
#include "tests/programs/work.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>

enum { STACK_SIZE = 64 * 1024 };

static ucontext_t scheduler, first, second, mover;
static int rounds = 1000;
static long pings, pongs, moves, leaves;

static WORK void leaf(void)
{
	leaves++;
}

static WORK void ping_step(void)
{
	pings++;
	leaf();
	swapcontext(&first, &second);
	leaf();
}

static WORK void ping(void)
{
	int i;

	for (i = 0; i < rounds; i++)
		ping_step();
	swapcontext(&first, &scheduler);
}

static WORK void pong_step(void)
{
	pongs++;
	swapcontext(&second, &first);
}

static WORK void pong(void)
{
	for (;;)
		pong_step();
}

static WORK void move_step(void)
{
	moves++;
	swapcontext(&mover, &scheduler);
	leaf();
}

static WORK void move(void)
{
	int i;

	for (i = 0; i < 10; i++)
		move_step();
}

static void start(ucontext_t *context, void (*body)(void))
{
	getcontext(context);
	context->uc_stack.ss_sp = malloc(STACK_SIZE);
	context->uc_stack.ss_size = STACK_SIZE;
	context->uc_link = &scheduler;
	makecontext(context, body, 0);
}

static void *drive(void *unused)
{
	swapcontext(&scheduler, &mover);
	return unused;
}

int main(int argc, char **argv)
{
	int i;

	if (argc > 1)
		rounds = atoi(argv[1]);
	start(&first, ping);
	start(&second, pong);
	swapcontext(&scheduler, &first);
	start(&mover, move);
	for (i = 0; i < 11; i++) {
		pthread_t thread;

		pthread_create(&thread, NULL, drive, NULL);
		pthread_join(thread, NULL);
	}
	printf("ping_step %ld pong_step %ld move_step %ld leaf %ld\n", pings,
	       pongs, moves, leaves);
	return 0;
}
