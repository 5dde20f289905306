/* tracer.h - events of instrumented code, booked in the context tree.
 *
 * The shadow stack is kept true by stack pointers, not by trust: a frame whose
 * stack pointer lies below the caller's was left by longjmp or an exception,
 * and is dropped at the next event. Return addresses are never touched.
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

/* Drop frames that EVENT shows to be left. Returns the innermost one kept. */
struct rt_frame *tracer_resync(struct rt_thread *t,
			       const struct tracer_event *event);

/* Make room for one more frame; false: no memory, and the loss is counted. */
bool tracer_more_frames(struct rt_thread *t);

/* Child of the current node, or NULL where none can be made. */
struct arena_node *tracer_child(struct rt_thread *t, uint64_t fn,
				uint64_t site);

/* Whether the enter EVENT shows T's innermost frame to be gone. At the same
 * stack pointer it may be a function that EVENT's is inlined into: then the
 * hook is called from another place than before. */
static inline RT_QUIET bool tracer_is_stale(const struct rt_frame *top,
					    uintptr_t sp, uintptr_t hook)
{
	return top->sp < sp || (top->sp == sp && top->hook == hook);
}

#endif
