/* exec.c - a process that replaces itself by another program.
 *
 * Stands in front of the exec functions, all of which are safe in handlers and
 * in a fork's child: nothing here takes a lock. A perf event's signal on its
 * way to the new program, which has no handler, would kill that; so the calling
 * thread's event ends before. The profile says how the process went on.
 */
#include "lib/runtime/control/exec.h"
#include "lib/runtime/control/emit.h"
#include "lib/runtime/control/engine.h"
#include "lib/runtime/control/masks.h"
#include "lib/runtime/control/signals.h"
#include "lib/runtime/signal/raw.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>

#define PUBLIC __attribute__((visibility("default")))

typedef int execvp_function(const char *, char *const[]);
typedef int execvpe_function(const char *, char *const[], char *const[]);
typedef int fexecve_function(int, char *const[], char *const[]);

static execvp_function *real_execvp;
static execvpe_function *real_execvpe;
static fexecve_function *real_fexecve;

extern char **environ;

/* Here or, where nothing was prepared, at the first call. */
static void find(void)
{
	if (real_execvp)
		return;
	real_execvp = (execvp_function *)dlsym(RTLD_NEXT, "execvp");
	real_execvpe = (execvpe_function *)dlsym(RTLD_NEXT, "execvpe");
	real_fexecve = (fexecve_function *)dlsym(RTLD_NEXT, "fexecve");
}

/* The thread whose recording ends with this exec; NULL for a vfork's child,
 * which is in its parent's memory and must leave everything there alone. */
static struct rt_thread *leaving(void)
{
	struct rt_thread *t = thread_self();

	if (!t || !atomic_load(&t->in_use) || t->tid != raw_tid())
		return NULL;
	return t;
}

static struct rt_thread *before(void)
{
	int saved_errno = errno;
	struct rt_thread *t = leaving();

	if (t) {
		engine_stop(t);
		masks_make_real(t);
		emit_mark_going(ARENA_END_EXEC);
		signals_before_exec(false);
	}
	errno = saved_errno;
	return t;
}

/* It failed: on as before. */
static int after(struct rt_thread *t, int result)
{
	int saved_errno = errno;

	if (t) {
		signals_before_exec(true);
		emit_mark_going(ARENA_END_NONE);
		masks_make_noted(t);
		if (atomic_load(&rt.active))
			engine_start(t);
	}
	errno = saved_errno;
	return result;
}

PUBLIC int execve(const char *path, char *const argv[], char *const envp[])
{
	struct rt_thread *t = before();

	return after(t, (int)syscall(SYS_execve, path, argv, envp));
}

PUBLIC int execv(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}

PUBLIC int execveat(int fd, const char *path, char *const argv[],
		    char *const envp[], int flags)
{
	struct rt_thread *t = before();

	return after(t,
		     (int)syscall(SYS_execveat, fd, path, argv, envp, flags));
}

void exec_prepare(void)
{
	find();
}

static int missing(void)
{
	errno = ENOSYS;
	return -1;
}

PUBLIC int execvp(const char *file, char *const argv[])
{
	struct rt_thread *t = before();

	find();
	return after(t, real_execvp ? real_execvp(file, argv) : missing());
}

PUBLIC int execvpe(const char *file, char *const argv[], char *const envp[])
{
	struct rt_thread *t = before();

	find();
	return after(t,
		     real_execvpe ? real_execvpe(file, argv, envp) : missing());
}

PUBLIC int fexecve(int fd, char *const argv[], char *const envp[])
{
	struct rt_thread *t = before();

	find();
	return after(t,
		     real_fexecve ? real_fexecve(fd, argv, envp) : missing());
}

/* How many arguments follow FIRST, the NULL at their end included. */
static size_t count_arguments(const char *first, va_list list)
{
	size_t count = 1;

	for (; first; count++)
		first = va_arg(list, const char *);
	return count;
}

/* ARGV has room for COUNT; returns what follows the NULL, if anything does. */
static void collect(char **argv, const char *first, va_list list)
{
	*argv = (char *)(uintptr_t)first;
	while (*argv)
		*++argv = va_arg(list, char *);
}

/* Fill ARGV, in the caller's frame, with the arguments from FIRST on; LIST
 * stands behind their NULL afterwards. Memory must not come from malloc. */
#define COLLECT(argv, first, list)                                             \
	va_start(list, first);                                                 \
	char **argv = __builtin_alloca(count_arguments(first, list) *          \
				       sizeof(*argv));                         \
	va_end(list);                                                          \
	va_start(list, first);                                                 \
	collect(argv, first, list)

PUBLIC int execl(const char *path, const char *first, ...)
{
	va_list list;

	COLLECT(argv, first, list);
	va_end(list);
	return execve(path, argv, environ);
}

PUBLIC int execlp(const char *file, const char *first, ...)
{
	va_list list;

	COLLECT(argv, first, list);
	va_end(list);
	return execvp(file, argv);
}

PUBLIC int execle(const char *path, const char *first, ...)
{
	va_list list;
	char *const *envp;

	COLLECT(argv, first, list);
	envp = va_arg(list, char *const *);
	va_end(list);
	return execve(path, argv, envp);
}
