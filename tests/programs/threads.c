/* threads.c - threads of both kinds, ending in every way; known counts.
 *
 * threads COUNT: COUNT threads by pthread_create, each calling step 100 times;
 * one by thrd_create, one that calls pthread_exit deep in its stack, one that
 * is cancelled, and one whose key destructor calls step. Prints how many.
 */
#include "tests/programs/work.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <threads.h>
#include <unistd.h>

static atomic_int steps;

static WORK void step(void)
{
	steps++;
}

static WORK void *run(void *argument)
{
	int i;

	for (i = 0; i < 100; i++)
		step();
	burn(2);
	return argument;
}

static int run_thrd(void *argument)
{
	prctl(PR_SET_NAME, "c11-thread");
	run(argument);
	burn(30);
	return 7;
}

static WORK void leave(void)
{
	run(NULL);
	pthread_exit((void *)9);
}

static void *run_leaving(void *unused)
{
	leave();
	return unused;
}

static void *run_cancelled(void *unused)
{
	run(NULL);
	for (;;)
		pause();
	return unused;
}

static void destructor(void *unused)
{
	(void)unused;
	step();
}

static pthread_key_t key;

static void *run_with_key(void *argument)
{
	pthread_setspecific(key, argument);
	return run(argument);
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 8, i, result = 0;
	pthread_t *threads = calloc((size_t)count, sizeof(*threads)), one;
	void *value;
	thrd_t c11;

	pthread_key_create(&key, destructor);
	for (i = 0; i < count; i++)
		pthread_create(&threads[i], NULL, run, NULL);
	for (i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	thrd_create(&c11, run_thrd, NULL);
	thrd_join(c11, &result);
	printf("thrd gave %d\n", result);
	pthread_create(&one, NULL, run_leaving, NULL);
	pthread_join(one, &value);
	printf("pthread_exit gave %ld\n", (long)value);
	pthread_create(&one, NULL, run_cancelled, NULL);
	usleep(50000);
	pthread_cancel(one);
	pthread_join(one, &value);
	printf("cancelled: %d\n", value == PTHREAD_CANCELED);
	pthread_create(&one, NULL, run_with_key, &key);
	pthread_join(one, NULL);
	printf("steps %d\n", atomic_load(&steps));
	free(threads);
	return 0;
}
