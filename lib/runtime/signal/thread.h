/* thread.h - what the runtime knows of each thread.
 *
 * A thread's state is found by one load from thread-local storage of the
 * initial-exec kind, which never allocates. The state lives in memory that
 * fork wipes: a child finds zeros and starts afresh, whatever made it.
 */
#ifndef PROF_RUNTIME_THREAD_H
#define PROF_RUNTIME_THREAD_H

#include "lib/runtime/signal/cct.h"
#include "lib/runtime/signal/cover.h"
#include "lib/runtime/signal/durations.h"

#include <signal.h>
#include <time.h>

/* An instrumented function that is active: the shadow stack's element. */
struct rt_frame {
	uintptr_t sp;	/* of the function when its enter hook was called */
	uintptr_t hook; /* where it called the enter hook */
	struct arena_node *node; /* the context that it entered */
	uint64_t fn;		 /* its address, or a region's key */
};

/* A hook that a signal interrupted, while its handler's functions are traced
 * on the shadow stack above it. */
struct rt_nested {
	struct rt_frame *top, *barrier;
	bool deeper; /* it is itself a hook of a handler's function */
	bool slow;   /* it, or one that was interrupted before, is slow */
};

/* A setjmp: how many frames there were, the root's not counted. */
struct rt_mark {
	const void *env; /* its jmp_buf; NULL: none */
	uintptr_t sp;	 /* the stack pointer that it restores */
	size_t depth;
};

/* What a new thread is to run: its handlers may fork before it has looked. In
 * memory that fork does not wipe. */
struct rt_start {
	union {
		void *(*pthread)(void *);
		int (*thrd)(void *);
	} routine;
	void *argument;
	struct rt_thread *state;
};

enum {
	RT_MARKS = 16, /* a power of two */
	RT_NEST_MAX = 8,
	RT_SHADOW_SPARE = 4 /* elements kept free above limit, for handlers */
};

struct rt_thread {
	/* The hooks' part, in the order of use. */
	unsigned guard; /* enum rt_guard */
	unsigned nest;	/* interrupted hooks */
	bool deeper;	/* in a hook of a handler's function */
	bool slow; /* in a hook, maybe interrupted, that left the short way */
	uint64_t last;		 /* ticks of the last event booked */
	struct rt_frame *top;	 /* innermost active function: thread_top */
	struct rt_frame *limit;	 /* last usable element */
	char *base;		 /* of the arena */
	struct rt_frame *bottom; /* the root's element, never popped */
	struct rt_frame *shadow; /* bottom - 1: an element below all others */
	size_t shadow_size;	 /* bytes in use from shadow, and */
	size_t shadow_room;	 /* bytes reserved: so far it grows in place */
	struct rt_nested nested[RT_NEST_MAX];

	/* Where calls are timed only: what the element of `shadow` with the
	 * same number knows of its call; calls so far; and the ticks so far of
	 * those that were left out as brief. */
	struct rt_call *timing;
	uint64_t calls, brief;

	/* Stay with the state when the next thread takes it. */
	struct cover_table cover;
	struct durations durations;

	struct cct tree;
	atomic_uint in_use;
	uint32_t tid; /* from here on cleared when the thread ends */
	unsigned destructor_rounds;
	uint64_t start_routine;

	/* The sampler's part. */
	int timer;  /* kernel timer id, -1: none */
	bool named; /* by prof_thread_name: do not ask the kernel */
	uint32_t random;
	/* Our signals, as bits, that the program believes this thread to block,
	 * and those that it does (control/masks.h). */
	unsigned blocked, blocked_really;
	_Atomic(void *) perf_page; /* holds the perf event; NULL: none */
	_Atomic(void *) wait_page; /* and the one on context switches */
	uint64_t perf_period;	   /* of that event */
	uint64_t perf_other;	 /* period of the second run of a pair, or 0 */
	uint32_t perf_run;	 /* samples that a run of the pair has */
	uint32_t perf_left;	 /* samples until the period changes */
	uint32_t sample_cost_ns; /* in the handler, smoothed */
	uint64_t last_clock_ns;	 /* CPU clock at the last sample */
	uint64_t due_ns;	 /* and when the next one was to come */
	uint64_t last_wall_ns;	 /* wall clock up to which time is billed */
	uint64_t waited_ns;	 /* waits since the last that was sampled */
	uint64_t wait_due_ns;	 /* sampled when they have come to this */
	uint64_t stray_ns;	 /* off the CPU before a wait began */
	uint64_t unsampled_ns;	 /* of a thread without a tree as yet */
	/* Handed on by a thread that has ended (control/relay.h): CPU time to
	 * the first sample, and time that this will weigh besides its own,
	 * which OWED_RECORD has as unsampled until then. */
	uint64_t left_ns, owed_ns;
	struct arena_thread *owed_record;
	uintptr_t stack_start; /* the thread's own stack, if known: stack_end */
	uintptr_t stack_end;   /* is not 0 */
	void *scratch;	       /* the unwinder's */
	struct arena_chunk *names; /* of regions first seen on this thread */
	char name[16];
	struct rt_mark marks[RT_MARKS]; /* by thread_mark_of */
};

