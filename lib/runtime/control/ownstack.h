/* ownstack.h - where the calling thread's own stack lies.
 *
 * Context: ordinary.
 */
#ifndef PROF_RUNTIME_OWNSTACK_H
#define PROF_RUNTIME_OWNSTACK_H

#include "lib/runtime/signal/thread.h"

/* Fill in the bounds of T's stack, if they are not; T is the calling thread's.
 * May allocate. What cannot be known stays 0: its stack is read with more care
 * then (signal/stackmem.h). */
void ownstack_find(struct rt_thread *t);

#endif
