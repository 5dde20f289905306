#define UNW_LOCAL_ONLY
#include "lib/runtime/control/loader.h"

#include "lib/runtime/signal/modules.h"
#include "lib/runtime/signal/rows.h"
#include "lib/runtime/signal/unwind_lib.h"

#if RT_CFI

/* The loader lists what the process started with first, in the order in which
 * it was found, and what is loaded later after that. It is itself needed by
 * everything, and so among the former: all up to it stay. */
static int visit(struct dl_phdr_info *info, size_t size, void *data)
{
	uintptr_t loader = *(uintptr_t *)data;
	struct module_image image;
	int i;

	(void)size;
	for (i = 0; i < info->dlpi_phnum; i++) {
		if (info->dlpi_phdr[i].p_type != PT_LOAD)
			continue;
		if (!modules_find(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr,
				  &image))
			return 0;
		rows_stays(image.start, image.end);
		return image.start == loader;
	}
	return 0;
}

void loader_prepare(void)
{
	struct module_image image; /* the loader's own */

	if (modules_find(_r_debug.r_ldbase, &image))
		(void)dl_iterate_phdr(visit, &image.start);
}

#else

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <libunwind.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef int iterate_function(unwind_visit *, void *);

static iterate_function *real_iterate;

__attribute__((visibility("default"))) int dl_iterate_phdr(unwind_visit *visit,
							   void *data)
{
	int answer = unwind_answer_phdr(visit, data);

	if (answer != UNWIND_NOT_ASKED)
		return answer;
	if (!real_iterate)
		real_iterate =
			(iterate_function *)dlsym(RTLD_NEXT, "dl_iterate_phdr");
	return real_iterate ? real_iterate(visit, data) : 0;
}

/* Where libunwind lies; empty until it is used. Found once, so that pipe2 stays
 * what it is for the program: safe in handlers and in a fork's child, where the
 * loader's lock may be held for ever. */
static struct module_image libunwind_image;

static bool is_libunwind(const void *address)
{
	return (uintptr_t)address >= libunwind_image.start &&
	       (uintptr_t)address < libunwind_image.end;
}

enum {
	HIGH_DESCRIPTOR = 4000, /* where the limit leaves no better place */
	TABLE_LIMIT = 65536	/* the kernel's table grows with the number */
};

/* Move a pipe's two descriptors to numbers that the program cannot get: those
 * at its soft limit, reached by raising that for a moment. Where hard and soft
 * limit are one, to numbers that few programs come near to. */
static int hide_pipe(int fds[2])
{
	struct rlimit limit, raised;
	int i, at = HIGH_DESCRIPTOR, moved[2];
	bool raise;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return -1;
	raise = limit.rlim_cur <= TABLE_LIMIT &&
		limit.rlim_max >= limit.rlim_cur + 2;
	if (raise) {
		at = (int)limit.rlim_cur;
		raised = limit;
		raised.rlim_cur += 2;
		setrlimit(RLIMIT_NOFILE, &raised);
	} else if (limit.rlim_cur < HIGH_DESCRIPTOR + 2) {
		at = (int)limit.rlim_cur - 2;
	}
	for (i = 0; i < 2; i++)
		moved[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, at);
	if (raise)
		setrlimit(RLIMIT_NOFILE, &limit);
	for (i = 0; i < 2; i++) {
		close(fds[i]);
		fds[i] = moved[i];
	}
	return moved[0] >= 0 && moved[1] >= 0 ? 0 : -1;
}

/* libunwind validates addresses by a pipe of its own, and remembers its
 * descriptors' numbers. Once the program has closed everything, as daemons do,
 * and opened files, those numbers would be files of the program's, and be
 * written to. So its pipe gets numbers that the program's files cannot have,
 * and it gets no second one: what it cannot validate it does not read, and the
 * stack is cut there and counted. For everyone else this is pipe2. */
__attribute__((visibility("default"))) int pipe2(int fds[2], int flags)
{
	static atomic_bool given;

	if (!is_libunwind(__builtin_return_address(0)))
		return (int)syscall(SYS_pipe2, fds, flags);
	if (!atomic_exchange(&given, true) && !syscall(SYS_pipe2, fds, flags) &&
	    !hide_pipe(fds))
		return 0;
	fds[0] = fds[1] = -1;
	errno = EMFILE;
	return -1;
}

static void first_walk(void)
{
	unw_context_t context;
	unw_cursor_t cursor;

	unw_set_caching_policy(unw_local_addr_space, UNW_CACHE_PER_THREAD);
	unw_getcontext(&context);
	if (unw_init_local(&cursor, &context) == 0)
		while (unw_step(&cursor) > 0)
			;
}

void loader_prepare(void)
{
	real_iterate = (iterate_function *)dlsym(RTLD_NEXT, "dl_iterate_phdr");
	(void)modules_find((uintptr_t)unw_init_local2, &libunwind_image);
	first_walk();
}

#endif
