/* deep.c - recursion to LEVELS levels, on a thread whose stack holds it.
 *
 * deep [LEVELS]: direct recursion, then mutual, then three functions in turn
 * with a leaf at each level. Prints what they return.
 */
#include "tests/programs/work.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static long levels = 1000000, leaves;

static WORK void leaf(void)
{
	leaves++;
}

static WORK long down(long n)
{
	long below;

	if (n == 0)
		return 0;
	below = down(n - 1);
	__asm__ volatile("" : "+r"(below));
	return below + 1;
}

static WORK long first(long n);

static WORK long third(long n)
{
	long below = n ? first(n - 1) : 0;

	leaf();
	__asm__ volatile("" : "+r"(below));
	return below + 1;
}

static WORK long second(long n)
{
	long below = n ? third(n - 1) : 0;

	leaf();
	__asm__ volatile("" : "+r"(below));
	return below + 1;
}

static WORK long first(long n)
{
	long below = n ? second(n - 1) : 0;

	leaf();
	__asm__ volatile("" : "+r"(below));
	return below + 1;
}

static void *run(void *unused)
{
	printf("down %ld\n", down(levels));
	printf("in turn %ld\n", first(levels));
	printf("leaf %ld\n", leaves);
	return unused;
}

int main(int argc, char **argv)
{
	pthread_attr_t attr;
	pthread_t thread;

	if (argc > 1)
		levels = atol(argv[1]);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, (size_t)1 << 30);
	if (pthread_create(&thread, &attr, run, NULL)) {
		fprintf(stderr, "no stack of 1 GiB\n");
		return 77;
	}
	pthread_join(thread, NULL);
	return 0;
}
