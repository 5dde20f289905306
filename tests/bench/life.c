/* life.c - what a process costs to start, fork, execute; and a dlopen loop.
 *
 * life fork COUNT: children that end at once. life exec COUNT PROGRAM: children
 * that execute PROGRAM. life dlopen SECONDS LIBRARY: opens and closes it while
 * another thread works. Prints seconds, or opens a second.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile int stop;

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static void *work(void *unused)
{
	volatile unsigned sink = 0;

	while (!stop)
		sink++;
	return unused;
}

static int children(int count, const char *program)
{
	int i, status;

	for (i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return 1;
		if (pid == 0) {
			if (program)
				execl(program, program, (char *)NULL);
			_exit(program != NULL);
		}
		if (waitpid(pid, &status, 0) != pid || status)
			return 1;
	}
	return 0;
}

static int open_and_close(double seconds, const char *library)
{
	double start = now();
	pthread_t thread;
	long count = 0;

	pthread_create(&thread, NULL, work, NULL);
	while (now() - start < seconds) {
		void *handle = dlopen(library, RTLD_NOW);

		if (!handle || dlclose(handle))
			return 1;
		count++;
	}
	printf("%.0f\n", (double)count / (now() - start));
	stop = 1;
	pthread_join(thread, NULL);
	return 0;
}

int main(int argc, char **argv)
{
	double start = now();
	int failed;

	if (argc < 3)
		return 2;
	if (!strcmp(argv[1], "dlopen"))
		return open_and_close(atof(argv[2]), argv[3]);
	failed = children(atoi(argv[2]), argc > 3 ? argv[3] : NULL);
	printf("%.4f\n", now() - start);
	return failed;
}
