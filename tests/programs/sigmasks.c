/* sigmasks.c - a program that blocks signals, waits for them and handles them,
 * SIGPROF and SIGTRAP among them, and works meanwhile.
 *
 * Prints the same with and without the profiler. "sigmasks mask" prints which
 * of the two it was started with blocked.
 */
#include "tests/programs/work.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STACK_BYTES = 16 * 1024 };

static volatile sig_atomic_t handled;
static pthread_barrier_t ready;

static WORK void work_blocked(void)
{
	burn(100);
}

static WORK void work_on_altstack(void)
{
	burn(100);
	__asm__ volatile("# alternate");
}

static WORK void work_on_small_stack(void)
{
	burn(100);
	__asm__ volatile("# small");
}

static void print_mask(const char *when, const sigset_t *set)
{
	printf("%s: SIGPROF %d SIGTRAP %d SIGUSR1 %d\n", when,
	       sigismember(set, SIGPROF), sigismember(set, SIGTRAP),
	       sigismember(set, SIGUSR1));
	fflush(stdout);
}

static void print_now(const char *when)
{
	sigset_t now;

	pthread_sigmask(SIG_BLOCK, NULL, &now);
	print_mask(when, &now);
}

static void *run_now(void *unused)
{
	print_now("a new thread's");
	return unused;
}

/* Everything blocked, as in many a worker thread; with work behind it, a wait
 * that unblocks everything must wait. */
static void *block_all(void *program)
{
	struct timespec moment = { 0, 20000000 };
	sigset_t all, none, old;
	pthread_t thread;
	pid_t pid;

	sigfillset(&all);
	sigemptyset(&none);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	print_mask("before", &old);
	print_now("all blocked");
	work_blocked();
	printf("ppoll %d\n", ppoll(NULL, 0, &moment, &none));
	pthread_create(&thread, NULL, run_now, NULL);
	pthread_join(thread, NULL);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		print_now("a child's");
		execl(program, program, "mask", (char *)NULL);
		_exit(99);
	}
	waitpid(pid, NULL, 0);
	sigdelset(&all, SIGPROF);
	pthread_sigmask(SIG_UNBLOCK, &all, &old);
	print_mask("then", &old);
	print_now("all but SIGPROF unblocked");
	return NULL;
}

static void on_signal(int number)
{
	(void)number;
	handled++;
}

static void *wait_in_loop(void *unused)
{
	sigset_t set;
	int number, i;

	sigemptyset(&set);
	sigaddset(&set, SIGPROF);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	pthread_barrier_wait(&ready);
	for (i = 0; i < 3; i++) {
		number = 0;
		printf("sigwait %d", sigwait(&set, &number));
		printf(" got SIGPROF %d\n", number == SIGPROF);
		pthread_barrier_wait(&ready);
	}
	return unused;
}

static void waits_for_signals(void)
{
	pthread_t thread;
	int i;

	pthread_barrier_init(&ready, NULL, 2);
	pthread_create(&thread, NULL, wait_in_loop, NULL);
	pthread_barrier_wait(&ready);
	for (i = 0; i < 3; i++) {
		pthread_kill(thread, SIGPROF);
		pthread_barrier_wait(&ready);
	}
	pthread_join(thread, NULL);
}

/* A signal that comes while it is blocked is delivered when it no longer is. */
static void holds_back(int number)
{
	struct timespec none = { 0, 0 };
	struct sigaction action;
	siginfo_t info;
	sigset_t set;

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_signal;
	sigaction(number, &action, NULL);
	handled = 0;
	raise(number);
	printf("handled at once %d\n", (int)handled);
	sigemptyset(&set);
	sigaddset(&set, number);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(number);
	printf("while blocked %d\n", (int)handled);
	work_blocked();
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	printf("unblocked %d\n", (int)handled);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(number);
	printf("waited for %d\n", sigwaitinfo(&set, &info) == number);
	printf("no other %d\n",
	       sigtimedwait(&set, &info, &none) == -1 && errno == EAGAIN);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	printf("all handled %d\n", (int)handled);
	signal(number, SIG_DFL);
}

static void on_altstack(int number)
{
	char here;
	stack_t now;

	(void)number;
	sigaltstack(NULL, &now);
	handled = (now.ss_flags & SS_ONSTACK) != 0 &&
		  &here >= (char *)now.ss_sp &&
		  &here < (char *)now.ss_sp + now.ss_size;
	work_on_altstack();
}

static void alternate_stack(void)
{
	struct sigaction action;
	stack_t stack = { .ss_size = STACK_BYTES };

	stack.ss_sp = malloc(STACK_BYTES);
	sigaltstack(&stack, NULL);
	memset(&action, 0, sizeof(action));
	action.sa_handler = on_altstack;
	action.sa_flags = SA_ONSTACK;
	sigaction(SIGUSR1, &action, NULL);
	handled = 0;
	raise(SIGUSR1);
	printf("on the alternate stack %d\n", (int)handled);
	stack.ss_flags = SS_DISABLE;
	sigaltstack(&stack, NULL);
	free(stack.ss_sp);
}

static void *on_small_stack(void *unused)
{
	work_on_small_stack();
	return unused;
}

static void small_stack(void)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	printf("small stack %d\n",
	       pthread_create(&thread, &attr, on_small_stack, NULL));
	pthread_join(thread, NULL);
}

static void on_timer(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	handled += info->si_code == SI_TIMER && info->si_value.sival_int == 42;
}

static void own_timer(void)
{
	struct itimerspec when = { { 0, 2000000 }, { 0, 2000000 } };
	struct sigevent event;
	struct sigaction action;
	timer_t timer;

	memset(&action, 0, sizeof(action));
	action.sa_sigaction = on_timer;
	action.sa_flags = SA_SIGINFO | SA_RESTART;
	sigaction(SIGPROF, &action, NULL);
	memset(&event, 0, sizeof(event));
	event.sigev_notify = SIGEV_SIGNAL;
	event.sigev_signo = SIGPROF;
	event.sigev_value.sival_int = 42;
	handled = 0;
	timer_create(CLOCK_MONOTONIC, &event, &timer);
	timer_settime(timer, 0, &when, NULL);
	work_blocked();
	timer_delete(timer);
	printf("own timer %d\n", handled > 3 && handled < 200);
	signal(SIGPROF, SIG_DFL);
}

int main(int argc, char **argv)
{
	pthread_t thread;

	if (argc > 1 && !strcmp(argv[1], "mask")) {
		print_now("as started");
		return 0;
	}
	pthread_create(&thread, NULL, block_all, argv[0]);
	pthread_join(thread, NULL);
	small_stack();
	alternate_stack();
	waits_for_signals();
	holds_back(SIGPROF);
	holds_back(SIGTRAP);
	own_timer();
	return 0;
}
