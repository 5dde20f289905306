/* sampler.h - what happens on SIGPROF: one stack, booked in the tree.
 *
 * A sample weighs what its thread's clock moved since the thread's last
 * sample, so that totals are right however many ticks the kernel dropped.
 */
#ifndef PROF_RUNTIME_SAMPLER_H
#define PROF_RUNTIME_SAMPLER_H

#include "lib/runtime/signal/thread.h"

#include <signal.h>
#include <ucontext.h>

/* Take a sample of the calling thread. OVERRUNS: expiries that came with this
 * one. Context: signal. */
void sampler_take(ucontext_t *uc, unsigned overruns);

/* Bill the clock since T's last sample to the thread, as time that no sample
 * caught. Context: ordinary, with SIGPROF not coming in. */
void sampler_settle(struct rt_thread *t);

/* Start T's clock: now is its last sample. FROM_START: its time so far counts
 * too. Context: signal. */
void sampler_begin(struct rt_thread *t, bool from_start);

/* When T's next sample is due, on its clock: a period after the last one was
 * due, jittered by up to half a period either way so that no period of the
 * program can hide. A thread that is late is due at once. Context: signal. */
uint64_t sampler_next_due(struct rt_thread *t);

/* When its first is: at a random moment of the first period. */
uint64_t sampler_first_due(struct rt_thread *t);

#endif
