/* unwind.h - the call stack of an interrupted thread.
 *
 * On x86-64 it is walked by rows of unwind information (rows.h), each read
 * once; what is left of the stack of the last sample is not walked again. Where
 * RT_CFI is 0 libunwind walks: on other processors, and where the tests want
 * it.
 *
 * Context of all, unless it says otherwise: signal.
 */
#ifndef PROF_RUNTIME_UNWIND_H
#define PROF_RUNTIME_UNWIND_H

#include "lib/runtime/signal/rt.h"

#ifndef RT_CFI
#if defined(__x86_64__) && !defined(__ILP32__)
#define RT_CFI 1
#else
#define RT_CFI 0
#endif
#endif

struct rt_thread;

enum {
	UNWIND_EXACT = 1, /* pc is where the frame was interrupted; else it is a
			     return address */
	UNWIND_PLAIN = 2, /* two words of the stack lead to the caller */
	UNWIND_OUTERMOST = 4 /* its code says that nobody called it */
};

struct unwind_frame {
	uintptr_t pc, sp, bp; /* in the frame, not at its entry */
	uint32_t node;	      /* its context's position, 0: not yet known */
	int16_t bp_slot;      /* words from the caller's sp to its bp; 0: the
				 same as here */
	uint16_t flags;
};
static_assert(sizeof(struct unwind_frame) == 32, "two frames a cache line");

/* The address to look up for FRAME: a return address may be the next
 * function's, the byte before it is in the call. */
static inline uintptr_t unwind_address(const struct unwind_frame *frame)
{
	return frame->pc - !(frame->flags & UNWIND_EXACT);
}

struct unwind_stack {
	struct unwind_frame *frame; /* innermost first */
	size_t count;		    /* at least 1 */
	size_t known; /* from here on frames have their nodes, as the caller
			 filled them in last time */
	enum arena_cut cut; /* why it ends early; ARENA_CUT_COUNT: it does not
			     */
	bool guessed; /* code without unwind information was passed by guess */
};

/* Bytes that each thread needs for unwinding, zero at first. */
size_t unwind_scratch_size(void);

/* Walk the stack that the signal of UCONTEXT interrupted. What is in OUT holds
 * until the next call; the caller fills in the nodes. */
void unwind_stack(struct rt_thread *t, void *ucontext,
		  struct unwind_stack *out);

/* Room of T's own for what unwind_stack finds: a handler has little stack. */
struct unwind_stack *unwind_room(struct rt_thread *t);

/* T's contexts are no more: forget those of its last sample. */
void unwind_forget(struct rt_thread *t);

/* Where the signal of UCONTEXT came in. */
uintptr_t unwind_interrupted_pc(const void *ucontext);

#endif
