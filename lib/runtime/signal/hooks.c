/* hooks.c - what -finstrument-functions calls, on the shortest way.
 *
 * One read of the clock an event, no call, no lock, no atomic
 * read-modify-write. Whatever is unusual goes to tracer.c. Here and there the
 * order of two lines matters: the clock is read late in the enter hook and
 * early in the exit hook, so that little of our own time falls inside the
 * function's; the frame is complete before `top` includes it. */
#include "lib/runtime/signal/hooks.h"
#include "lib/runtime/signal/clock.h"
#include "lib/runtime/signal/tracer.h"

/* Whether this member of libprof.a came to be linked: only instrumented code
 * refers to it. */
const char hooks_linked = 1;

static __attribute__((noinline, cold)) void enter_cold(uint64_t fn,
						       uintptr_t site,
						       uintptr_t sp,
						       uintptr_t hook)
{
	const struct tracer_event event = { fn, site, sp, hook };

	tracer_enter(&event);
}

static __attribute__((noinline, cold)) void exit_cold(uint64_t fn,
						      uintptr_t site,
						      uintptr_t sp,
						      uintptr_t hook)
{
	const struct tracer_event event = { fn, site, sp, hook };

	tracer_exit(&event);
}

static inline bool on(void)
{
	return atomic_load_explicit(&rt.active, memory_order_relaxed);
}

static inline struct arena_node *at(const struct rt_thread *t,
				    uint32_t position)
{
	return (struct arena_node *)(t->base + (uint64_t)position * ARENA_UNIT);
}

/* Whether an unloaded module had one of these addresses: rare, as programs
 * are, and then one more look a call. */
static inline bool is_doubtful(const void *function, uintptr_t site)
{
	return RT_UNLIKELY(atomic_load_explicit(&rt.reused_size,
						memory_order_relaxed)) &&
	       (rt_is_reused((uintptr_t)function) || rt_is_reused(site - 1));
}

/* Whether T is idle and its mode has a short way, here. */
static inline bool is_fast(unsigned state)
{
	return state - RT_TRACE <= RT_COUNT - RT_TRACE;
}

static inline void book(struct rt_thread *t, struct arena_node *n)
{
	uint64_t now = clock_tsc();

	n->self += now - t->last;
	t->last = now;
}

/* Enter CHILD from T's current node. The frame is whole before `top` includes
 * it: a handler that comes in between pushes above. */
static inline void commit(struct rt_thread *t, unsigned state,
			  struct arena_node *child, uintptr_t sp,
			  uintptr_t hook)
{
	struct rt_frame *top = t->top;
	struct arena_node *entered = at(t, child->target);

	t->state = RT_BUSY;
	atomic_signal_fence(memory_order_seq_cst);
	child->calls++;
	top[1].sp = sp;
	top[1].hook = hook;
	top[1].node = entered;
	if (state == RT_TRACE)
		book(t, t->node);
	atomic_signal_fence(memory_order_seq_cst);
	t->top = top + 1;
	t->node = entered;
	atomic_signal_fence(memory_order_seq_cst);
	t->state = state;
}

/* The node behind N's last child: where calls come in the order in which they
 * first came, that is the next one. What lies below the tree's next free node
 * is mapped, whatever it is. */
static inline struct arena_node *neighbour(const struct rt_thread *t,
					   const struct arena_node *n)
{
	struct arena_node *next = at(t, n->last) + 1;

	return next < t->tree.next ? next : at(t, 0);
}

/* The call is not the one that was made last from this context. Not inlined,
 * for the sake of the registers of the usual case. */
static __attribute__((noinline)) void enter_other(void *function,
						  uintptr_t site, uintptr_t sp,
						  uintptr_t hook)
{
	struct rt_thread *t = rt_self;
	struct arena_node *n = t->node, *child = neighbour(t, n);
	uint32_t position =
		(uint32_t)((uint64_t)((char *)n - t->base) / ARENA_UNIT);

	if (child->parent == position && child->site == site - 1 &&
	    child->fn == (uintptr_t)function)
		n->last += sizeof(*n) / ARENA_UNIT;
	else
		child = cct_find(&t->tree, t->base, n, (uintptr_t)function,
				 site - 1);
	if (RT_UNLIKELY(!child)) {
		enter_cold((uintptr_t)function, site, sp, hook);
		return;
	}
	commit(t, t->state, child, sp, hook);
}

HOOKS_TEXT void __cyg_profile_func_enter(void *function, void *call_site)
{
	struct rt_thread *t = rt_self;
	uintptr_t sp = (uintptr_t)__builtin_dwarf_cfa();
	uintptr_t hook = (uintptr_t)__builtin_return_address(0);
	uintptr_t site = (uintptr_t)call_site;
	struct arena_node *child;

	if (RT_UNLIKELY(!t || !on() || !is_fast(t->state) ||
			tracer_is_stale(t->top, sp, hook) ||
			t->top >= t->limit || is_doubtful(function, site))) {
		enter_cold((uintptr_t)function, site, sp, hook);
		return;
	}
	child = at(t, t->node->last);
	if (RT_UNLIKELY(child->fn != (uintptr_t)function ||
			child->site != site - 1)) {
		enter_other(function, site, sp, hook);
		return;
	}
	commit(t, t->state, child, sp, hook);
}

HOOKS_TEXT void __cyg_profile_func_exit(void *function, void *call_site)
{
	struct rt_thread *t = rt_self;
	uintptr_t sp = (uintptr_t)__builtin_dwarf_cfa();
	struct rt_frame *top;
	unsigned state;

	if (RT_UNLIKELY(!t || !on() || !is_fast(t->state) ||
			t->top[-1].sp < sp ||
			(t->node->fn & ARENA_ADDRESS_MASK) !=
				(uintptr_t)function)) {
		exit_cold((uintptr_t)function, (uintptr_t)call_site, sp,
			  (uintptr_t)__builtin_return_address(0));
		return;
	}
	state = t->state;
	t->state = RT_BUSY;
	atomic_signal_fence(memory_order_seq_cst);
	if (state == RT_TRACE)
		book(t, t->node);
	top = t->top - 1;
	t->top = top;
	t->node = top->node;
	atomic_signal_fence(memory_order_seq_cst);
	t->state = state;
}
