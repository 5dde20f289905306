/* timers.h - the clockwork behind the samples: one timer a thread.
 *
 * timer_create on the thread's own clock, with the signal sent to that thread
 * (SIGEV_THREAD_ID): no helper thread, and a sleeping thread is left asleep.
 * Each expiry sets the next, at a jittered distance.
 */
#ifndef PROF_RUNTIME_TIMERS_H
#define PROF_RUNTIME_TIMERS_H

#include "lib/runtime/signal/thread.h"

/* Install the SIGPROF handler. Context: ordinary, at start-up. */
bool timers_prepare(void);

/* Give T a running timer. A failure is counted and warned of once. */
void timers_start(struct rt_thread *t);

/* Take T's timer away. */
void timers_stop(struct rt_thread *t);

/* Whether INFO came from a timer of ours. Context: signal. */
bool timers_ours(const siginfo_t *info);

#endif
