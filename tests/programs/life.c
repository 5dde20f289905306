/* life.c - every way for a process to end, in the middle of its work.
 *
 * life exit|_exit|quick|abort|kill|term|segv|thread [MS]: works for MS
 * milliseconds in work_a and work_b, then ends as told.
 */
#include "tests/programs/work.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static unsigned ms = 200;
static int *volatile nowhere;

static WORK void work_a(void)
{
	burn(ms * 3 / 4);
}

static WORK void work_b(void)
{
	burn(ms / 4);
}

static void *exit_in_thread(void *unused)
{
	work_b();
	exit(4);
	return unused;
}

static WORK void end(const char *how)
{
	pthread_t thread;

	if (!strcmp(how, "_exit"))
		_exit(3);
	if (!strcmp(how, "quick"))
		quick_exit(5);
	if (!strcmp(how, "abort"))
		abort();
	if (!strcmp(how, "kill"))
		kill(getpid(), SIGKILL);
	if (!strcmp(how, "term"))
		raise(SIGTERM);
	if (!strcmp(how, "segv"))
		*nowhere = 1;
	if (!strcmp(how, "thread")) {
		pthread_create(&thread, NULL, exit_in_thread, NULL);
		pause();
	}
	exit(2);
}

int main(int argc, char **argv)
{
	if (argc > 2)
		ms = (unsigned)atoi(argv[2]);
	work_a();
	work_b();
	printf("worked\n");
	fflush(stdout);
	end(argc > 1 ? argv[1] : "exit");
	return 0;
}
