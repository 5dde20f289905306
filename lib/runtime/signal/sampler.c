#include "lib/runtime/signal/sampler.h"

#include "lib/runtime/signal/hooks.h"
#include "lib/runtime/signal/modules.h"
#include "lib/runtime/signal/raw.h"
#include "lib/runtime/signal/unwind.h"

#include <errno.h>
#include <ucontext.h>

static uint64_t thread_clock_ns(const struct rt_thread *t)
{
	if (rt.config.clock == ARENA_CLOCK_WALL)
		return raw_clock_ns(CLOCK_MONOTONIC);
	return raw_clock_ns(thread_cpu_clock(t->tid));
}

void sampler_begin(struct rt_thread *t, bool from_start)
{
	t->last_clock_ns = from_start && rt.config.clock == ARENA_CLOCK_CPU
				   ? 0
				   : thread_clock_ns(t);
}

/* xorshift32 (Marsaglia, "Xorshift RNGs", 2003). */
static uint32_t random_next(struct rt_thread *t)
{
	uint32_t x = t->random;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return t->random = x;
}

static uint64_t period_ns(void)
{
	return UINT64_C(1000000000) / rt.config.hz;
}

uint64_t sampler_next_due(struct rt_thread *t)
{
	t->due_ns += period_ns() / 2 + random_next(t) % (period_ns() + 1);
	if (t->due_ns <= t->last_clock_ns)
		t->due_ns = t->last_clock_ns + 1;
	return t->due_ns;
}

uint64_t sampler_first_due(struct rt_thread *t)
{
	t->due_ns = t->last_clock_ns + 1 + random_next(t) % period_ns();
	return t->due_ns;
}

/* What the clock moved since the last sample. A clock that went backwards
 * (no Linux clock of ours does) counts as 0 and as a loss. */
static uint64_t weigh(struct rt_thread *t)
{
	uint64_t now = thread_clock_ns(t), weight = now - t->last_clock_ns;

	t->last_clock_ns = now;
	if ((int64_t)weight >= 0)
		return weight;
	arena_lose(ARENA_LOSS_CLOCK);
	return 0;
}

/* The node of T's stack, outermost frame first. Frames for which the arena has
 * no room are left out at the inner end. */
static struct arena_node *find_context(struct rt_thread *t, size_t frames)
{
	struct arena_node *node = t->tree.root;

	while (frames--) {
		uint64_t key = modules_tag(t->pcs[frames]);
		struct arena_node *child = cct_at(node->last);

		if (!node->last || child->fn != key || child->site)
			child = cct_child(&t->tree, node, key, 0, false);
		if (!child)
			break;
		node = child;
	}
	return node;
}

static void book(struct rt_thread *t, void *uc, unsigned overruns)
{
	struct arena_thread *record = t->tree.record;
	enum arena_cut cut = ARENA_CUT_COUNT;
	struct arena_node *node;

	record->overruns += overruns;
	record->samples++;
	if (rt.config.mode == ARENA_MODE_COUNT) {
		node = t->node;
		if (hooks_contain(unwind_interrupted_pc(uc))) {
			record->hook_samples++;
			record->hook_ns += weigh(t);
			return;
		}
	} else {
		node = find_context(t, unwind_stack(t, uc, &cut));
		if (cut != ARENA_CUT_COUNT) {
			record->cut_samples++;
			__atomic_fetch_add(&arena_head()->cuts[cut], 1,
					   __ATOMIC_RELAXED);
		}
	}
	if (node->samples != UINT32_MAX)
		node->samples++;
	node->self += weigh(t);
}

void sampler_take(ucontext_t *uc, unsigned overruns)
{
	int saved_errno = errno;
	struct rt_thread *t = NULL;

	if (!rt_guard)
		t = thread_ready();
	if (t) {
		rt_guard = RT_GUARD_BUSY;
		atomic_signal_fence(memory_order_seq_cst);
		book(t, uc, overruns);
		atomic_signal_fence(memory_order_seq_cst);
		rt_guard = 0;
	} else {
		/* Its time goes with the next sample of this thread. */
		arena_lose(ARENA_LOSS_BUSY);
	}
	errno = saved_errno;
}

void sampler_settle(struct rt_thread *t)
{
	uint64_t weight;

	if (rt.config.mode == ARENA_MODE_TRACE)
		return;
	weight = weigh(t);
	if (t->tree.record)
		t->tree.record->unsampled_ns += weight;
	else
		t->unsampled_ns += weight;
}
