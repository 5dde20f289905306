#define UNW_LOCAL_ONLY
#include "lib/runtime/control/loader.h"

#include "lib/runtime/signal/unwind.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <libunwind.h>
#include <sys/eventfd.h>
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

enum { LOW_DESCRIPTORS = 64 };

/* libunwind opens a pipe at its first walk, and keeps it. The program should
 * find the low descriptors free, as it does without us: they are taken for the
 * moment, and the pipe gets higher ones. */
static void take_low_descriptors(int taken[LOW_DESCRIPTORS])
{
	int fd = eventfd(0, EFD_CLOEXEC), count = 0;

	while (fd >= 0 && fd < LOW_DESCRIPTORS && count < LOW_DESCRIPTORS) {
		taken[count++] = fd;
		fd = fcntl(fd, F_DUPFD_CLOEXEC, fd + 1);
	}
	if (fd >= 0)
		close(fd);
	if (count < LOW_DESCRIPTORS)
		taken[count] = -1;
}

static void give_back_descriptors(const int taken[LOW_DESCRIPTORS])
{
	int i;

	for (i = 0; i < LOW_DESCRIPTORS && taken[i] >= 0; i++)
		close(taken[i]);
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
	int taken[LOW_DESCRIPTORS];

	real_iterate = (iterate_function *)dlsym(RTLD_NEXT, "dl_iterate_phdr");
	take_low_descriptors(taken);
	first_walk();
	give_back_descriptors(taken);
}
