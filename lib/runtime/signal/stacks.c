#include "lib/runtime/signal/stacks.h"

#include "lib/runtime/signal/raw.h"
#include "lib/runtime/signal/tracer.h"

#include <string.h>

/* Hooks and handlers that come meanwhile find the thread busy. */
static struct rt_thread *seize(unsigned *idle)
{
	struct rt_thread *t = rt_self;

	if (!t || !atomic_load_explicit(&rt.active, memory_order_relaxed) ||
	    t->state == RT_UNSET || t->state == RT_BUSY)
		return NULL;
	*idle = t->state;
	t->state = RT_BUSY;
	atomic_signal_fence(memory_order_seq_cst);
	tracer_book(t);
	return t;
}

static void let_go(struct rt_thread *t, unsigned idle)
{
	atomic_signal_fence(memory_order_seq_cst);
	t->state = idle;
}

void stacks_leave(struct stacks_saved *saved)
{
	unsigned idle;
	struct rt_thread *t = seize(&idle);

	saved->taken = false;
	saved->mapped_bytes = 0;
	if (!t)
		return;
	saved->root = t->tree.root;
	saved->count = (size_t)(t->top - t->bottom);
	saved->frames = saved->few;
	if (saved->count > STACKS_INLINE_FRAMES) {
		saved->mapped_bytes = saved->count * sizeof(struct rt_frame);
		saved->frames = raw_map_private(saved->mapped_bytes);
	}
	if (saved->frames) {
		memcpy(saved->frames, t->bottom + 1,
		       saved->count * sizeof(struct rt_frame));
		t->top = t->bottom;
		t->node = t->bottom->node;
		saved->taken = true;
	} else {
		arena_lose(ARENA_LOSS_STACK);
	}
	let_go(t, idle);
}

/* The frames of a coroutine that wakes up on another thread are given nodes of
 * that thread's tree. No call happens: nothing is counted. */
static void move_nodes(struct rt_thread *t, struct stacks_saved *saved)
{
	struct rt_frame *frames = saved->frames;
	size_t i;

	t->node = t->bottom->node;
	for (i = 0; i < saved->count; i++) {
		const struct arena_node *theirs = frames[i].node;
		struct arena_node *ours =
			tracer_child(t, theirs->fn, theirs->site);

		if (ours)
			t->node = cct_at(ours->target);
		frames[i].node = t->node;
	}
}

void stacks_resume(struct stacks_saved *saved)
{
	unsigned idle;
	struct rt_thread *t;

	if (!saved->taken)
		return;
	t = seize(&idle);
	if (!t && thread_ready())
		t = seize(&idle);
	if (t) {
		if (saved->root != t->tree.root)
			move_nodes(t, saved);
		t->top = t->bottom;
		while (t->top + saved->count >= t->limit)
			if (!tracer_more_frames(t)) {
				saved->count = 0;
				break;
			}
		memcpy(t->bottom + 1, saved->frames,
		       saved->count * sizeof(struct rt_frame));
		t->top = t->bottom + saved->count;
		t->node = t->top->node;
		let_go(t, idle);
	}
	if (saved->mapped_bytes)
		raw_unmap(saved->frames, saved->mapped_bytes);
}
