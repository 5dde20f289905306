#include "lib/runtime/signal/stackmem.h"

#include "lib/runtime/signal/raw.h"

#include <errno.h>
#include <signal.h>

enum {
	PAGE = 4096,
	/* A frame larger than this on a stack of unknown size is not believed:
	 * each of its pages costs a system call. */
	STEP_MAX = 1024 * 1024
};

/* The kernel copies the set before it looks at what is to be done with it:
 * EFAULT where it cannot be read, EINVAL as there is no such thing to do.
 * (Abseil asks the same question in this way.) */
bool stackmem_probe(uintptr_t address)
{
	uintptr_t word = address & ~(uintptr_t)7;

	return syscall(SYS_rt_sigprocmask, ~0, word, NULL, NSIG / 8) == -1 &&
	       errno == EINVAL;
}

void stackmem_open(struct stackmem *s, uintptr_t sp, uintptr_t own_start,
		   uintptr_t own_end)
{
	s->own = sp >= own_start && sp < own_end;
	if (s->own) {
		s->start = sp - STACKMEM_RED_ZONE < own_start
				   ? own_start
				   : sp - STACKMEM_RED_ZONE;
		s->end = own_end;
		return;
	}
	/* Nothing is known to be readable as yet. */
	s->start = s->end = sp & ~(uintptr_t)(PAGE - 1);
}

bool stackmem_extend(struct stackmem *s, uintptr_t address)
{
	if (s->own || address < s->start || address - s->end > STEP_MAX ||
	    address & 7)
		return false;
	while (s->end - address < sizeof(uintptr_t) || address >= s->end) {
		if (!stackmem_probe(s->end))
			return false;
		s->end += PAGE;
	}
	return true;
}
