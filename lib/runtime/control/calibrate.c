#include "lib/runtime/control/calibrate.h"

#include "lib/runtime/signal/clock.h"
#include "lib/runtime/signal/filter.h"
#include "lib/runtime/signal/hooks.h"
#include "lib/runtime/signal/modules.h"
#include "lib/runtime/signal/raw.h"
#include "lib/runtime/signal/thread.h"

#include <string.h>

enum {
	ROUNDS = 40, /* many and short: some are not disturbed */
	PAIRS = 150,
	SCRATCH_SIZE = 64 * 1024,
	WORK_STEPS = 4, /* about 5 ns, as a small function takes */
};

/* What an instrumented function compiles to: the hooks are called through
 * pointers, as a shared library's are through its table. */
typedef void hook_function(void *, void *);

/* Weak, so that in libprof.a they are linked only where the program itself
 * calls them. */
#pragma weak __cyg_profile_func_enter
#pragma weak __cyg_profile_func_exit

static hook_function *volatile enter_hook = __cyg_profile_func_enter;
static hook_function *volatile exit_hook = __cyg_profile_func_exit;

/* A few nanoseconds of work, each step waiting for the one before, as most
 * code does. The processor goes on with it while the hook reads the clock, so
 * that hooks around work cost less than hooks around nothing. */
static inline __attribute__((always_inline)) uint32_t work(uint32_t x,
							   int steps)
{
	while (steps--)
		x = (x ^ x >> 3) * 5 + 1;
	return x;
}

typedef uint32_t body_function(uint32_t x, int steps);

static __attribute__((noinline)) uint32_t body_hooked(uint32_t x, int steps)
{
	void *site = __builtin_return_address(0);

	enter_hook((void *)body_hooked, site);
	x = work(x, steps);
	exit_hook((void *)body_hooked, site);
	__asm__ volatile("" : "+r"(x)); /* the exit hook is no tail call */
	return x;
}

static __attribute__((noinline)) uint32_t body_plain(uint32_t x, int steps)
{
	x = work(x, steps);
	__asm__ volatile("" : "+r"(x));
	return x;
}

static __attribute__((noinline)) uint64_t time_calls(body_function *body,
						     int steps)
{
	uint64_t before = clock_ticks();
	uint32_t x = 1;
	int i;

	for (i = 0; i < PAIRS; i++)
		x = work(body(x, steps), steps);
	__asm__ volatile("" : : "r"(x));
	return clock_ticks() - before;
}

/* Ticks of PAIRS call pairs. */
struct price {
	uint64_t inside, outside;
};

/* The cheapest of several rounds: what interrupts and cache misses add is the
 * program's misfortune, not the hooks' price. The part inside is that of KNOWN,
 * where that is not NULL: the calls are taken back. */
static struct price measure(struct rt_thread *t, int steps,
			    const struct price *known)
{
	uint64_t best_pair = UINT64_MAX, best_inside = 0;
	uint64_t best_plain = UINT64_MAX;
	struct price price = { 0, 0 };
	int i;

	for (i = 0; i < ROUNDS; i++) {
		const struct arena_node *node;
		uint64_t plain = time_calls(body_plain, steps), before, pair;

		node = thread_node(t)->last ? cct_at(thread_node(t)->last)
					    : NULL;
		before = node ? node->self : 0;
		pair = time_calls(body_hooked, steps);
		node = cct_at(thread_node(t)->last);
		if (plain < best_plain)
			best_plain = plain;
		if (i && pair < best_pair) {
			best_pair = pair;
			best_inside = node->self - before;
		}
	}
	/* Half of the plain loop's time is the body's. */
	if (known)
		price.inside = known->inside;
	else if (best_inside > best_plain / 2)
		price.inside = best_inside - best_plain / 2;
	if (best_pair > best_plain + price.inside)
		price.outside = best_pair - best_plain - price.inside;
	return price;
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
	scratch->base = raw_map_private(ARENA_FRONT + SCRATCH_SIZE);
	if (!scratch->base)
		return false;
	scratch->base += ARENA_FRONT;
	scratch->reserve = SCRATCH_SIZE;
	atomic_store(&scratch->mapped, SCRATCH_SIZE);
	((struct arena_header *)scratch->base)->used_bytes = ARENA_PAGE;
	atomic_store(&scratch->state, ARENA_OPEN);
	return true;
}

/* Both, around nothing and around work. Where brief calls are left out, most
 * are brief: what that takes, behind the exit hook's read of the clock, is
 * their callers' time. */
static void measure_idle_and_busy(struct rt_thread *t, struct price *idle,
				  struct price *busy)
{
	uint64_t min_ticks = rt.config.min_ticks;

	rt.config.min_ticks = 0;
	*idle = measure(t, 0, NULL);
	*busy = measure(t, WORK_STEPS, NULL);
	if (min_ticks) {
		rt.config.min_ticks = UINT64_MAX;
		*idle = measure(t, 0, idle);
		*busy = measure(t, WORK_STEPS, busy);
	}
	rt.config.min_ticks = min_ticks;
}

/* On a thread state of our own. */
static bool measure_both(struct price *idle, struct price *busy)
{
	struct rt_thread *t = thread_reserve();
	struct durations durations;
	bool planted;

	if (!t)
		return false;
	/* What a thread that is gone has left for the next. */
	durations = t->durations;
	memset(&t->durations, 0, sizeof(t->durations));
	thread_bind(t);
	rt_switch(1);
	planted = thread_plant(t);
	if (planted)
		measure_idle_and_busy(t, idle, busy);
	rt_switch(0);
	durations_drop(&t->durations);
	t->durations = durations;
	thread_release(t);
	return planted;
}

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

static void convert(const struct price *idle, const struct price *busy,
		    struct calibration *out)
{
	struct arena_sync from = rt.config.sync, to = clock_sync();
	uint64_t spread = distance(idle->inside, busy->inside) +
			  distance(idle->outside, busy->outside);
	uint64_t whole = busy->inside + busy->outside;

	/* A clock is read as soon as it can be, and not when the work before
	 * it is done: work that is long enough hides hooks altogether. */
	if (whole > spread)
		spread = whole;
	out->inside_ps = to_ps(busy->inside, &from, &to);
	out->outside_ps = to_ps(busy->outside, &from, &to);
	out->spread_ps = to_ps(2 * spread, &from, &to);
	out->call_cost = (busy->inside << 16) / PAIRS;
	out->pair_cost = ((busy->inside + busy->outside) << 16) / PAIRS;
}

/* The hooks record into an arena of their own for the moment: this is called
 * while nothing else records. */
void calibrate_hooks(struct calibration *out)
{
	static struct arena scratch;
	struct arena *real_arena = arena;
	struct rt_thread *real_self = rt_self;
	struct rt_frame *real_top = rt_top;
	struct price idle, busy;
	bool filtering;

	memset(out, 0, sizeof(*out));
	if (rt.config.mode != ARENA_MODE_TRACE || !make_scratch(&scratch))
		return;
	filtering = filter_enable(false);
	arena = &scratch;
	rt_self = NULL;
	rt_top = RT_HIDDEN_TOP;
	if (measure_both(&idle, &busy))
		convert(&idle, &busy, out);
	rt_self = real_self;
	rt_top = real_top;
	arena = real_arena;
	filter_enable(filtering);
	modules_forget();
	raw_unmap(scratch.base - ARENA_FRONT, ARENA_FRONT + SCRATCH_SIZE);
}