/* Bits of rt_thread.blocked. */
enum { RT_BLOCKS_PROF = 1, RT_BLOCKS_TRAP = 2 };

enum rt_guard {
	RT_GUARD_NONE = 0,
	RT_GUARD_BUSY = 1,    /* in the runtime: nothing else may start there */
	RT_GUARD_RETIRED = 2, /* the thread has been accounted: stay quiet */
	RT_GUARD_STARTING = 3 /* the process is not the program's yet */
};

/* The two words of thread-local storage: the thread's state, and its innermost
 * active function, one load nearer to the hooks. RT_HIDDEN_TOP there: the
 * thread has no tree, or it is in a hook, and whoever comes now is a signal
 * handler's; then `t->top` has it, and in trace mode it always does. Outside of
 * the hooks thread_top is the one to use. */
struct rt_local {
	struct rt_thread *self;
	struct rt_frame *top;
};
extern __thread struct rt_local rt_local
	__attribute__((tls_model("initial-exec"))) RT_HIDDEN;
#define rt_self (rt_local.self)
#define rt_top	(rt_local.top)

/* All zeros: no function's stack pointer is as low, and so what a hook checks
 * first of any frame leads it off the short way. */
extern struct rt_frame rt_hidden[2] RT_HIDDEN;
#define RT_HIDDEN_TOP (rt_hidden + 1)

/* A thread without a state of its own has one of these where it must say that
 * it is busy, or has retired: all zeros but for the guard. */
extern struct rt_thread rt_busy_nobody RT_HIDDEN, rt_retired_nobody RT_HIDDEN;

/* The calling thread's state; NULL: it has none. */
static inline RT_QUIET struct rt_thread *thread_self(void)
{
	struct rt_thread *t = rt_self;

	return t == &rt_busy_nobody || t == &rt_retired_nobody ? NULL : t;
}

/* What keeps the calling thread from starting anything here. */
static inline RT_QUIET enum rt_guard thread_guard(void)
{
	return rt_self ? (enum rt_guard)rt_self->guard : RT_GUARD_NONE;
}

/* The thread is in the runtime until thread_go: to be called where its guard
 * is RT_GUARD_NONE. */
static inline RT_QUIET void thread_hold(void)
{
	if (rt_self)
		rt_self->guard = RT_GUARD_BUSY;
	else
		rt_self = &rt_busy_nobody;
	atomic_signal_fence(memory_order_seq_cst);
}

static inline RT_QUIET void thread_go(void)
{
	atomic_signal_fence(memory_order_seq_cst);
	if (rt_self == &rt_busy_nobody)
		rt_self = NULL;
	else
		rt_self->guard = RT_GUARD_NONE;
}

/* Whether T has a tree, and a shadow stack that begins with its root. */
static inline RT_QUIET bool thread_is_planted(const struct rt_thread *t)
{
	return t->top && t->bottom;
}

/* Whether FRAME is one of T's. In the child of a fork that was called in a
 * handler, a hook that the handler interrupted goes on with the parent's. */
static inline RT_QUIET bool thread_has_frame(const struct rt_thread *t,
					     const struct rt_frame *frame)
{
	return frame >= t->bottom && frame <= t->limit + RT_SHADOW_SPARE;
}

/* The innermost active function of T; NULL: it has no tree yet. */
static inline RT_QUIET struct rt_frame *thread_top(const struct rt_thread *t)
{
	struct rt_frame *top =
		t == rt_self && rt_top != RT_HIDDEN_TOP ? rt_top : t->top;

	return thread_has_frame(t, top) ? top : t->bottom;
}

/* The context that T is in; NULL: it has no tree yet. */
static inline RT_QUIET struct arena_node *thread_node(const struct rt_thread *t)
{
	const struct rt_frame *top = thread_top(t);

	return top ? top->node : NULL;
}

/* Whether the calling thread, which is T, is in a hook. */
static inline RT_QUIET bool thread_in_hook(const struct rt_thread *t)
{
	return thread_is_planted(t) && rt_top == RT_HIDDEN_TOP;
}

