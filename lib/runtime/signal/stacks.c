#include "lib/runtime/signal/stacks.h"

#include "lib/runtime/signal/raw.h"
#include "lib/runtime/signal/tracer.h"

#include <string.h>

static void release(struct rt_thread *t, bool slow)
{
	thread_show_top(t);
	(void)thread_set_slow(t, slow);
}

/* Hooks and handlers that come meanwhile find the thread busy. *SLOW: for
 * release. */
static struct rt_thread *seize(bool *slow)
{
	struct rt_thread *t = thread_self();

	if (!t || !atomic_load_explicit(&rt.active, memory_order_relaxed) ||
	    !rt_hook_state() || !thread_is_planted(t) || thread_in_hook(t))
		return NULL;
	*slow = thread_set_slow(t, true);
	thread_hide_top(t);
	/* Not in a child that a handler has forked just before. */
	if (!thread_is_planted(t)) {
		release(t, *slow);
		return NULL;
	}
	tracer_book(t);
	return t;
}

static unsigned restarts(void)
{
	return atomic_load_explicit(&rt.restarts, memory_order_relaxed);
}

/* What is saved where a call's ticks are not known, less what its `begin` was.
 */
#define NO_TICKS UINT64_MAX

/* The time that a coroutine sleeps is not its calls'. */
static void stop_calls(const struct rt_thread *t, struct stacks_saved *saved)
{
	const struct rt_call *from = thread_call(t, t->bottom + 1);
	size_t i;

	saved->restarts = restarts();
	for (i = 0; i < saved->count; i++) {
		struct rt_call *to = &saved->calls[i];

		to->begin = from[i].begin > DURATIONS_LEFT_OUT
				    ? t->last - from[i].begin
				    : NO_TICKS - from[i].begin;
		to->calls = t->calls - from[i].calls;
		to->brief = t->brief - from[i].brief;
		to->child = from[i].child;
	}
}

/* What MOVED from another thread has left time in that one's tree, and so
 * cannot be left out any more. */
static void go_on_with_calls(struct rt_thread *t,
			     const struct stacks_saved *saved, bool moved)
{
	struct rt_call *to = thread_call(t, t->bottom + 1);
	bool known = saved->calls && saved->restarts == restarts();
	size_t i;

	for (i = 0; i < saved->count; i++) {
		to[i] = (struct rt_call){ 0, t->calls, t->brief, NULL };
		if (saved->calls &&
		    NO_TICKS - saved->calls[i].begin <= DURATIONS_LEFT_OUT)
			to[i].begin = NO_TICKS - saved->calls[i].begin;
		else if (known)
			to[i].begin = t->last - saved->calls[i].begin;
		if (!known)
			continue;
		to[i].calls = t->calls - saved->calls[i].calls;
		to[i].brief = t->brief - saved->calls[i].brief;
		to[i].child = moved ? NULL : saved->calls[i].child;
	}
}

void stacks_leave(struct stacks_saved *saved)
{
	bool slow;
	struct rt_thread *t = seize(&slow);

	saved->taken = false;
	saved->mapped_bytes = 0;
	if (!t)
		return;
	saved->root = t->tree.root;
	saved->count = (size_t)(t->top - t->bottom);
	saved->frames = saved->few;
	saved->calls = saved->few_calls;
	if (saved->count > STACKS_INLINE_FRAMES) {
		saved->mapped_bytes = saved->count * (sizeof(struct rt_frame) +
						      sizeof(struct rt_call));
		saved->frames = raw_map_private(saved->mapped_bytes);
		saved->calls = (struct rt_call *)(saved->frames + saved->count);
	}
	if (!t->timing)
		saved->calls = NULL;
	if (saved->frames) {
		if (saved->calls)
			stop_calls(t, saved);
		memcpy(saved->frames, t->bottom + 1,
		       saved->count * sizeof(struct rt_frame));
		t->top = t->bottom;
		saved->taken = true;
	} else {
		arena_lose(ARENA_LOSS_STACK);
	}
	release(t, slow);
}

/* Whether FRAME's call has no context of its own: it is left out by a filter,
 * or was lost, and its time is its caller's. */
static bool is_in_caller(const struct rt_frame *frame)
{
	uint64_t fn = frame->node->fn;

	return frame->fn !=
	       (fn & ARENA_REGION_BIT ? fn : fn & ARENA_ADDRESS_MASK);
}

/* The frames of a coroutine that wakes up on another thread are given nodes of
 * that thread's tree. No call happens: nothing is counted. */
static void move_nodes(struct rt_thread *t, struct stacks_saved *saved)
{
	struct rt_frame *frames = saved->frames;
	struct arena_node *node = t->bottom->node;
	size_t i;

	for (i = 0; i < saved->count; i++) {
		const struct arena_node *theirs = frames[i].node;
		struct arena_node *ours =
			is_in_caller(&frames[i])
				? NULL
				: tracer_child(t, node, theirs->fn,
					       theirs->site);

		if (ours)
			node = cct_at(ours->target);
		frames[i].node = node;
	}
}

void stacks_resume(struct stacks_saved *saved)
{
	struct rt_thread *t;
	bool slow;

	if (!saved->taken)
		return;
	t = seize(&slow);
	if (!t && thread_ready())
		t = seize(&slow);
	if (t) {
		bool moved = saved->root != t->tree.root;

		if (moved)
			move_nodes(t, saved);
		t->top = t->bottom;
		while (t->top + saved->count >= t->limit)
			if (!tracer_more_frames(t)) {
				saved->count = 0;
				break;
			}
		memcpy(t->bottom + 1, saved->frames,
		       saved->count * sizeof(struct rt_frame));
		if (t->timing)
			go_on_with_calls(t, saved, moved);
		t->top = t->bottom + saved->count;
		release(t, slow);
	}
	if (saved->mapped_bytes)
		raw_unmap(saved->frames, saved->mapped_bytes);
}
