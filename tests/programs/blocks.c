/* blocks.c - loops whose lines run a known number of times, for blocks.t.
 *
 * blocks HOW COUNT: in four threads at once; in a process and its fork; with a
 * handler that counts in between; in a process that kills itself; with a
 * recording that is stopped, set back and started.
 */
#include "prof.h"
#include "tests/programs/work.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile unsigned sink;
static volatile unsigned handled;

static WORK void loop(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		sink += i; /* the loop's body */
	}
}

static WORK void *thread(void *count)
{
	loop(*(unsigned *)count);
	return NULL;
}

static WORK void handle(int signal)
{
	(void)signal;
	handled++; /* the handler's body */
}

static WORK void use_threads(unsigned count)
{
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		if (pthread_create(&threads[i], NULL, thread, &count))
			exit(1);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
}

static WORK void use_fork(unsigned count)
{
	pid_t pid = fork();

	if (pid < 0)
		exit(1);
	loop(count);
	if (!pid)
		exit(0);
	waitpid(pid, NULL, 0);
}

static WORK void use_handler(unsigned count)
{
	struct itimerval often = { { 0, 500 }, { 0, 500 } }, never = { 0 };

	signal(SIGALRM, handle);
	setitimer(ITIMER_REAL, &often, NULL);
	loop(count);
	setitimer(ITIMER_REAL, &never, NULL);
	printf("handled %u\n", handled);
}

static WORK void use_reset(unsigned count)
{
	loop(count);
	prof_reset();
	loop(count);
	prof_stop();
	loop(count);
	prof_start();
	loop(count);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	unsigned count = argc > 2 ? (unsigned)atoi(argv[2]) : 0;

	if (!strcmp(how, "threads"))
		use_threads(count);
	else if (!strcmp(how, "fork"))
		use_fork(count);
	else if (!strcmp(how, "handler"))
		use_handler(count);
	else if (!strcmp(how, "reset"))
		use_reset(count);
	else
		loop(count);
	if (!strcmp(how, "kill"))
		raise(SIGKILL);
	return 0;
}
