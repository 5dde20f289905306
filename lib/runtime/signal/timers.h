/* timers.h - the engine that needs no rights: a POSIX timer a thread.
 *
 * timer_create on the thread's CPU clock, with SIGPROF sent to that thread
 * (SIGEV_THREAD_ID): no helper thread, and a sleeping thread is left asleep.
 * The kernel looks at these clocks at its tick only, CONFIG_HZ times a second.
 * Each expiry sets the next, at a jittered distance. Context of all: signal.
 */
#ifndef PROF_RUNTIME_TIMERS_H
#define PROF_RUNTIME_TIMERS_H

#include "lib/runtime/signal/thread.h"

/* Give T, any thread, a timer that expires when its CPU clock stands at
 * FIRST_NS. False: there is none to be had. */
bool timers_start(struct rt_thread *t, uint64_t first_ns);

/* Expire again when T's clock stands at NS, or at the next tick. */
void timers_arm(struct rt_thread *t, uint64_t ns);

/* Take T's timer away. */
void timers_stop(struct rt_thread *t);

/* Whether INFO came from a timer of ours. */
bool timers_ours(const siginfo_t *info);

#endif
