/* child.h - run a program and pass on how it ended, as env and time do. */
#ifndef PROF_CLI_CHILD_H
#define PROF_CLI_CHILD_H

#include <sys/types.h>

struct child_end {
	int status; /* its exit status; 128+n where signal N ended it */
	int signal; /* N, or 0 */
	pid_t pid;
};

/* Execute PATH with ARGV in a child and wait. Interrupt and quit, which the
 * terminal sends to the child too, are ignored meanwhile; terminate and hangup
 * are passed on. Returns 0, or the error number of what failed: EXEC_FAILED is
 * then whether it was execve. */
int child_run(const char *path, char **argv, struct child_end *end,
	      int *exec_failed);

#endif
