#include "lib/runtime/control/calibrate.h"

#include "lib/runtime/signal/clock.h"
#include "lib/runtime/signal/hooks.h"
#include "lib/runtime/signal/raw.h"
#include "lib/runtime/signal/thread.h"

#include <string.h>

enum {
	ROUNDS = 15,
	PAIRS = 400,
	SCRATCH_SIZE = 64 * 1024,
};

/* What an instrumented function without a body compiles to: the hooks are
 * called through pointers, as a shared library's are through its table. */
typedef void hook_function(void *, void *);

static hook_function *volatile enter_hook = __cyg_profile_func_enter;
static hook_function *volatile exit_hook = __cyg_profile_func_exit;

static __attribute__((noinline)) void body_hooked(void)
{
	void *site = __builtin_return_address(0);

	enter_hook((void *)body_hooked, site);
	__asm__ volatile("" ::: "memory");
	exit_hook((void *)body_hooked, site);
}

static __attribute__((noinline)) void body_plain(void)
{
	__asm__ volatile("" ::: "memory");
}

static __attribute__((noinline)) uint64_t time_calls(void (*body)(void))
{
	uint64_t before = clock_ticks();
	int i;

	for (i = 0; i < PAIRS; i++)
		body();
	return clock_ticks() - before;
}

/* The cheapest of several rounds: what interrupts and cache misses add is the
 * program's misfortune, not the hooks' price. */
static void measure(struct rt_thread *t, uint64_t *inside, uint64_t *outside)
{
	uint64_t best_pair = UINT64_MAX, best_inside = UINT64_MAX;
	uint64_t best_plain = UINT64_MAX;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		const struct arena_node *node;
		uint64_t plain = time_calls(body_plain), before, pair;

		node = t->node->last ? cct_at(t->node->last) : NULL;
		before = node ? node->self : 0;
		pair = time_calls(body_hooked);
		node = cct_at(t->node->last);
		if (plain < best_plain)
			best_plain = plain;
		if (i && pair < best_pair) {
			best_pair = pair;
			best_inside = node->self - before;
		}
	}
	*inside = best_inside;
	*outside = best_pair > best_inside + best_plain
			   ? best_pair - best_inside - best_plain
			   : 0;
}

/* Ticks of PAIRS pairs as picoseconds a pair. */
static uint64_t to_ps(uint64_t ticks, const struct arena_sync *from,
		      const struct arena_sync *to)
{
	double ns_per_tick = 1;

	if (rt.config.ticks == ARENA_TICKS_TSC)
		ns_per_tick = (double)(to->mono_ns - from->mono_ns) /
			      (double)(to->ticks - from->ticks);
	return (uint64_t)((double)ticks * ns_per_tick * 1000 / PAIRS);
}

static bool make_scratch(struct arena *scratch)
{
	memset(scratch, 0, sizeof(*scratch));
	scratch->base = raw_map_private(SCRATCH_SIZE);
	if (!scratch->base)
		return false;
	scratch->reserve = SCRATCH_SIZE;
	atomic_store(&scratch->mapped, SCRATCH_SIZE);
	((struct arena_header *)scratch->base)->used_bytes = ARENA_PAGE;
	atomic_store(&scratch->state, ARENA_OPEN);
	return true;
}

/* The hooks record into an arena of their own for the moment: this is called
 * while nothing else records. */
void calibrate_hooks(uint64_t *inside_ps, uint64_t *outside_ps)
{
	static struct arena scratch;
	struct arena *real_arena = arena;
	struct rt_thread *real_self = rt_self, *t;
	unsigned real_guard = rt_guard;
	struct arena_sync from, to;
	uint64_t inside = 0, outside = 0;

	*inside_ps = *outside_ps = 0;
	if (rt.config.mode != ARENA_MODE_TRACE || !make_scratch(&scratch))
		return;
	from = rt.config.sync;
	arena = &scratch;
	rt_self = NULL;
	rt_guard = 0;
	t = thread_reserve();
	if (t) {
		thread_bind(t);
		atomic_store(&rt.active, 1);
		if (thread_plant(t))
			measure(t, &inside, &outside);
		atomic_store(&rt.active, 0);
		thread_release(t);
	}
	rt_self = real_self;
	rt_guard = real_guard;
	arena = real_arena;
	raw_unmap(scratch.base, SCRATCH_SIZE);
	to = clock_sync();
	*inside_ps = to_ps(inside, &from, &to);
	*outside_ps = to_ps(outside, &from, &to);
}
