#include "lib/runtime/control/fork.h"

#include "lib/runtime/control/engine.h"
#include "lib/runtime/control/threads.h"
#include "lib/runtime/signal/raw.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

enum {
	FORKS = 16,  /* at the same time */
	MENDED = 500 /* frames that a handler may have */
};

/* A fork under way, from the parent's thread before it to the same in the child
 * and in the parent after it. Several threads may be at it at once, and a
 * handler in the midst of one. */
static struct forking {
	_Atomic(pthread_t) thread; /* the same in the child; 0: free */
	unsigned serial;
	uint64_t mask;			  /* before, of signals */
	unsigned blocked;		  /* rt_thread.blocked */
	uintptr_t stack_start, stack_end; /* the thread's own */
	bool kept;			  /* the child has all as it is */

	/* What the thread's hooks know. */
	struct rt_frame *top; /* NULL: none has come */
	size_t depth;
	struct rt_nested nested[RT_NEST_MAX];
	unsigned nest;
	char *arena;
	uint64_t arena_size;
} forks[FORKS];

static atomic_uint serials, keeping;

static struct forking *begin(void)
{
	for (int i = 0; i < FORKS; i++) {
		pthread_t none = 0;

		if (!atomic_compare_exchange_strong(&forks[i].thread, &none,
						    pthread_self()))
			continue;
		forks[i].serial = 1 + atomic_fetch_add(&serials, 1);
		return &forks[i];
	}
	return NULL; /* it goes without */
}

/* The calling thread's, the last that has begun. */
static struct forking *find(void)
{
	struct forking *found = NULL;

	for (int i = 0; i < FORKS; i++) {
		struct forking *f = &forks[i];

		if (pthread_equal(atomic_load(&f->thread), pthread_self()) &&
		    (!found || f->serial > found->serial))
			found = f;
	}
	return found;
}

static bool sampling(void)
{
	return rt.config.mode != ARENA_MODE_TRACE;
}

static void note_hooks(struct forking *f, const struct rt_thread *t)
{
	f->top = NULL;
	if (!t || !thread_is_planted(t) || !rt_hook_state())
		return;
	f->top = thread_top(t);
	f->depth = (size_t)(f->top - t->bottom);
	f->nest = t->nest;
	memcpy(f->nested, t->nested, sizeof(f->nested));
	f->arena = arena->base;
	f->arena_size = atomic_load(&arena->mapped);
}

/* Whether a handler calls fork that has interrupted the runtime, which will go
 * on in the child: with zeros it cannot. What is on the short way of a hook
 * can, with some care. */
static bool is_inside(const struct rt_thread *t)
{
	return thread_guard() == RT_GUARD_BUSY || (t && t->slow) ||
	       (t && thread_in_hook(t) && rt_hook_state() == RT_TIMED);
}

static void keep(const struct rt_thread *t)
{
	if (atomic_fetch_add(&keeping, 1) == 0) {
		arena_keep_in_child(true);
		thread_keep_states(true);
	}
	if (t)
		thread_keep_shadow(t, true);
}

static void keep_no_more(const struct rt_thread *t)
{
	if (t)
		thread_keep_shadow(t, false);
	/* Before the count tells the children of others that all is wiped. */
	if (atomic_load(&keeping) == 1) {
		thread_keep_states(false);
		arena_keep_in_child(false);
	}
	atomic_fetch_sub(&keeping, 1);
}

/* A signal that arrives while the kernel copies the process makes it start
 * over; at high rates it never ends. Samples wait until it is done. */
static void in_parent_before(void)
{
	/* In a sandbox no call is to be made that the program does not make. */
	struct forking *f = rt.config.sandboxed ? NULL : begin();
	struct rt_thread *t = thread_self();
	uint64_t set = UINT64_C(1) << (SIGPROF - 1) | UINT64_C(1)
							      << (SIGTRAP - 1);

	if (!f)
		return;
	f->stack_start = t ? t->stack_start : 0;
	f->stack_end = t ? t->stack_end : 0;
	f->blocked = t ? t->blocked : 0;
	note_hooks(f, t);
	f->kept = is_inside(t);
	if (f->kept)
		keep(t);
	if (sampling())
		(void)syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, &f->mask,
			      sizeof(set));
}

static void restore_mask(const struct forking *f)
{
	if (sampling() && atomic_load(&f->thread))
		(void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &f->mask, NULL,
			      sizeof(f->mask));
}

static void in_parent_after(void)
{
	struct forking *f = find(), was;

	if (!f)
		return;
	was = *f;
	if (was.kept)
		keep_no_more(thread_self());
	atomic_store(&f->thread, 0);
	restore_mask(&was);
}

/* All is as in the parent, for what was interrupted: it ends in a copy of the
 * parent's profile, which nobody will write. */
static void go_on_unrecorded(struct rt_thread *t, const struct forking *f)
{
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
	t->blocked = f->blocked;
	t->timer = -1;
	atomic_store(&t->perf_page, NULL);
	atomic_store(&t->wait_page, NULL);
}

/* A handler that called fork may have interrupted hooks, which go on in the
 * child with what they hold of the parent: of its file, which is to stay as it
 * is, and of its frames. One that had not begun to change anything has its
 * frame below those of the handler's functions. */
static void mend_hooks(struct rt_thread *t, const struct forking *f)
{
	size_t count = f->depth < MENDED ? f->depth : MENDED;

	(void)raw_map(f->arena - ARENA_FRONT, ARENA_FRONT + f->arena_size,
		      PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE,
		      -1, 0);
	for (unsigned i = 0; i < f->nest; i++)
		thread_mend(t, f->arena, f->nested[i].top, 1);
	thread_mend(t, f->arena, f->top, count + 1);
}

/* The kernel has wiped arena, registry and thread states; what is left of the
 * parent in this thread are the two words of thread-local storage. The child
 * makes its file at its first event, and none if it has no event. Most children
 * live shortly: nothing is asked for that can be had without a call, as a page
 * that is touched is a fault. */
static void begin_anew(struct rt_thread *t, const struct forking *f)
{
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
	if (t && f->top)
		mend_hooks(t, f);
	if (!t)
		t = thread_adopt();
	restore_mask(f);
	if (!t)
		return;
	t->blocked = f->blocked;
	/* Asking libc would allocate, before the program's allocator has heard
	 * of the fork. */
	t->stack_start = f->stack_start;
	t->stack_end = f->stack_end;
	rt.config.start_cpu_ns = raw_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	rt.config.dropped_user_ns = rt.config.dropped_sys_ns = 0;
	threads_enter(t, true);
}

static void in_child(void)
{
	struct forking *found = find(), f;
	struct rt_thread *t = thread_self();

	if (rt.config.sandboxed)
		return;
	memset(&f, 0, sizeof(f));
	if (found)
		f = *found;
	for (int i = 0; i < FORKS; i++)
		if (atomic_load(
			    &forks[i].thread)) /* a page written is a fault */
			atomic_store(&forks[i].thread, 0);
	if (atomic_exchange(&keeping, 0)) {
		/* For this child, or for another that was forked just now. */
		if (!f.kept) {
			thread_wipe_states();
			arena_wipe();
		}
		thread_keep_states(false);
		arena_keep_in_child(false);
	}
	if (!f.kept) {
		begin_anew(t, &f);
		return;
	}
	if (t)
		thread_keep_shadow(t, false);
	go_on_unrecorded(t, &f);
	restore_mask(&f);
}

bool fork_prepare(void)
{
	return pthread_atfork(in_parent_before, in_parent_after, in_child) == 0;
}
