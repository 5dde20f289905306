/* relay.h - the rest of a period, handed on from a finished thread to the next.
 *
 * A thread that lives for less than a period would mostly die unseen. So the
 * CPU time of all threads that start in one routine is sampled as if it were
 * one thread's: a new thread is due when its predecessor would have been, and
 * its first sample weighs what was unsampled of that as well. Context:
 * ordinary.
 */
#ifndef PROF_RUNTIME_RELAY_H
#define PROF_RUNTIME_RELAY_H

#include "lib/runtime/signal/thread.h"

/* Make the table. Without one nothing is handed on. */
void relay_prepare(void);

/* T begins: it takes over what a finished thread left, if one did. */
void relay_take(struct rt_thread *t);

/* T ends, and WEIGHT of its time no sample caught: it is in T's record as
 * unsampled, and stays there until a successor's sample takes it. */
void relay_give(struct rt_thread *t, uint64_t weight);

/* What was handed on so far is no longer in any record. */
void relay_forget(void);

#endif
