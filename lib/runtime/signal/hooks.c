/* hooks.c - what -finstrument-functions calls, on the shortest way.
 *
 * One read of the clock an event, no call, no lock, no atomic
 * read-modify-write. Whatever is unusual goes to tracer.c.
 *
 * Here and there the order of two lines matters. The frame is complete before
 * `top` includes it. What a hook needs of its arguments is stored before it
 * reads the clock, so that the registers that a function need not save are
 * enough: while the clock is read (some 10 ns) the processor does fifty other
 * instructions, and each that a hook has beyond that counts. */
#include "lib/runtime/signal/hooks.h"
#include "lib/runtime/signal/brief.h"
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

/* enum rt_hook_state, perhaps with RT_REUSED. */
static inline unsigned what_to_do(void)
{
	return atomic_load_explicit(&rt.hooks, memory_order_relaxed);
}

static inline struct arena_node *at(const char *base, uint32_t position)
{
	return (struct arena_node *)(base + (uint64_t)position * ARENA_UNIT);
}

/* The time until now is TOP's. Both sums move by the same, each at once: what a
 * handler books in between is in both; and two registers do. Until the next
 * event the clock may be ahead then, and a call have begun after its end: calls
 * that are timed have the time that was read. */
static inline void book(struct rt_thread *t, enum rt_hook_state state,
			const struct rt_frame *top)
{
	uint64_t now = clock_tsc(), passed = now - t->last;

	__asm__ volatile("" : "+r"(passed) : : "memory");
	if (state == RT_TIMED)
		t->last = now;
	else
		t->last += passed;
	atomic_signal_fence(memory_order_seq_cst);
	top->node->self += passed;
}

/* As thread_hide_top, in a hook that was not hidden. */
static inline void hide(struct rt_thread *t, struct rt_frame *top)
{
	t->top = top;
	atomic_signal_fence(memory_order_seq_cst);
	rt_top = RT_HIDDEN_TOP;
	atomic_signal_fence(memory_order_seq_cst);
}

/* The hook is done, and TOP the innermost function. A trace keeps `t->top` as
 * well, for the threads that end the recording. */
static inline void show(struct rt_thread *t, enum rt_hook_state state,
			struct rt_frame *top)
{
	atomic_signal_fence(memory_order_seq_cst);
	if (state != RT_COUNT)
		t->top = top;
	atomic_signal_fence(memory_order_seq_cst);
	rt_top = top;
}

static inline bool is_timing(enum rt_hook_state state)
{
	return state == RT_TRACE || state == RT_TIMED;
}

/* Begin a frame above TOP; the time until now is TOP's. It is whole before
 * `top` includes it; a handler that comes in between finds the thread in a
 * hook, and pushes further up. STATE is a constant in most places, so that each
 * mode has code of its own. */
static inline __attribute__((always_inline)) void open_frame(
	struct rt_thread *t, enum rt_hook_state state, struct rt_frame *top,
	void *function, uintptr_t sp, uintptr_t hook)
{
	hide(t, top);
	top[1].sp = sp;
	top[1].hook = hook;
	top[1].fn = (uintptr_t)function;
	atomic_signal_fence(memory_order_seq_cst);
	if (is_timing(state))
		book(t, state, top);
}

/* Enter CHILD from TOP's node, with the frame that was begun. */
static inline __attribute__((always_inline)) void close_frame(
	struct rt_thread *t, enum rt_hook_state state, struct rt_frame *top,
	struct arena_node *child)
{
	top[1].node = at(t->base, child->target);
	child->calls++;
	if (state == RT_TIMED)
		*thread_call(t, top + 1) = (struct rt_call){
			arena_is_left_out(child) ? DURATIONS_LEFT_OUT : t->last,
			++t->calls, t->brief, child
		};
	show(t, state, top + 1);
}

/* Whether NODE is that of calls of FUNCTION which return to SITE. */
static inline bool is_call(const struct arena_node *node, const void *function,
			   uintptr_t site)
{
	return RT_LIKELY(node->fn == (uintptr_t)function) &&
	       RT_LIKELY(node->site == site - 1);
}

