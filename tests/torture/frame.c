/* frame.c - how much stack a signal handler takes.
 *
 * Paints an alternate stack, has an empty handler of its own run on it, and
 * then whatever handles SIGPROF; prints "BYTES BYTES": what each has written
 * to, the kernel's part included. The code that runs meanwhile is new to a
 * profiler again and again: libraries, threads, deep stacks.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SIZE = 64 * 1024, PAINT = 0xa5 };

static unsigned char room[SIZE] __attribute__((aligned(64)));

static size_t used(void)
{
	size_t i = 0;

	while (i < SIZE && room[i] == PAINT)
		i++;
	return SIZE - i;
}

static void nothing(int number)
{
	(void)number;
}

static __attribute__((noinline)) int burn(int depth, long ms)
{
	struct timespec ts;
	volatile int sum = depth;
	long end;

	if (depth)
		return burn(depth - 1, ms) + sum;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	end = ts.tv_sec * 1000 + ts.tv_nsec / 1000000 + ms;
	do {
		int i;

		for (i = 0; i < 10000; i++)
			sum += i;
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	} while (ts.tv_sec * 1000 + ts.tv_nsec / 1000000 < end);
	return sum;
}

static void *thread(void *unused)
{
	burn(5, 5);
	return unused;
}

int main(int argc, char **argv)
{
	stack_t stack = { .ss_sp = room, .ss_size = SIZE };
	struct sigaction action = { .sa_handler = nothing,
				    .sa_flags = SA_ONSTACK };
	size_t empty = SIZE;
	int i;

	sigaction(SIGUSR1, &action, NULL);
	sigaltstack(&stack, NULL);
	/* The least of them: a sample may come in the empty handler itself. */
	for (i = 0; i < 20; i++) {
		memset(room, PAINT, SIZE);
		raise(SIGUSR1);
		if (used() < empty)
			empty = used();
	}
	for (i = 0; i < 30; i++) {
		void *handle = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;
		unsigned long (*work)(unsigned long) = NULL;
		pthread_t t;
		char text[64];

		if (handle)
			*(void **)&work = dlsym(handle, "plugin_work");
		if (work)
			(void)work(1);
		burn(i * 20, 10);
		snprintf(text, sizeof(text), "%f", i * 1.5);
		if (!pthread_create(&t, NULL, thread, text))
			pthread_join(t, NULL);
		if (handle)
			dlclose(handle);
	}
	printf("%zu %zu\n", empty, used());
	return 0;
}
