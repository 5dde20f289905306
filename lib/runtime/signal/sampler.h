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

/* Nanoseconds to the next sample of T: the period, jittered by up to half
 * either way so that no period of the program can hide. Context: signal. */
uint64_t sampler_next_ns(struct rt_thread *t);

#endif
