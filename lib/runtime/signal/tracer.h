/* tracer.h - events of instrumented code, booked in the context tree.
 *
 * The shadow stack is kept true by stack pointers, not by trust: a frame that
 * lies below the stack pointer of an event was left by longjmp or an exception,
 * and is dropped. Return addresses are never touched. An exit hook may be
 * called as a tail call, after its function gave its frame back: then its
 * stack pointer is above that of the enter hook, but not above the caller's.
 *
 * Context of all: signal.
 */
#ifndef PROF_RUNTIME_TRACER_H
#define PROF_RUNTIME_TRACER_H

#include "lib/runtime/signal/thread.h"

/* An enter or exit: of FN, called from SITE (a return address), with the
 * caller's stack pointer SP, by the hook that returns to HOOK. */
struct tracer_event {
	uint64_t fn; /* address, or a region's key */
	uintptr_t site;
	uintptr_t sp;
	uintptr_t hook;
};

/* The general case: threads not seen yet, handlers that interrupt a hook,
 * other clocks, stacks that were left by longjmp. */
void tracer_enter(const struct tracer_event *event);
void tracer_exit(const struct tracer_event *event);

/* The calling thread is in a setjmp for ENV, which restores SP. A function that
 * is inlined has no frame of its own on the stack: SP would not tell whether a
 * longjmp leaves it. */
void tracer_mark(const void *env, uintptr_t sp);

/* The calling thread's stack pointer is back at SP: what lies below was left
 * without exit hooks, and what began since the mark for ENV, if there is one.
 * SP 0: not known. ENV NULL: not by longjmp. */
void tracer_left(const void *env, uintptr_t sp);

/* Book the time since the last event on the current node. Where a handler's
 * event came in between, the difference is negative: modulo 2^64 the sum over
 * all nodes still is the time that passed. */
void tracer_book(struct rt_thread *t);

/* Make room for one more frame; false: no memory, and the loss is counted. */
bool tracer_more_frames(struct rt_thread *t);

/* Child of PARENT, or NULL where none can be made. */
struct arena_node *tracer_child(struct rt_thread *t, struct arena_node *parent,
				uint64_t fn, uint64_t site);

/* Whether the enter EVENT shows T's innermost frame to be gone. At the same
 * stack pointer it may be a function that EVENT's is inlined into: then the
 * hook is called from another place than before. */
static inline RT_QUIET bool tracer_is_stale(const struct rt_frame *top,
					    uintptr_t sp, uintptr_t hook)
{
	return top->sp < sp || (top->sp == sp && top->hook == hook);
}

#endif
