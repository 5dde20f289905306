/* quick.c - the ways to end a process that run no exit handlers.
 *
 * _exit may be called anywhere, in a signal handler too: the file is only
 * marked as ended, not compressed. libc's own calls of _exit do not lead past
 * ours: that of quick_exit is seen by a handler, that of daemon, whose parent
 * it ends, is told beforehand. */
#include "lib/runtime/control/quick.h"

#include "lib/runtime/control/emit.h"
#include "lib/runtime/signal/raw.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PUBLIC __attribute__((visibility("default")))

typedef void exit_function(int);
typedef int daemon_function(int, int);

static int quick_status;

/* Whoever else stands in front of libc's, or libc. */
static struct stood_in_front {
	const char *name;
	exit_function *real;
} exit_now = { "_exit", NULL }, exit_c = { "_Exit", NULL },
  exit_quick = { "quick_exit", NULL };

static void find(struct stood_in_front *f)
{
	if (!f->real)
		f->real = (exit_function *)dlsym(RTLD_NEXT, f->name);
}

static __attribute__((noreturn)) void call(struct stood_in_front *f, int status)
{
	find(f);
	if (f->real)
		f->real(status);
	for (;;)
		syscall(SYS_exit_group, status);
}

PUBLIC void _exit(int status)
{
	emit_mark(status);
	call(&exit_now, status);
}

PUBLIC void _Exit(int status)
{
	emit_mark(status);
	call(&exit_c, status);
}

PUBLIC void quick_exit(int status)
{
	quick_status = status;
	call(&exit_quick, status);
}

static void on_quick_exit(void)
{
	emit_mark(quick_status);
}

void quick_prepare(void)
{
	find(&exit_now);
	find(&exit_c);
	find(&exit_quick);
	(void)at_quick_exit(on_quick_exit);
}

/* As daemon(3). The process that called it ends inside, unless it fails. */
PUBLIC int daemon(int nochdir, int noclose)
{
	daemon_function *real = (daemon_function *)dlsym(RTLD_NEXT, "daemon");
	uint32_t pid = raw_pid();
	int result;

	if (!real) {
		errno = ENOSYS;
		return -1;
	}
	emit_mark_going(ARENA_END_QUICK);
	result = real(nochdir, noclose);
	if (raw_pid() == pid)
		emit_mark_going(ARENA_END_NONE);
	return result;
}
