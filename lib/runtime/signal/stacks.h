/* stacks.h - several stacks on one thread: coroutines.
 *
 * The shadow stack is the thread's; what a coroutine had on it is kept in the
 * coroutine's own stack while that sleeps, and comes back wherever it wakes up,
 * be it on another thread.
 *
 * Context: ordinary or signal, on the thread at hand.
 */
#ifndef PROF_RUNTIME_STACKS_H
#define PROF_RUNTIME_STACKS_H

#include "lib/runtime/signal/thread.h"

enum { STACKS_INLINE_FRAMES = 12 };

/* The shadow stack of a sleeping coroutine. */
struct stacks_saved {
	struct arena_node *root; /* of the tree that the frames' nodes are of */
	struct rt_frame *frames; /* `few`, or a mapping */
	/* Behind the frames, or in `few_calls`: what has come to each call
	 * since it began, where it has when; NULL: calls are not timed. */
	struct rt_call *calls;
	unsigned restarts; /* of the recording when they were saved */
	size_t count;
	size_t mapped_bytes; /* 0: in `few` */
	bool taken;
	struct rt_frame few[STACKS_INLINE_FRAMES];
	struct rt_call few_calls[STACKS_INLINE_FRAMES];
};

/* The stack at hand goes to sleep: its frames move to SAVED. */
void stacks_leave(struct stacks_saved *saved);

/* It runs again: its frames come back from SAVED, and what is on the shadow
 * stack now (another coroutine's, which ended) goes. */
void stacks_resume(struct stacks_saved *saved);

#endif
