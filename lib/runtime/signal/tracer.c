#include "lib/runtime/signal/tracer.h"

#include "lib/runtime/signal/brief.h"
#include "lib/runtime/signal/clock.h"
#include "lib/runtime/signal/modules.h"
#include "lib/runtime/signal/raw.h"

#include <errno.h>
#include <string.h>

/* Make what is reserved behind SIZE bytes at START usable, as much again. */
static bool widen(void *start, size_t size)
{
	return !syscall(SYS_mprotect, (char *)start + size, size,
			PROT_READ | PROT_WRITE);
}

/* Map as much again behind SIZE bytes at START. */
static bool grows(void *start, size_t size)
{
	return syscall(SYS_mremap, start, size, size * 2, 0) != -1;
}

/* Beyond what is reserved there is room or none: frames cannot move, as a hook
 * that a handler interrupted may have looked at the top. */
static bool extend(struct rt_thread *t)
{
	size_t size = t->shadow_size, timing_size = thread_timing_size(size);

	if (t->timing && !grows(t->timing, timing_size))
		return false;
	if (!grows(t->shadow, size)) {
		/* To make smaller always succeeds. */
		if (t->timing)
			(void)syscall(SYS_mremap, t->timing, timing_size * 2,
				      timing_size, 0);
		return false;
	}
	t->shadow_room = size * 2;
	return true;
}

bool tracer_more_frames(struct rt_thread *t)
{
	size_t used = (size_t)(t->top - t->shadow), size = t->shadow_size;
	bool more;

	if (size < t->shadow_room)
		more = widen(t->shadow, size) &&
		       (!t->timing ||
			widen(t->timing, thread_timing_size(size)));
	else
		more = extend(t);
	if (!more) {
		arena_lose(ARENA_LOSS_STACK);
		return false;
	}
	t->shadow_size *= 2;
	t->top = t->shadow + used;
	thread_bound_shadow(t);
	return true;
}

struct arena_node *tracer_child(struct rt_thread *t, struct arena_node *parent,
				uint64_t fn, uint64_t site)
{
	struct arena_node *child = cct_find(&t->tree, parent, fn, site);

	if (child)
		return child;
	/* A handler interrupted us while the tree was being changed. */
	if (thread_guard()) {
		arena_lose(ARENA_LOSS_BUSY);
		return NULL;
	}
	thread_hold();
	child = cct_child(&t->tree, parent, fn, site, true);
	thread_go();
	return child;
}

/* The call of FRAME ended, by an exit or without one, no later than the last
 * event booked. */
static void end_call(struct rt_thread *t, const struct rt_frame *frame)
{
	if (t->timing)
		brief_end(t, frame, t->last);
}

static void drop_to(struct rt_thread *t, struct rt_frame *top)
{
	for (struct rt_frame *f = t->top; t->timing && f > top; f--)
		end_call(t, f);
	if (t->top != top)
		__atomic_fetch_add(&arena_head()->losses[ARENA_LOSS_RESYNC],
				   (uint64_t)(t->top - top), __ATOMIC_RELAXED);
	t->top = top;
}

/* Drop the frames that the enter EVENT shows to be gone. */
static void resync_enter(struct rt_thread *t, const struct tracer_event *event)
{
	struct rt_frame *top = t->top;

	while (top > t->bottom && tracer_is_stale(top, event->sp, event->hook))
		top--;
	drop_to(t, top);
}

/* Drop the frames below the one that the exit EVENT may belong to: the
 * outermost that does not lie above its stack pointer. */
static void resync_exit(struct rt_thread *t, const struct tracer_event *event)
{
	struct rt_frame *top = t->top;

	while (top - 1 > t->bottom && top[-1].sp < event->sp)
		top--;
	drop_to(t, top);
}

void tracer_book(struct rt_thread *t)
{
	uint64_t now, passed;

	if (rt.config.mode != ARENA_MODE_TRACE)
		return;
	/* As in hooks.c. */
	now = clock_ticks();
	passed = now - t->last;
	atomic_signal_fence(memory_order_seq_cst);
	if (t->timing)
		t->last = now;
	else
		t->last += passed;
	t->top->node->self += passed;
}

