/* sandbox.c - works, gives up all system calls but a few, and works on.
 *
 * Whatever is not on the list kills the process (SIGSYS).
 */
#include "tests/programs/work.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define ALLOW(call)                                                            \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1),                 \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static struct sock_filter filter[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	ALLOW(read),
	ALLOW(write),
	ALLOW(exit),
	ALLOW(exit_group),
	ALLOW(rt_sigreturn),
	ALLOW(clock_gettime),
	ALLOW(brk),
	ALLOW(munmap),
	ALLOW(newfstatat),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
};

static WORK void work_before(void)
{
	burn(200);
}

static WORK void work_within(void)
{
	burn(200);
	__asm__ volatile("# within");
}

int main(void)
{
	struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]),
				      filter };

	printf("begins\n");
	fflush(stdout);
	work_before();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
		fprintf(stderr, "no seccomp here\n");
		return 77;
	}
	work_within();
	printf("worked\n");
	return 0;
}
