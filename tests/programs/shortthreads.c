/* shortthreads.c - COUNT threads of a millisecond, a few at a time.
 *
 * shortthreads [COUNT [AT_ONCE]]: of each ten, five work in work_a, three in
 * work_b and two in work_c. Prints how many there were, and on standard error
 * the CPU time of the process.
 */
#include "tests/programs/work.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { AT_ONCE_MAX = 64 };

static WORK void work_a(void)
{
	burn(1);
	__asm__ volatile("# a");
}

static WORK void work_b(void)
{
	burn(1);
	__asm__ volatile("# b");
}

static WORK void work_c(void)
{
	burn(1);
	__asm__ volatile("# c");
}

static void *run(void *argument)
{
	switch ((uintptr_t)argument % 10) {
	case 0 ... 4:
		work_a();
		break;
	case 5 ... 7:
		work_b();
		break;
	default:
		work_c();
	}
	return argument;
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 2000, made = 0, i;
	int at_once = argc > 2 ? atoi(argv[2]) : 4;
	pthread_t threads[AT_ONCE_MAX];
	struct timespec cpu;

	if (at_once < 1 || at_once > AT_ONCE_MAX)
		return 2;
	while (made < count) {
		for (i = 0; i < at_once && made < count; i++, made++)
			if (pthread_create(&threads[i], NULL, run,
					   (void *)(uintptr_t)made))
				return 1;
		while (i--)
			pthread_join(threads[i], NULL);
	}
	printf("threads %d\n", made);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	fprintf(stderr, "cpu %.6f\n",
		(double)cpu.tv_sec + (double)cpu.tv_nsec * 1e-9);
	return 0;
}
