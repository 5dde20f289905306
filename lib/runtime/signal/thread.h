/* thread.h - what the runtime knows of each thread.
 *
 * A thread's state is found by one load from thread-local storage of the
 * initial-exec kind, which never allocates. The state lives in memory that
 * fork wipes: a child finds zeros and starts afresh, whatever made it.
 */
#ifndef PROF_RUNTIME_THREAD_H
#define PROF_RUNTIME_THREAD_H

#include "lib/runtime/signal/cct.h"

#include <signal.h>
#include <time.h>

/* An instrumented function that is active: the shadow stack's element. */
struct rt_frame {
	uintptr_t sp;	/* of the function when its enter hook was called */
	uintptr_t hook; /* where it called the enter hook */
	struct arena_node *node;
};

/* What a hook may do with a thread. In memory that fork wiped: RT_UNSET. */
enum rt_hook_state {
	RT_UNSET = 0, /* no tree yet, or nothing to trace */
	RT_TRACE = 1, /* idle; time by the TSC */
	RT_COUNT = 2, /* idle; count without a clock */
	RT_OTHER = 3, /* idle; time by another clock */
	RT_BUSY = 4   /* in a hook: whoever comes now is a signal handler */
};

/* A hook that a signal interrupted, while its handler's functions are traced
 * on the shadow stack above it. */
struct rt_nested {
	struct rt_frame *top, *barrier;
	struct arena_node *node;
};

enum {
	RT_NEST_MAX = 8,
	RT_SHADOW_SPARE = 4 /* elements kept free above limit, for handlers */
};

struct rt_thread {
	/* The hooks' part, in the order of use. */
	unsigned state;		 /* enum rt_hook_state */
	unsigned nest;		 /* interrupted hooks */
	struct arena_node *node; /* the current context */
	uint64_t last;		 /* ticks of the last event booked */
	struct rt_frame *top;	 /* innermost active function */
	struct rt_frame *limit;	 /* last usable element */
	char *base;		 /* of the arena */
	struct rt_frame *bottom; /* the root's element, never popped */
	struct rt_frame *shadow; /* bottom - 1: an element below all others */
	size_t shadow_size;	 /* bytes mapped from shadow */
	struct rt_nested nested[RT_NEST_MAX];

	struct cct tree;
	atomic_uint in_use;
	uint32_t tid; /* from here on cleared when the thread ends */
	union {
		void *(*pthread)(void *);
		int (*thrd)(void *);
	} routine;
	void *argument;
	unsigned destructor_rounds;
	uint64_t start_routine;

	/* The sampler's part. */
	int timer;  /* kernel timer id, -1: none */
	bool named; /* by prof_thread_name: do not ask the kernel */
	uint32_t random;
	uint64_t last_clock_ns;	   /* the clock at the last sample */
	uint64_t due_ns;	   /* and when the next one was to come */
	uint64_t unsampled_ns;	   /* of a thread without a tree as yet */
	uintptr_t *pcs;		   /* room for config.depth addresses */
	uintptr_t unwind_pc;	   /* that libunwind is asked about just now */
	void *scratch;		   /* a cursor for the unwinder */
	struct arena_chunk *names; /* of regions first seen on this thread */
	char name[16];
};

enum {
	RT_GUARD_BUSY = 1,   /* in the runtime: nothing else may start there */
	RT_GUARD_RETIRED = 2 /* the thread has been accounted: stay quiet */
};

/* The two words of thread-local storage. */
extern __thread struct rt_thread *rt_self
	__attribute__((tls_model("initial-exec"))) RT_HIDDEN;
extern __thread unsigned rt_guard __attribute__((tls_model("initial-exec")))
RT_HIDDEN;

/* What the hooks find in an idle thread's state, in this mode. */
unsigned thread_idle_state(void);

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

/* A state not yet bound to any thread. Context: signal. */
struct rt_thread *thread_reserve(void);

/* Give back what thread_reserve or thread_adopt took. Context: signal. */
void thread_release(struct rt_thread *t);

/* Bind T to the calling thread. Context: ordinary or signal. */
void thread_bind(struct rt_thread *t);

/* Call VISIT with each state in use. Context: ordinary. */
void thread_each(void (*visit)(struct rt_thread *t, void *context),
		 void *context);

/* Clock of a thread's CPU time, as pthread_getcpuclockid makes it. */
static inline clockid_t thread_cpu_clock(uint32_t tid)
{
	return (clockid_t)((~(clockid_t)tid) << 3 | 6);
}

/* Make the registry. False: out of memory. */
bool thread_prepare(void);

#endif
