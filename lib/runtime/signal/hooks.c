/* hooks.c - what -finstrument-functions calls, on the shortest way.
 *
 * One read of the clock an event, no call, no lock, no atomic
 * read-modify-write. Whatever is unusual goes to tracer.c. Here and there the
 * order of two lines matters: the clock is read late in the enter hook and
 * early in the exit hook, so that little of our own time falls inside the
 * function's; the frame is complete before `top` includes it. */
#include "lib/runtime/signal/clock.h"
#include "lib/runtime/signal/hooks.h"
#include "lib/runtime/signal/tracer.h"

/* Whether this member of libprof.a came to be linked: only instrumented code
 * refers to it. */
const char hooks_linked = 1;

static __attribute__((noinline, cold)) void
enter_cold(uint64_t fn, uintptr_t site, uintptr_t sp, uintptr_t hook)
{
	const struct tracer_event event = { fn, site, sp, hook };

	tracer_enter(&event);
}

static __attribute__((noinline, cold)) void
exit_cold(uint64_t fn, uintptr_t site, uintptr_t sp, uintptr_t hook)
{
	const struct tracer_event event = { fn, site, sp, hook };

	tracer_exit(&event);
}

static inline bool on(void)
{
	return atomic_load_explicit(&rt.active, memory_order_relaxed);
}

/* The child used last, or else the one that the tree finds or makes. */
static inline struct arena_node *child_of(struct rt_thread *t,
					  struct arena_node *n, uint64_t key,
					  uint64_t site)
{
	struct arena_node *child = cct_at(n->last);

	if (RT_LIKELY(child->fn == key && child->site == site))
		return child;
	return tracer_child(t, key, site);
}

static inline void push(struct rt_thread *t, struct rt_frame *top, uintptr_t sp,
			uintptr_t hook, struct arena_node *entered)
{
	top[1].sp = sp;
	top[1].hook = hook;
	top[1].node = entered;
	atomic_signal_fence(memory_order_release);
	t->top = top + 1;
	t->node = entered;
}

void __cyg_profile_func_enter(void *function, void *call_site)
{
	struct rt_thread *t = rt_self;
	uintptr_t sp = (uintptr_t)__builtin_dwarf_cfa();
	uintptr_t hook = (uintptr_t)__builtin_return_address(0);
	uint64_t site = (uintptr_t)call_site, key;
	struct arena_node *n, *child, *entered;
	struct rt_frame *top;
	unsigned state;

	if (RT_UNLIKELY(!t || !on()))
		goto cold;
	state = t->state;
	top = t->top;
	if (RT_UNLIKELY(state - RT_TRACE > RT_COUNT - RT_TRACE ||
			tracer_is_stale(top, sp, hook) || top >= t->limit))
		goto cold;
	t->state = RT_BUSY;
	atomic_signal_fence(memory_order_seq_cst);
	n = t->node;
	key = (uintptr_t)function |
	      atomic_load_explicit(&rt.epoch_bits, memory_order_relaxed);
	child = child_of(t, n, key, site - 1);
	entered = n;
	if (RT_LIKELY(child != NULL)) {
		child->calls++;
		entered = cct_at(child->target);
	}
	if (state == RT_TRACE) {
		uint64_t now = clock_tsc();

		n->self += now - t->last;
		t->last = now;
	}
	push(t, top, sp, hook, entered);
	atomic_signal_fence(memory_order_seq_cst);
	t->state = state;
	return;
cold:
	enter_cold((uintptr_t)function, (uintptr_t)call_site, sp, hook);
}

void __cyg_profile_func_exit(void *function, void *call_site)
{
	struct rt_thread *t = rt_self;
	uintptr_t sp = (uintptr_t)__builtin_dwarf_cfa();
	struct arena_node *n;
	struct rt_frame *top;
	unsigned state;

	if (RT_UNLIKELY(!t || !on()))
		goto cold;
	state = t->state;
	top = t->top;
	n = t->node;
	if (RT_UNLIKELY(state - RT_TRACE > RT_COUNT - RT_TRACE ||
			top->sp < sp || !n ||
			(n->fn & ARENA_ADDRESS_MASK) != (uintptr_t)function))
		goto cold;
	t->state = RT_BUSY;
	atomic_signal_fence(memory_order_seq_cst);
	if (state == RT_TRACE) {
		uint64_t now = clock_tsc();

		n->self += now - t->last;
		t->last = now;
	}
	t->top = top - 1;
	t->node = top[-1].node;
	atomic_signal_fence(memory_order_seq_cst);
	t->state = state;
	return;
cold:
	exit_cold((uintptr_t)function, (uintptr_t)call_site, sp,
		  (uintptr_t)__builtin_return_address(0));
}
