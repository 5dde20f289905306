/* filter.c - calls of every kind, for filters to leave out.
 *
 * filter [exec PROGRAM | fork | PLUGIN.so]: the calls below, then what the
 * argument says. Prints nothing.
 */
#include "include/prof.h"
#include "tests/programs/work.h"

#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile unsigned sink;
static jmp_buf env;

static WORK void leaf(void)
{
	sink++;
}

/* The same function by another name. */
void other_name(void) __attribute__((alias("leaf"), used));

static WORK void inner(void)
{
	leaf();
	leaf();
}

static WORK void middle(void)
{
	inner();
	leaf();
}

static WORK void outer(void)
{
	for (int i = 0; i < 10; i++)
		middle();
	leaf();
}

/* Each calls the other, and leaf: recursion that goes on through odd where even
 * is left out. */
static WORK void odd(int n);

static WORK void even(int n)
{
	leaf();
	if (n > 0)
		odd(n - 1);
	sink++;
}

static WORK void odd(int n)
{
	if (n > 0)
		even(n - 1);
	sink++;
}

static WORK void jump(void)
{
	leaf();
	if (sink)
		longjmp(env, 1);
}

static WORK void through(int n)
{
	if (n > 0)
		through(n - 1);
	else
		jump();
	sink++;
}

static WORK void jumping(void)
{
	for (volatile int i = 0; i < 5; i++)
		if (!setjmp(env))
			through(3);
	leaf();
}

static void *threaded(void *unused)
{
	for (int i = 0; i < 100; i++)
		middle();
	return unused;
}

static WORK void threads(void)
{
	pthread_t t[3];

	for (int i = 0; i < 3; i++)
		pthread_create(&t[i], NULL, threaded, NULL);
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
}

static WORK void region(void)
{
	prof_region_begin("part");
	middle();
	prof_region_end();
}

static WORK void call_back(void)
{
	leaf();
}

static WORK int plug_in(const char *path)
{
	void *library = dlopen(path, RTLD_NOW);
	void (*plugin)(void (*)(void));

	if (!library) {
		fprintf(stderr, "%s\n", dlerror());
		return 1;
	}
	*(void **)&plugin = dlsym(library, "plugin");
	for (int i = 0; i < 7; i++)
		plugin(call_back);
	return dlclose(library);
}

static WORK void in_child(void)
{
	middle();
}

static WORK int fork_one(void)
{
	int status = 1;
	pid_t pid = fork();

	if (pid == 0) {
		in_child();
		exit(0);
	}
	waitpid(pid, &status, 0);
	return status;
}

int main(int argc, char **argv)
{
	outer();
	even(9);
	jumping();
	threads();
	region();
	if (argc > 2 && !strcmp(argv[1], "exec")) {
		execv(argv[2], argv + 2);
		return 1;
	}
	if (argc > 1 && !strcmp(argv[1], "fork"))
		return fork_one();
	return argc > 1 ? plug_in(argv[1]) : 0;
}
