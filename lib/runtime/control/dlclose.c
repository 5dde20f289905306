/* dlclose.c - when a module goes, its addresses may come back as another's.
 *
 * dlopen needs no such stand-in, and must not have one: it looks at its
 * caller. */
#include "lib/runtime/signal/modules.h"

#include <dlfcn.h>
#include <errno.h>

typedef int close_function(void *);

__attribute__((visibility("default"))) int dlclose(void *handle)
{
	static close_function *_Atomic real;
	int result, saved_errno;

	if (!real)
		real = (close_function *)dlsym(RTLD_NEXT, "dlclose");
	result = real ? real(handle) : -1;
	saved_errno = errno;
	modules_closed();
	errno = saved_errno;
	return result;
}