/* Whether a child that a handler forks from here on is to find all of T, which
 * is the calling thread's, as it is; and whether it was to before. A child that
 * was forked just before has a T without a tree. */
static inline RT_QUIET bool thread_set_slow(struct rt_thread *t, bool slow)
{
	bool was = t->slow;

	atomic_signal_fence(memory_order_seq_cst);
	t->slow = slow;
	atomic_signal_fence(memory_order_seq_cst);
	return was;
}

/* T, the calling thread, enters a hook's slow way, or the like, and is slow:
 * until thread_show_top others that come are a handler's. */
static inline RT_QUIET void thread_hide_top(struct rt_thread *t)
{
	t->top = thread_top(t);
	atomic_signal_fence(memory_order_seq_cst);
	rt_top = RT_HIDDEN_TOP;
	atomic_signal_fence(memory_order_seq_cst);
}

/* Let the calling thread's hooks find T's top where it is now, if T is its. */
static inline RT_QUIET void thread_show_top(const struct rt_thread *t)
{
	atomic_signal_fence(memory_order_seq_cst);
	if (t == rt_self)
		rt_top = t->top ? t->top : RT_HIDDEN_TOP;
}

/* Where T keeps the mark of ENV: another's that has the same place is lost. */
static inline RT_QUIET struct rt_mark *thread_mark_of(struct rt_thread *t,
						      const void *env)
{
	return &t->marks[(uint64_t)(uintptr_t)env *
				 UINT64_C(0x9e3779b97f4a7c15) >>
			 60];
}

/* What T, which has timing, knows of FRAME's call. */
static inline RT_QUIET struct rt_call *thread_call(const struct rt_thread *t,
						   const struct rt_frame *frame)
{
	return t->timing + (frame - t->shadow);
}

/* Bytes of rt_thread.timing where those of its shadow are SIZE. */
static inline size_t thread_timing_size(size_t size)
{
	return size / sizeof(struct rt_frame) * sizeof(struct rt_call);
}

/* Set bottom and limit by shadow and its size. */
static inline void thread_bound_shadow(struct rt_thread *t)
{
	t->bottom = t->shadow + 1;
	t->limit = t->shadow + t->shadow_size / sizeof(struct rt_frame) -
		   RT_SHADOW_SPARE;
}

/* This thread's state, made if need be, with its tree planted; NULL where the
 * arena cannot be had, or while the thread is busy here or has retired.
 * Context: signal. */
struct rt_thread *thread_ready(void);

/* Give T, the calling thread's, its record and root. False: no room. */
bool thread_plant(struct rt_thread *t);

/* This thread's state without a tree, for its creator's notes; NULL: no
 * memory. Context: signal. */
struct rt_thread *thread_adopt(void);

/* In a fork's child: T, what the calling thread had for a state in the parent,
 * is that again, wiped as it is; NULL: it is not to be had. Context: signal. */
struct rt_thread *thread_revive(struct rt_thread *t);

/* After thread_revive: a handler that called fork may have interrupted a hook
 * that had looked at the frame FROM, or at one of COUNT - 1 below it. The hook
 * goes on in the child, and is to find there and in T what leads it off the
 * short way: an arena at BASE that is all zeros, ARENA_PAGE and more. */
void thread_mend(struct rt_thread *t, char *base, struct rt_frame *from,
		 size_t count);

/* A state not yet bound to any thread. Context: signal. */
struct rt_thread *thread_reserve(void);

/* Give back what thread_reserve or thread_adopt took. Context: signal. */
void thread_release(struct rt_thread *t);

/* Bind T to the calling thread. Context: ordinary or signal. */
void thread_bind(struct rt_thread *t);

/* Call VISIT with each state in use. Context: ordinary. */
void thread_each(void (*visit)(struct rt_thread *t, void *context),
		 void *context);

/* Where the creator of the thread that T is reserved for puts it. */
struct rt_start *thread_start(struct rt_thread *t);

/* Whether children have all states as they are, or zeros; and T's shadow stack.
 * Context: signal. */
void thread_keep_states(bool kept);
void thread_keep_shadow(const struct rt_thread *t, bool kept);

/* Make zeros of all states, in a child that should have found them so. Context:
 * signal. */
void thread_wipe_states(void);

/* Clock of a thread's CPU time, as pthread_getcpuclockid makes it. */
static inline clockid_t thread_cpu_clock(uint32_t tid)
{
	return (clockid_t)((~(clockid_t)tid) << 3 | 6);
}

/* Make the registry. False: out of memory. */
bool thread_prepare(void);

#endif
