#include "lib/runtime/control/fork.h"

#include "lib/runtime/control/engine.h"
#include "lib/runtime/control/threads.h"
#include "lib/runtime/signal/raw.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

enum { MENDED = 500 }; /* frames that a handler may have */

/* One fork at a time holds it: atfork handlers run under libc's lock. */
static sigset_t before;
static unsigned blocked; /* that the thread believes to have blocked */
static uintptr_t stack_start, stack_end; /* its own */

/* The parent's: what its hooks know. */
static struct {
	struct rt_frame *top; /* NULL: no hook has come in this thread */
	size_t depth;
	struct rt_nested nested[RT_NEST_MAX];
	unsigned nest;
	char *arena;
	uint64_t arena_size;
	bool kept; /* the child is to have all as it is */
} parent;

static bool sampling(void)
{
	return rt.config.mode != ARENA_MODE_TRACE;
}

static void note_hooks(const struct rt_thread *t)
{
	parent.top = NULL;
	if (!t || !thread_is_planted(t) || !rt_hook_state())
		return;
	parent.top = thread_top(t);
	parent.depth = (size_t)(parent.top - t->bottom);
	parent.nest = t->nest;
	memcpy(parent.nested, t->nested, sizeof(parent.nested));
	parent.arena = arena->base;
	parent.arena_size = atomic_load(&arena->mapped);
}

/* Whether a handler calls fork that has interrupted the runtime, which will go
 * on in the child: with zeros it cannot. What is on the short way of a hook
 * can, with some care. */
static bool is_inside(const struct rt_thread *t)
{
	return thread_guard() == RT_GUARD_BUSY || (t && t->slow) ||
	       (t && thread_in_hook(t) && rt_hook_state() == RT_TIMED);
}

static void keep_in_child(bool kept)
{
	arena_keep_in_child(kept);
	thread_keep_in_child(kept);
}

/* A signal that arrives while the kernel copies the process makes it start
 * over; at high rates it never ends. Samples wait until it is done. */
static void in_parent_before(void)
{
	sigset_t set;

	stack_start = rt_self ? rt_self->stack_start : 0;
	stack_end = rt_self ? rt_self->stack_end : 0;
	note_hooks(rt_self);
	parent.kept = is_inside(thread_self());
	if (parent.kept)
		keep_in_child(true);
	if (!sampling())
		return;
	sigemptyset(&set);
	sigaddset(&set, SIGPROF);
	sigaddset(&set, SIGTRAP);
	blocked = thread_self() ? thread_self()->blocked : 0;
	(void)syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, &before, NSIG / 8);
}

static void restore_mask(void)
{
	if (sampling())
		(void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL,
			      NSIG / 8);
}

static void in_parent_after(void)
{
	if (parent.kept)
		keep_in_child(false);
	restore_mask();
}

/* All is as in the parent, for what was interrupted: it ends in a copy of the
 * parent's profile, which nobody will write. */
static void go_on_unrecorded(struct rt_thread *t)
{
	keep_in_child(false);
	rt_switch(0);
	rt.config.forked = true;
	rt_warn_once("a signal handler called fork in the middle of libprof; "
		     "not recording the child",
		     arena_detach() ? NULL : "and no memory");
	atomic_store(&arena->state, ARENA_FAILED);
	engine_forked();
	if (!t)
		return;
	t->tid = raw_tid();
	t->blocked = blocked;
	t->timer = -1;
	atomic_store(&t->perf_page, NULL);
	atomic_store(&t->wait_page, NULL);
}

/* A handler that called fork may have interrupted hooks, which go on in the
 * child with what they hold of the parent: of its file, which is to stay as it
 * is, and of its frames. One that had not begun to change anything has its
 * frame below those of the handler's functions. */
static void mend_hooks(struct rt_thread *t)
{
	size_t count = parent.depth < MENDED ? parent.depth : MENDED;

	(void)raw_map(parent.arena - ARENA_FRONT,
		      ARENA_FRONT + parent.arena_size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE,
		      -1, 0);
	for (unsigned i = 0; i < parent.nest; i++)
		thread_mend(t, parent.arena, parent.nested[i].top, 1);
	thread_mend(t, parent.arena, parent.top, count + 1);
}

/* The kernel has wiped arena, registry and thread states; what is left of the
 * parent in this thread are the two words of thread-local storage. The child
 * makes its file at its first event, and none if it has no event. Most children
 * live shortly: nothing is asked for that can be had without a call, as a page
 * that is touched is a fault. */
static void in_child(void)
{
	struct rt_thread *t = thread_self();

	if (parent.kept) {
		go_on_unrecorded(t);
		restore_mask();
		return;
	}
	rt_self = NULL;
	rt_top = RT_HIDDEN_TOP;
	rt.config.forked = true;
	if (!rt.config.follow_fork) {
		rt_switch(0);
		atomic_store(&arena->state, ARENA_FAILED);
	}
	engine_forked();
	if (t)
		t = thread_revive(t);
	if (t && parent.top)
		mend_hooks(t);
	if (!t)
		t = thread_adopt();
	restore_mask();
	if (!t)
		return;
	t->blocked = blocked;
	/* Asking libc would allocate, before the program's allocator has heard
	 * of the fork. */
	t->stack_start = stack_start;
	t->stack_end = stack_end;
	rt.config.start_cpu_ns = raw_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	rt.config.dropped_user_ns = rt.config.dropped_sys_ns = 0;
	threads_enter(t, true);
}

bool fork_prepare(void)
{
	return pthread_atfork(in_parent_before, in_parent_after, in_child) == 0;
}
