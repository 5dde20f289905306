/* sandbox.c - a program that gives up its system calls.
 *
 * Most seccomp filters kill a process for a call that they do not know, and
 * ours are none that they know. So the profile is finished before, and nothing
 * is recorded in the sandbox. Filters are loaded by prctl, or after it has been
 * told that there will be no new privileges.
 */
#include "lib/runtime/control/emit.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <sys/prctl.h>

typedef int prctl_function(int, unsigned long, unsigned long, unsigned long,
			   unsigned long);

static prctl_function *_Atomic real;

__attribute__((constructor(101))) static void find(void)
{
	real = (prctl_function *)dlsym(RTLD_NEXT, "prctl");
}

__attribute__((visibility("default"))) int prctl(int option, ...)
{
	unsigned long argument[4];
	int saved_errno = errno, i;
	va_list list;

	va_start(list, option);
	for (i = 0; i < 4; i++)
		argument[i] = va_arg(list, unsigned long);
	va_end(list);
	if (!real)
		find();
	if (option == PR_SET_SECCOMP || option == PR_SET_NO_NEW_PRIVS)
		emit_before_sandbox();
	errno = saved_errno;
	if (!real) {
		errno = ENOSYS;
		return -1;
	}
	return real(option, argument[0], argument[1], argument[2], argument[3]);
}
