/* threads.h - which threads there are, and what is written of each.
 *
 * Stands in front of pthread_create and thrd_create, to know of threads from
 * their first instant to their last destructor. Context: ordinary.
 */
#ifndef PROF_RUNTIME_THREADS_H
#define PROF_RUNTIME_THREADS_H

#include "lib/runtime/signal/thread.h"

/* Find the real functions, and make the key whose destructor ends a thread. */
bool threads_prepare(void);

/* The calling thread, bound to T, begins to be recorded; with FROM_START its
 * CPU time so far is billed to it, too. */
void threads_enter(struct rt_thread *t, bool from_start);

/* Fill in T's CPU time and what it is doing. Context: signal. */
void threads_mark(struct rt_thread *t);

/* Fill in what is known of T only now: name, CPU time, what it is doing. */
void threads_describe(struct rt_thread *t);

#endif
