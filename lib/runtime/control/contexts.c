/* contexts.c - swapcontext: a thread goes on on another stack.
 *
 * Whoever comes back to this context, and however, comes back to the line
 * after the real call. */
#include "lib/runtime/signal/stacks.h"

#include <dlfcn.h>
#include <errno.h>
#include <ucontext.h>

typedef int swap_function(ucontext_t *, const ucontext_t *);

static swap_function *_Atomic real;

__attribute__((constructor(101))) static void find(void)
{
	real = (swap_function *)dlsym(RTLD_NEXT, "swapcontext");
}

__attribute__((visibility("default"))) int swapcontext(ucontext_t *from,
						       const ucontext_t *to)
{
	struct stacks_saved saved;
	int result, saved_errno = errno;

	if (!real)
		find();
	if (!real) {
		errno = ENOSYS;
		return -1;
	}
	stacks_leave(&saved);
	errno = saved_errno;
	result = real(from, to);
	saved_errno = errno;
	stacks_resume(&saved);
	errno = saved_errno;
	return result;
}
