/* perf.h - the engine with exact rates: a perf event a thread.
 *
 * A software event on the CPU clock, or on what PROF_EVENT names, that sends
 * its own thread SIGTRAP (perf_event_attr.sigtrap, Linux 5.13). The kernel
 * sends it on the way back to the program, never into a system call: nothing
 * is interrupted, nothing returns EINTR. SIGIO-style signals (F_SETSIG) do
 * that some ten times in a thousand short sleeps.
 *
 * The event has no descriptor that the program could close or come by: it is
 * held by a mapping of its page. Forks do not inherit it, exec drops it. What a
 * descriptor could do to a running event is done by making a new one.
 *
 * Context of all: signal.
 */
#ifndef PROF_RUNTIME_PERF_H
#define PROF_RUNTIME_PERF_H

#include "lib/runtime/signal/thread.h"

/* Whether this process may have such events, tried once. */
bool perf_available(void);

/* Give T, any thread, an event that comes first after FIRST_NS more of its CPU
 * time, or after a period where that is 0. False: not to be had, and T is as it
 * was. */
bool perf_start(struct rt_thread *t, uint64_t first_ns);

/* After a sample of T, the calling thread: vary the period when its turn has
 * come. */
void perf_next(struct rt_thread *t);

/* Take T's events away; T may be any thread. */
void perf_stop(struct rt_thread *t);

/* Have T, any thread, told of each wait that ends: it was switched out, and
 * runs again. False: not to be had. */
bool perf_start_waits(struct rt_thread *t);

/* What a sample of T's stands for where samples are of events. */
uint64_t perf_weight(const struct rt_thread *t);

enum perf_kind {
	PERF_NONE, /* not a signal of ours */
	PERF_CLOCK,
	PERF_WAIT
};

/* Which event of ours INFO came from. */
enum perf_kind perf_kind(const siginfo_t *info);

#endif
