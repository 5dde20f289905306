/* forks.c - children of every kind: fork, fork + exec, vfork, system, daemon-
 * like descriptors. Prints what they gave.
 */
#include "tests/programs/work.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static WORK void in_child(void)
{
	burn(100);
}

static WORK void in_parent(void)
{
	burn(100);
}

static WORK void in_exec(void)
{
	burn(60);
}

static int status_of(pid_t pid)
{
	int status;

	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static WORK pid_t fork_worker(int number)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	in_child();
	_exit(10 + number);
}

/* Closes every descriptor and moves away, as daemons do, and works on. */
static WORK pid_t fork_daemon(void)
{
	pid_t pid = fork();
	int fd;

	if (pid)
		return pid;
	for (fd = 0; fd < 64; fd++)
		close(fd);
	if (chdir("/"))
		_exit(1);
	in_child();
	exit(21);
}

int main(int argc, char **argv)
{
	pid_t pid, workers[3];
	int i;

	if (argc > 1 && !strcmp(argv[1], "again")) {
		in_exec();
		return 33;
	}
	for (i = 0; i < 3; i++)
		workers[i] = fork_worker(i);
	for (i = 0; i < 3; i++)
		printf("worker %d\n", status_of(workers[i]));
	printf("daemon %d\n", status_of(fork_daemon()));
	pid = fork();
	if (!pid) {
		execl(argv[0], argv[0], "again", (char *)NULL);
		_exit(99);
	}
	printf("exec %d\n", status_of(pid));
	pid = vfork();
	if (!pid) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(99);
	}
	printf("vfork %d\n", status_of(pid));
	printf("system %d\n", WEXITSTATUS(system("exit 6")));
	in_parent();
	return 0;
}
