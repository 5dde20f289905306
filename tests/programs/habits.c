/* habits.c - what programs do with functions that libprof stands in front of.
 *
 * habits KIND: prints what came of it: the same with libprof and without.
 */
#include "tests/programs/work.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

sighandler_t sysv_signal(int number, sighandler_t handler);

static volatile int handled;
static volatile bool on_alternate;
static char alternate[64 * 1024];

static void handle(int number)
{
	char here;

	(void)number;
	on_alternate =
		&here >= alternate && &here < alternate + sizeof(alternate);
	handled++;
}

/* NUMBER comes from another process, while this one reads what never comes. */
static void read_until(int number)
{
	pid_t self = getpid(), child;
	int ends[2];
	long got;
	char byte;

	if (pipe(ends))
		return;
	child = fork();
	if (!child) {
		usleep(200000);
		kill(self, number);
		usleep(200000);
		_exit(write(ends[1], "x", 1) != 1);
	}
	got = read(ends[0], &byte, 1);
	printf("read %ld %s, handled %d\n", got, got < 0 ? strerror(errno) : "",
	       handled);
	waitpid(child, NULL, 0);
}

static void install(int flags)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handle;
	action.sa_flags = flags;
	sigaction(SIGPROF, &action, NULL);
}

static void stack(int flags)
{
	stack_t st = { .ss_sp = alternate, .ss_size = sizeof(alternate) };

	sigaltstack(&st, NULL);
	install(flags);
	raise(SIGPROF);
	printf("handled %d, on the alternate stack %d\n", handled,
	       on_alternate);
}

/* As signal is where a program asks for the C standard alone. */
static void sysv(void)
{
	sighandler_t was;
	int number;

	for (number = 1; number < 32; number++)
		if (number != SIGKILL && number != SIGSTOP)
			sysv_signal(number, SIG_DFL);
	burn(100);
	sysv_signal(SIGPROF, handle);
	burn(100);
	raise(SIGPROF);
	was = sysv_signal(SIGPROF, SIG_DFL);
	printf("handled %d, then %s\n", handled,
	       was == SIG_DFL ? "the default" : "not");
}

static void old(void)
{
	sigset_t pending;

	printf("%d", sigset(SIGPROF, handle) == SIG_DFL);
	printf(" %d", sigset(SIGPROF, SIG_HOLD) == handle);
	raise(SIGPROF);
	sigpending(&pending);
	printf(" %d %d", handled, sigismember(&pending, SIGPROF));
	printf(" %d %d", sigset(SIGPROF, handle) == SIG_HOLD, handled);
	printf(" %d", sigignore(SIGPROF));
	raise(SIGPROF);
	printf(" %d\n", handled);
}

static void one_place(void)
{
	struct sigaction action, *volatile same = &action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handle;
	sigaction(SIGPROF, &action, same);
	raise(SIGPROF);
	printf("handled %d, was %d\n", handled, action.sa_handler == SIG_DFL);
}

/* Its handlers are its own, its memory is its parent's. */
static void in_vfork(void)
{
	pid_t child;

	signal(SIGPROF, handle);
	child = vfork();
	if (!child) {
		signal(SIGPROF, SIG_DFL);
		execl("/bin/true", "true", (char *)NULL);
		_exit(1);
	}
	waitpid(child, NULL, 0);
	raise(SIGPROF);
	printf("handled %d\n", handled);
}

static void ignored(void)
{
	signal(SIGPROF, SIG_IGN);
	signal(SIGTRAP, SIG_IGN);
	fflush(stdout);
	unsetenv("LD_PRELOAD"); /* another would have its handlers */
	execlp("grep", "grep", "SigIgn", "/proc/self/status", (char *)NULL);
}

static void error(void)
{
	void *none = dlopen("/nowhere.so", RTLD_NOW);

	usleep(10);
	printf("%d %s\n", none != NULL, dlerror());
}

/* A library of C++ in a program that is not: its exceptions are its own. */
static void plugin(const char *path)
{
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	int (*catch_it)(void) = NULL;

	if (handle)
		catch_it = (int (*)(void))dlsym(handle, "catch_it");
	printf("caught %d\n", catch_it ? catch_it() + catch_it() : -1);
}

static void restart(void)
{
	install(SA_RESTART);
	read_until(SIGPROF);
}

static void interrupt(void)
{
	install(0);
	read_until(SIGPROF);
}

static void interrupt_by_name(void)
{
	siginterrupt(SIGALRM, 1);
	signal(SIGALRM, handle);
	read_until(SIGALRM);
}

static void on_stack(void)
{
	stack(SA_ONSTACK);
}

static void off_stack(void)
{
	stack(0);
}

static const struct {
	const char *name;
	void (*does)(void);
} kinds[] = {
	{ "restart", restart },
	{ "interrupt", interrupt },
	{ "siginterrupt", interrupt_by_name },
	{ "onstack", on_stack },
	{ "offstack", off_stack },
	{ "sysv", sysv },
	{ "old", old },
	{ "alias", one_place },
	{ "vfork", in_vfork },
	{ "ignored", ignored },
	{ "dlerror", error },
};

int main(int argc, char **argv)
{
	size_t i;

	for (i = 0; argc > 1 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!strcmp(argv[1], kinds[i].name)) {
			kinds[i].does();
			return 0;
		}
	}
	if (argc > 2)
		plugin(argv[2]);
	return 0;
}
