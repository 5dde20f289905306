/* processes.c - ways by which a process becomes another, or several.
 *
 * processes chain N: executes itself N times, by another function of the exec
 * family each time, after work in each. processes spawn|popen|vfork|daemon|
 * failing: see below. Prints what came of it.
 */
#include "tests/programs/work.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static WORK void work_here(void)
{
	burn(60);
}

/* Executes PROGRAM with "chain LEFT". */
static int chain(char *program, int left)
{
	char number[16];
	char *argv[] = { program, "chain", number, NULL };

	work_here();
	printf("chain %d\n", left);
	fflush(stdout);
	if (left == 0)
		return 7;
	snprintf(number, sizeof(number), "%d", left - 1);
	switch (left % 7) {
	case 0:
		execl(program, program, "chain", number, (char *)NULL);
		break;
	case 1:
		execlp(program, program, "chain", number, (char *)NULL);
		break;
	case 2:
		execle(program, program, "chain", number, (char *)NULL,
		       environ);
		break;
	case 3:
		execv(program, argv);
		break;
	case 4:
		execvp(program, argv);
		break;
	case 5:
		execvpe(program, argv, environ);
		break;
	default:
		fexecve(open(program, O_RDONLY | O_CLOEXEC), argv, environ);
	}
	return 99;
}

static int status_of(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int spawn(char *program)
{
	char *argv[] = { program, "chain", "0", NULL };
	pid_t pid;
	int result = posix_spawn(&pid, program, NULL, NULL, argv, environ);

	work_here();
	printf("spawn %d, status %d\n", result, status_of(pid));
	return 0;
}

static int run_popen(const char *program)
{
	char command[4096], line[64] = "";
	FILE *f;

	snprintf(command, sizeof(command), "%s chain 0", program);
	work_here();
	f = popen(command, "r");
	if (!f || !fgets(line, sizeof(line), f))
		return 1;
	printf("popen: %s", line);
	printf("status %d\n", WEXITSTATUS(pclose(f)));
	return 0;
}

static int run_vfork(char *program)
{
	volatile int i;

	for (i = 0; i < 20; i++) {
		pid_t pid = vfork();

		if (!pid) {
			execl(i % 2 ? program : "/nowhere", program, "nothing",
			      (char *)NULL);
			_exit(40);
		}
		if (status_of(pid) != (i % 2 ? 5 : 40))
			printf("vfork %d\n", i);
	}
	work_here();
	printf("vforks done\n");
	return 0;
}

static int run_daemon(const char *file)
{
	FILE *f;

	work_here();
	if (daemon(0, 0))
		return 1;
	work_here();
	f = fopen(file, "w");
	if (f) {
		fprintf(f, "daemon works\n");
		fclose(f);
	}
	exit(0);
}

/* Execs that fail leave a program that goes on. */
static int run_failing(void)
{
	char *argv[] = { "nowhere", NULL };

	work_here();
	errno = 0;
	printf("execv %d", execv("/nowhere", argv));
	printf(" ENOENT %d\n", errno == ENOENT);
	printf("execlp %d", execlp("nowhere-at-all", "x", (char *)NULL));
	printf(" ENOENT %d\n", errno == ENOENT);
	work_here();
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "chain"))
		return chain(argv[0], atoi(argv[2]));
	if (!strcmp(what, "nothing"))
		return 5;
	if (!strcmp(what, "spawn"))
		return spawn(argv[0]);
	if (!strcmp(what, "popen"))
		return run_popen(argv[0]);
	if (!strcmp(what, "vfork"))
		return run_vfork(argv[0]);
	if (!strcmp(what, "daemon"))
		return run_daemon(argv[2]);
	return run_failing();
}
