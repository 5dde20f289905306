#include "lib/runtime/control/ownstack.h"

#include <pthread.h>
#include <string.h>
#include <sys/auxv.h>

/* The kernel leaves at least this much below the top of the main stack to
 * nothing but that stack (mmap_base in its arch/x86/mm/mmap.c). */
#define MAIN_GAP ((uintptr_t)128 * 1024 * 1024)

/* The main thread's stack ends after the name that the program was executed
 * by, in the last words of it (see the kernel's fs/exec.c). */
static uintptr_t main_end(void)
{
	const char *name = (const char *)getauxval(AT_EXECFN);

	if (!name)
		return 0;
	return ((uintptr_t)name + strlen(name) + 1 + sizeof(void *) +
		ARENA_PAGE - 1) &
	       ~(uintptr_t)(ARENA_PAGE - 1);
}

/* Asking pthread_getattr_np for the main thread's would read /proc/self/maps.
 */
void ownstack_find(struct rt_thread *t)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);
	uintptr_t start, end;
	pthread_attr_t attr;
	void *address;
	size_t size;

	if (t->stack_end)
		return;
	end = main_end();
	start = end - MAIN_GAP;
	if (here < end && here >= start) {
		t->stack_start = start;
		t->stack_end = end;
		return;
	}
	/* It asks malloc for room. */
	if (rt.config.early_threads ||
	    pthread_getattr_np(pthread_self(), &attr))
		return;
	if (!pthread_attr_getstack(&attr, &address, &size) &&
	    here - (uintptr_t)address < size) {
		t->stack_start = (uintptr_t)address;
		t->stack_end = (uintptr_t)address + size;
	}
	(void)pthread_attr_destroy(&attr);
}