/* The call is not the one that was made last from this context: the first
 * probe of the table finds it, or we leave the short way. */
static inline __attribute__((always_inline)) void enter_other(
	struct rt_thread *t, enum rt_hook_state state, struct rt_frame *top,
	void *function, uintptr_t site)
{
	uint32_t parent = cct_position(t->base, top->node);
	uint32_t found =
		*cct_slot(&t->tree, parent, (uintptr_t)function, site - 1);
	struct arena_node *child = at(t->base, found);

	if (!is_call(child, function, site) ||
	    RT_UNLIKELY(child->parent != parent)) {
		uintptr_t sp = top[1].sp, hook = top[1].hook;

		/* A handler may use the element from here on. */
		atomic_signal_fence(memory_order_seq_cst);
		rt_top = top;
		enter_cold((uintptr_t)function, site, sp, hook);
		return;
	}
	top->node->last = found;
	close_frame(t, state, top, child);
}

/* Not inlined, for the sake of the registers of the usual case. */
static HOOKS_TEXT __attribute__((noinline)) void enter_other_untimed(
	void *function, uintptr_t site, struct rt_frame *top)
{
	enter_other(rt_self, RT_TRACE, top, function, site);
}

/* Whether the neighbour CHILD of LAST, which was entered last from TOP's
 * context, is the one: functions that are called in turn are so again, and
 * where they call none themselves, or recur, their nodes lie side by side.
 * Behind the last node of a chunk is a free one, before the first the chunk's
 * head. */
static inline bool is_beside(const struct arena_node *child,
			     const struct arena_node *last,
			     const void *function, uintptr_t site)
{
	return is_call(child, function, site) && child->parent == last->parent;
}

/* CHILD, which is beside it, is the one used last from now on. What is needed
 * is loaded again: so it takes no register in the usual case. */
static inline void note_last(const char *base, struct rt_frame *top,
			     const struct arena_node *child)
{
	atomic_signal_fence(memory_order_seq_cst);
	top->node->last = cct_position(base, child);
}

/* Neither LAST nor the one behind it. A LAST that is none is the arena's head,
 * before which are zeros. */
static HOOKS_TEXT __attribute__((noinline)) void enter_before(
	void *function, uintptr_t site, struct rt_frame *top,
	struct arena_node *last)
{
	if (is_beside(last - 1, last, function, site)) {
		note_last(rt_self->base, top, last - 1);
		close_frame(rt_self, RT_TRACE, top, last - 1);
	} else {
		enter_other_untimed(function, site, top);
	}
}

static HOOKS_TEXT __attribute__((noinline)) void enter_other_timed(
	void *function, uintptr_t site, struct rt_frame *top)
{
	enter_other(rt_self, RT_TIMED, top, function, site);
}

/* The function may be inlined into the active one, or be called while that is
 * gone, or be where one of a module was that is unloaded. */
static HOOKS_TEXT __attribute__((noinline)) void enter_odd(void *function,
							   uintptr_t site,
							   uintptr_t sp,
							   uintptr_t hook)
{
	enum rt_hook_state state =
		(enum rt_hook_state)(what_to_do() & RT_HOOK_STATES);
	struct rt_frame *top = rt_top;

	if ((state == RT_COUNT || is_timing(state)) && top != RT_HIDDEN_TOP &&
	    top < rt_self->limit && !tracer_is_stale(top, sp, hook) &&
	    !rt_is_reused((uintptr_t)function) && !rt_is_reused(site - 1)) {
		open_frame(rt_self, state, top, function, sp, hook);
		if (state == RT_TIMED)
			enter_other_timed(function, site, top);
		else
			enter_other_untimed(function, site, top);
	} else {
		enter_cold((uintptr_t)function, site, sp, hook);
	}
}