static void enter(struct rt_thread *t, const struct tracer_event *event)
{
	uint64_t key = event->fn;
	struct arena_node *child, *node;

	tracer_book(t);
	resync_enter(t, event);
	if (t->top >= t->limit && !tracer_more_frames(t))
		return;
	if (!(key & ARENA_REGION_BIT))
		key = modules_tag(key);
	node = t->top->node;
	child = tracer_child(t, node, key, modules_tag(event->site - 1));
	if (child) {
		child->calls++;
		node = cct_at(child->target);
	}
	t->top[1] =
		(struct rt_frame){ event->sp, event->hook, node, event->fn };
	if (t->timing)
		*thread_call(t, t->top + 1) =
			(struct rt_call){ child && !arena_is_left_out(child)
						  ? t->last
						  : DURATIONS_LEFT_OUT,
					  ++t->calls, t->brief, child };
	t->top++;
}

/* The innermost frame of EVENT's function that may be the one that exits now:
 * nothing that lies above it on the stack is still active. NULL: none. */
static struct rt_frame *find_exit(struct rt_thread *t,
				  const struct tracer_event *event)
{
	struct rt_frame *f;

	for (f = t->top; f > t->bottom; f--) {
		if (f->fn == event->fn)
			return f;
		/* A frame further out than the exit's own stays active,
		 * unless it is one that the function is inlined into. */
		if (f->sp > event->sp)
			return NULL;
	}
	return NULL;
}

static void leave(struct rt_thread *t, const struct tracer_event *event)
{
	struct rt_frame *f;

	tracer_book(t);
	resync_exit(t, event);
	f = find_exit(t, event);
	if (!f) {
		arena_lose(ARENA_LOSS_EXIT);
		return;
	}
	drop_to(t, f);
	end_call(t, f);
	t->top = f - 1;
}

/* A handler's first event, inside an interrupted hook, whose half-done work
 * is left alone: the handler gets the shadow stack from two elements above.
 * SLOW: as in rt_nested. */
static bool nest(struct rt_thread *t, const struct tracer_event *event,
		 bool slow)
{
	struct rt_nested *n = &t->nested[t->nest];

	if (t->nest == RT_NEST_MAX || t->top >= t->limit) {
		arena_lose(ARENA_LOSS_BUSY);
		return false;
	}
	n->top = t->top;
	n->deeper = t->deeper;
	n->slow = slow;
	n->barrier = t->top + 2;
	*n->barrier =
		(struct rt_frame){ UINTPTR_MAX, event->sp, t->top->node, 0 };
	if (t->timing)
		thread_call(t, n->barrier)->child = t->top->node;
	t->top = n->barrier;
	t->deeper = true;
	t->nest++;
	return true;
}

/* After a handler's last exit the interrupted hook finds all as it was. */
static void unnest(struct rt_thread *t)
{
	const struct rt_nested *n = &t->nested[t->nest - 1];

	if (t->top > n->barrier)
		return;
	/* A call that stays is in the interrupted one. */
	if (t->timing && !thread_call(t, n->barrier)->child)
		thread_call(t, n->top)->child = NULL;
	t->top = n->top;
	t->deeper = n->deeper;
	t->nest--;
}

static struct rt_thread *usable(void)
{
	struct rt_thread *t;

	if (!atomic_load_explicit(&rt.active, memory_order_relaxed) ||
	    rt.config.mode == ARENA_MODE_SAMPLE)
		return NULL;
	t = thread_self();
	return t && thread_is_planted(t) ? t : thread_ready();
}

/* Whether T is in a hook that was interrupted just now, rather than in a
 * handler that has interrupted one and calls on. */
static bool is_interrupted(const struct rt_thread *t)
{
	return thread_in_hook(t) && (!t->nest || t->deeper);
}

void tracer_enter(const struct tracer_event *event)
{
	int saved_errno = errno;
	struct rt_thread *t = usable();
	bool slow = t && thread_set_slow(t, true);

	if (t && is_interrupted(t)) {
		if (nest(t, event, slow)) {
			enter(t, event);
			t->deeper = false;
		}
	} else if (t && t->nest) {
		t->deeper = true;
		enter(t, event);
		t->deeper = false;
	} else if (t) {
		thread_hide_top(t);
		if (thread_is_planted(t))
			enter(t, event);
		thread_show_top(t);
	}
	if (t)
		(void)thread_set_slow(t, slow);
	errno = saved_errno;
}

