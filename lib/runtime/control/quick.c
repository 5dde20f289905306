/* quick.c - the ways to end a process that run no exit handlers.
 *
 * _exit may be called anywhere, in a signal handler too: the file is only
 * marked as ended, not compressed. libc's own calls of _exit do not lead past
 * ours: that of quick_exit is seen by a handler, that of daemon by doing what
 * libc's does. */
#include "lib/runtime/control/quick.h"

#include "lib/runtime/control/emit.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define PUBLIC __attribute__((visibility("default")))

typedef void exit_function(int);

static int quick_status;

static __attribute__((noreturn)) void call(const char *name, int status)
{
	exit_function *real = (exit_function *)dlsym(RTLD_NEXT, name);

	if (real)
		real(status);
	for (;;)
		syscall(SYS_exit_group, status);
}

static __attribute__((noreturn)) void end(const char *name, int status)
{
	emit_mark(status);
	call(name, status);
}

PUBLIC void _exit(int status)
{
	end("_exit", status);
}

PUBLIC void _Exit(int status)
{
	end("_Exit", status);
}

PUBLIC void quick_exit(int status)
{
	quick_status = status;
	call("quick_exit", status);
}

static void on_quick_exit(void)
{
	emit_mark(quick_status);
}

void quick_prepare(void)
{
	(void)at_quick_exit(on_quick_exit);
}

/* Standard input and output become /dev/null, if that is what it should be. */
static int to_null(void)
{
	struct stat st;
	int fd = open("/dev/null", O_RDWR);

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) || !S_ISCHR(st.st_mode) ||
	    st.st_rdev != makedev(1, 3)) {
		close(fd);
		errno = ENODEV;
		return -1;
	}
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
	return 0;
}

/* As daemon(3). */
PUBLIC int daemon(int nochdir, int noclose)
{
	switch (fork()) {
	case -1:
		return -1;
	case 0:
		break;
	default:
		end("_exit", 0);
	}
	if (setsid() == -1)
		return -1;
	if (!nochdir)
		(void)!chdir("/");
	return noclose ? 0 : to_null();
}