/* The rest of the short way, in one mode. */
static inline __attribute__((always_inline)) void enter(
	struct rt_thread *t, enum rt_hook_state state, struct rt_frame *top,
	void *function, uintptr_t site, uintptr_t sp, uintptr_t hook)
{
	struct arena_node *child;

	open_frame(t, state, top, function, sp, hook);
	child = at(t->base, top->node->last);
	if (is_call(child, function, site)) {
		close_frame(t, state, top, child);
	} else if (state == RT_TIMED) {
		enter_other_timed(function, site, top);
	} else if (is_beside(child + 1, child, function, site)) {
		note_last(t->base, top, child + 1);
		close_frame(t, state, top, child + 1);
	} else {
		enter_before(function, site, top, child);
	}
}

/* With durations. Not inlined, as others are to be no slower for it. */
static HOOKS_TEXT __attribute__((noinline)) void enter_timed(void *function,
							     uintptr_t site,
							     uintptr_t sp,
							     uintptr_t hook)
{
	enter(rt_self, RT_TIMED, rt_top, function, site, sp, hook);
}

HOOKS_TEXT void __cyg_profile_func_enter(void *function, void *call_site)
{
	struct rt_thread *t = rt_self;
	struct rt_frame *top = rt_top;
	unsigned state = what_to_do();
	uintptr_t sp = (uintptr_t)__builtin_dwarf_cfa();
	uintptr_t hook = (uintptr_t)__builtin_return_address(0);
	uintptr_t site = (uintptr_t)call_site;

	/* Computed once. */
	__asm__("" : "+r"(sp));
	if (RT_UNLIKELY(top->sp <= sp))
		enter_odd(function, site, sp, hook);
	else if (RT_UNLIKELY(top >= t->limit))
		enter_cold((uintptr_t)function, site, sp, hook);
	else if (RT_LIKELY(state == RT_COUNT))
		enter(t, RT_COUNT, top, function, site, sp, hook);
	else if (state == RT_TRACE)
		enter(t, RT_TRACE, top, function, site, sp, hook);
	else if (state == RT_TIMED)
		enter_timed(function, site, sp, hook);
	else
		enter_odd(function, site, sp, hook);
}

/* A handler that comes here finds all as it is before or after: it pushes above
 * the top, and leaves it as it was. */
static inline void leave_counted(struct rt_frame *top)
{
	rt_top = top - 1;
}

static inline void leave_traced(struct rt_frame *top)
{
	struct rt_thread *t = rt_self;

	hide(t, top);
	book(t, RT_TRACE, top);
	show(t, RT_TRACE, top - 1);
}

/* With durations: the clock is read first, so that the recording is the
 * caller's time. */
static HOOKS_EXIT_TEXT __attribute__((noinline)) void leave_timed(
	struct rt_frame *top)
{
	struct rt_thread *t = rt_self;
	uint64_t now;

	hide(t, top);
	book(t, RT_TIMED, top);
	now = t->last;
	/* A handler that comes now pushes two elements further up, and leaves
	 * this one alone. One that jumps out of here finds it gone. */
	t->top = top - 1;
	atomic_signal_fence(memory_order_seq_cst);
	brief_end(t, top, now);
	atomic_signal_fence(memory_order_seq_cst);
	rt_top = top - 1;
}

HOOKS_EXIT_TEXT void __cyg_profile_func_exit(void *function, void *call_site)
{
	struct rt_frame *top = rt_top;
	uint8_t state = (uint8_t)what_to_do();
	uintptr_t sp = (uintptr_t)__builtin_dwarf_cfa();

	if (RT_UNLIKELY(top[-1].sp < sp) ||
	    RT_UNLIKELY(top->fn != (uintptr_t)function))
		exit_cold((uintptr_t)function, (uintptr_t)call_site, sp,
			  (uintptr_t)__builtin_return_address(0));
	else if (RT_LIKELY(state == RT_COUNT))
		leave_counted(top);
	else if (state == RT_TRACE)
		leave_traced(top);
	else if (state == RT_TIMED)
		leave_timed(top);
	else
		exit_cold((uintptr_t)function, (uintptr_t)call_site, sp,
			  (uintptr_t)__builtin_return_address(0));
}
