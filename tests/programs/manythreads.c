/* manythreads.c - COUNT threads that live for a moment, a few at a time.
 *
 * manythreads [COUNT]: each calls step ten times. Prints how often in all.
 */
#include "tests/programs/work.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { AT_ONCE = 8 };

static atomic_long steps;

static WORK void step(void)
{
	steps++;
}

static WORK void *run(void *argument)
{
	int i;

	for (i = 0; i < 10; i++)
		step();
	return argument;
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 5000, made = 0, i;
	pthread_t threads[AT_ONCE];

	while (made < count) {
		for (i = 0; i < AT_ONCE && made < count; i++, made++)
			if (pthread_create(&threads[i], NULL, run, NULL))
				abort();
		while (i--)
			pthread_join(threads[i], NULL);
	}
	printf("threads %d steps %ld\n", made, atomic_load(&steps));
	return 0;
}