void tracer_exit(const struct tracer_event *event)
{
	int saved_errno = errno;
	struct rt_thread *t = usable();
	bool slow = t && thread_set_slow(t, true);

	if (t && is_interrupted(t)) {
		; /* of a function that was entered unseen */
	} else if (t && t->nest) {
		t->deeper = true;
		leave(t, event);
		t->deeper = false;
		unnest(t);
	} else if (t) {
		thread_hide_top(t);
		if (thread_is_planted(t))
			leave(t, event);
		thread_show_top(t);
	}
	if (t)
		(void)thread_set_slow(t, slow);
	errno = saved_errno;
}

/* The handler whose events come last is left, and the hook it interrupted. */
static void abandon(struct rt_thread *t)
{
	const struct rt_frame *barrier = t->nested[t->nest - 1].barrier;

	if (t->durations.busy)
		arena_lose(ARENA_LOSS_DURATION);
	t->durations.busy = t->durations.sorting = false;
	for (struct rt_frame *f = t->top; t->timing && f > barrier; f--)
		end_call(t, f);
}

void tracer_mark(const void *env, uintptr_t sp)
{
	struct rt_thread *t = thread_self();
	const struct rt_frame *top;

	/* Also while nothing is recorded: an earlier mark is not to stay. */
	if (!t || !thread_is_planted(t))
		return;
	for (top = thread_top(t); top > t->bottom && top->sp < sp; top--)
		;
	*thread_mark_of(t, env) =
		(struct rt_mark){ env, sp, (size_t)(top - t->bottom) };
}

/* The mark of the setjmp to which a longjmp to ENV has led, whose stack pointer
 * is SP; NULL: not known. */
static const struct rt_mark *find_mark(struct rt_thread *t, const void *env,
				       uintptr_t sp)
{
	const struct rt_mark *mark = env ? thread_mark_of(t, env) : NULL;

	return mark && mark->env == env && mark->sp == sp ? mark : NULL;
}

/* The innermost frame that is left when T's stack pointer is back at SP. */
static struct rt_frame *find_left(struct rt_thread *t,
				  const struct rt_mark *mark, uintptr_t sp)
{
	struct rt_frame *top = t->top;

	while (top > t->bottom && top->sp < sp)
		top--;
	while (mark && top->sp == sp && (size_t)(top - t->bottom) > mark->depth)
		top--;
	return top;
}

/* Whether the handler that interrupted a hook of TOP's is left as well. What
 * TOP has on the stack may lie above SP: its alloca. */
static bool is_handler_left(const struct rt_thread *t,
			    const struct rt_mark *mark,
			    const struct rt_frame *top, uintptr_t sp)
{
	if (mark)
		return mark->depth <= (size_t)(top - t->bottom);
	return top->sp <= sp;
}

void tracer_left(const void *env, uintptr_t sp)
{
	struct rt_thread *t = thread_self();
	const struct rt_mark *mark;
	bool was_in_hook, in_hook, slow;

	if (!sp || !t || !thread_is_planted(t) || !rt_hook_state() ||
	    !atomic_load_explicit(&rt.active, memory_order_relaxed))
		return;
	mark = find_mark(t, env, sp);
	was_in_hook = in_hook = thread_in_hook(t);
	slow = thread_set_slow(t, true);
	thread_hide_top(t);
	if (!thread_is_planted(t)) {
		thread_show_top(t);
		(void)thread_set_slow(t, slow);
		return;
	}
	tracer_book(t);
	/* A handler that jumps out of the hooks it interrupted: they will
	 * never end. One that jumps about within itself stays above them. */
	while (t->nest &&
	       is_handler_left(t, mark, t->nested[t->nest - 1].top, sp)) {
		abandon(t);
		t->top = t->nested[--t->nest].top;
		t->deeper = false;
		in_hook = t->nest;
		slow = in_hook && t->nested[t->nest - 1].slow;
	}
	if (!t->nest && is_handler_left(t, mark, t->top, sp))
		in_hook = false;
	drop_to(t, find_left(t, mark, sp));
	if (in_hook) {
		(void)thread_set_slow(t, slow);
		return;
	}
	/* The hook may have been about to add to the tree. */
	if (was_in_hook && t->guard == RT_GUARD_BUSY)
		thread_go();
	thread_show_top(t);
	(void)thread_set_slow(t, false);
}
