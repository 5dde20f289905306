/* rawclone.c - a thread that libc does not know: clone itself, with another
 * thread's thread-local storage, working for 150 ms.
 */
#include "tests/programs/work.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { STACK_BYTES = 256 * 1024 };

static atomic_int done;

static WORK void work_unseen(void)
{
	burn(150);
}

static int run(void *unused)
{
	(void)unused;
	work_unseen();
	done = 1;
	/* Nothing of libc's: its exit would end the parent's affairs. */
	syscall(SYS_exit, 0);
	return 0;
}

static WORK void work_seen(void)
{
	burn(50);
}

int main(void)
{
	char *stack = malloc(STACK_BYTES);

	if (!stack || clone(run, stack + STACK_BYTES,
			    CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
				    CLONE_THREAD | CLONE_SYSVSEM,
			    NULL) < 0)
		return 1;
	work_seen();
	while (!done)
		usleep(1000);
	usleep(20000);
	printf("done\n");
	return 0;
}
