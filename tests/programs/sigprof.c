/* sigprof.c - a program with a SIGPROF of its own: handler, timer, queries.
 *
 * Prints the same with and without the profiler; exit status 0.
 */
#include "tests/programs/work.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

static volatile sig_atomic_t ticks, infos;

static void on_tick(int number)
{
	(void)number;
	ticks++;
}

static void on_info(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	infos += info->si_code == SI_USER || info->si_code == SI_TKILL ||
		 info->si_code == SI_KERNEL;
}

static WORK void spin(void)
{
	burn(300);
}

int main(void)
{
	struct itimerval timer = { { 0, 10000 }, { 0, 10000 } };
	struct itimerval off = { { 0, 0 }, { 0, 0 } };
	struct sigaction action, old;

	printf("default before: %d\n", signal(SIGPROF, on_tick) == SIG_DFL);
	setitimer(ITIMER_PROF, &timer, NULL);
	spin();
	setitimer(ITIMER_PROF, &off, NULL);
	printf("ticks enough: %d\n", ticks >= 10);
	printf("not too many: %d\n", ticks <= 40);

	memset(&action, 0, sizeof(action));
	action.sa_sigaction = on_info;
	action.sa_flags = SA_SIGINFO;
	sigaction(SIGPROF, &action, &old);
	printf("old is mine: %d\n", old.sa_handler == on_tick);
	raise(SIGPROF);
	spin();
	printf("infos: %d\n", (int)infos);
	sigaction(SIGPROF, NULL, &old);
	printf("query: %d\n", old.sa_sigaction == on_info);
	return 0;
}
