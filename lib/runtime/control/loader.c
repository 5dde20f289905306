#define UNW_LOCAL_ONLY
#include "lib/runtime/control/loader.h"

#include "lib/runtime/signal/unwind.h"

#include <dlfcn.h>
#include <libunwind.h>

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

void loader_prepare(void)
{
	unw_context_t context;
	unw_cursor_t cursor;

	real_iterate = (iterate_function *)dlsym(RTLD_NEXT, "dl_iterate_phdr");
	unw_set_caching_policy(unw_local_addr_space, UNW_CACHE_PER_THREAD);
	/* The first walk makes pipes, pools and tables. */
	unw_getcontext(&context);
	if (unw_init_local(&cursor, &context) == 0)
		while (unw_step(&cursor) > 0)
			;
}
