/* forkraces.c - forks that come at a bad moment.
 *
 * forkraces masks: two threads fork at once, time and again, with different
 * signal masks; prints how often one came out with another mask than its own.
 * forkraces start: a thread begins with a signal pending, whose handler forks;
 * prints what the thread's routine returns in the child, and in the parent.
 */
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 300 };

static int wrong[2];
static volatile pid_t child = -1;

static void *fork_often(void *argument)
{
	int me = (int)(intptr_t)argument, i;
	sigset_t own, now;

	sigemptyset(&own);
	if (me)
		sigaddset(&own, SIGUSR2);
	pthread_sigmask(SIG_SETMASK, &own, NULL);
	for (i = 0; i < ROUNDS; i++) {
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
		pthread_sigmask(SIG_BLOCK, NULL, &now);
		if (sigismember(&now, SIGUSR2) != me)
			wrong[me]++;
		pthread_sigmask(SIG_SETMASK, &own, NULL);
	}
	return NULL;
}

static void masks(void)
{
	pthread_t threads[2];
	int i;

	for (i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, fork_often,
			       (void *)(intptr_t)i);
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	printf("wrong masks %d %d\n", wrong[0], wrong[1]);
}

static void fork_now(int number)
{
	(void)number;
	child = fork();
}

static void *routine(void *argument)
{
	if (child == 0)
		_exit(argument == &child ? 23 : 1);
	return argument;
}

/* A process-directed signal that all others block is pending when the thread
 * begins, which inherits the mask of the attributes. */
static void start(void)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t set;
	void *result = NULL;
	int status = -1;

	signal(SIGUSR1, fork_now);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	kill(getpid(), SIGUSR1);
	pthread_attr_init(&attributes);
	sigemptyset(&set);
	pthread_attr_setsigmask_np(&attributes, &set);
	if (pthread_create(&thread, &attributes, routine, (void *)&child))
		return;
	pthread_join(thread, &result);
	waitpid(child, &status, 0);
	printf("start %d child %x\n", result == (void *)&child,
	       (unsigned)status);
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "start"))
		start();
	else
		masks();
	return 0;
}
