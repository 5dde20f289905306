/* stackmem.h - reading a stack that may not be what it seems.
 *
 * Between the stack pointer and the top of the thread's own stack everything is
 * readable, and nothing else is ever asked. On any other stack (a coroutine's,
 * an alternate one, that of a thread made by hand) each page is first tried, by
 * a system call that does nothing but read there; frames go upwards, page by
 * page, and end where the mapping does.
 *
 * Context of all: signal.
 */
#ifndef PROF_RUNTIME_STACKMEM_H
#define PROF_RUNTIME_STACKMEM_H

#include "lib/runtime/signal/rt.h"

/* Leaf functions use this much below their stack pointer (the ABI's red zone).
 */
enum { STACKMEM_RED_ZONE = 128 };

struct stackmem {
	uintptr_t start, end; /* what is known to be readable */
	bool own;	      /* it is all that there is */
};

/* Begin at SP; OWN_START and OWN_END bound the thread's own stack, both 0 where
 * that is not known. */
void stackmem_open(struct stackmem *s, uintptr_t sp, uintptr_t own_start,
		   uintptr_t own_end);

/* Make the word at ADDRESS readable, if it is. */
bool stackmem_extend(struct stackmem *s, uintptr_t address);

/* Whether a byte can be read at ADDRESS. A system call. */
bool stackmem_probe(uintptr_t address);

static inline bool stackmem_holds(const struct stackmem *s, uintptr_t address)
{
	return address >= s->start && address < s->end &&
	       s->end - address >= sizeof(uintptr_t);
}

/* Read the word at ADDRESS. False: it is not on this stack. */
static inline bool stackmem_read(struct stackmem *s, uintptr_t address,
				 uintptr_t *out)
{
	if (RT_UNLIKELY(!stackmem_holds(s, address)) &&
	    !stackmem_extend(s, address))
		return false;
	*out = *(const uintptr_t *)address;
	return true;
}

#endif
