/* rt.h - the runtime's state, as hooks and handler see it.
 *
 * Set up by lib/runtime/control before anything is recorded, changed by it
 * only while nothing is (rt.active == 0), except where a field says otherwise.
 */
#ifndef PROF_RUNTIME_RT_H
#define PROF_RUNTIME_RT_H

#include "lib/format/arena.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RT_PATH_MAX    4096
#define RT_LIKELY(x)   __builtin_expect(!!(x), 1)
#define RT_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define RT_HIDDEN      __attribute__((visibility("hidden")))

/* Where much room is needed on the stack, but not while a caller's callees run:
 * a handler's frames are to stay below 1 KiB in all. */
#define RT_APART __attribute__((noinline))

/* The runtime itself is never instrumented, whatever CFLAGS say. */
#define RT_QUIET __attribute__((no_instrument_function))

/* What the process was asked to record. */
struct rt_config {
	uint8_t mode;	/* enum arena_mode */
	uint8_t clock;	/* enum arena_clock */
	uint8_t ticks;	/* enum arena_ticks */
	uint8_t engine; /* enum arena_engine */
	bool events;	/* clock is of events, not of time */
	uint32_t hz;
	uint32_t cpus;	    /* processors of the machine */
	uint32_t page_size; /* of the kernel */
	uint64_t tick_ns;   /* between two looks of it at CPU timers */
	uint32_t depth;	    /* frames of a sampled stack at most */
	uint32_t rank;	    /* UINT32_MAX: none */
	bool session_given; /* by a parent process */
	bool mode_asked;    /* not chosen by mode auto */
	bool forked;	    /* this process is a fork of the configured one */
	bool sandboxed; /* recording has ended for good, and all system calls */
	bool follow_fork;   /* forked children are recorded */
	bool early_threads; /* may be here before their own runtime is ready */
	char session[32];
	char host[64];
	char program[64];
	const void *text; /* exe, cwd and argv, each with its NUL */
	size_t text_size;
	uint64_t reserve_bytes; /* address space for the arena */
	bool rationed;		/* it is limited (RLIMIT_AS) */
	struct arena_sync sync; /* taken at start-up */
	uint64_t start_cpu_ns;	/* CPU time of the process before recording */
	/* What is not to be told of it: that before a reset. */
	uint64_t dropped_user_ns, dropped_sys_ns;
	/* Measured at start-up: see control/calibrate.h. */
	uint64_t hook_inside_ps, hook_outside_ps, hook_spread_ps;
	/* Only in trace mode. */
	bool durations;	    /* of each call are recorded */
	bool timed;	    /* it is known when each call began */
	uint64_t min_ticks; /* calls that take less are left out */
	uint64_t min_duration_ns;
	/* The same costs for durations, in 1/65536 of a tick: what lies in a
	 * call by itself, and for each call that was made inside it. */
	uint64_t call_cost, pair_cost;
	/* The large ones last: a forked child writes among the others, and
	 * gets each page of them by a fault. */
	char exe[RT_PATH_MAX];
	char output[RT_PATH_MAX]; /* absolute; %p and %n not yet expanded */
};

/* What hooks do in a process. */
enum rt_hook_state {
	RT_UNSET = 0, /* nothing: there is nothing to trace */
	RT_TRACE = 1, /* time by the TSC */
	RT_COUNT = 2, /* count without a clock */
	RT_OTHER = 3, /* time by another clock */
	RT_TIMED = 4, /* as RT_TRACE, and each call's duration */
	RT_HOOK_STATES = 0xff,
	RT_REUSED = 0x100 /* besides: rt.reused_size is not 0 */
};

struct rt_globals {
	/* 1 while events are recorded. The handler looks at it first. */
	atomic_uint active;
	/* The hooks look at this instead, one word for all that is the same in
	 * all threads: enum rt_hook_state, RT_UNSET while not active. */
	atomic_uint hooks;
	/* 1 where nothing was recorded for a time: PROF_START=0, prof_stop. */
	atomic_uint interrupted;
	/* How often it began anew after such a time, or a reset. */
	atomic_uint restarts;
	/* Addresses that a module had which is gone: what comes from here may
	 * be another module's by now (modules_tag). Size 0: there are none. */
	_Atomic uintptr_t reused_start, reused_size;
	struct rt_config config;
};

extern struct rt_globals rt RT_HIDDEN;

/* Whether ADDRESS must be asked about before it is looked up. */
static inline RT_QUIET bool rt_is_reused(uintptr_t address)
{
	return address - atomic_load_explicit(&rt.reused_start,
					      memory_order_relaxed) <
	       atomic_load_explicit(&rt.reused_size, memory_order_relaxed);
}

/* What hooks do while recording is active. */
enum rt_hook_state rt_hook_state(void);

/* Make rt.active ACTIVE, and what depends on it; what it was. Context: signal.
 */
unsigned rt_switch(unsigned active);

/* Print "libprof: LINE" on stderr, once a process. Context: signal. */
void rt_warn_once(const char *line, const char *detail);

#endif
