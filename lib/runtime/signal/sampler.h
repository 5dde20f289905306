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

/* By wall clock: T, the calling thread, is back from a wait in the context UC,
 * for an event or for a processor. Waits are sampled by their length, each
 * sample weighing all since the one before. Context: signal. */
void sampler_waited(struct rt_thread *t, ucontext_t *uc);

/* Where no event but the caller tells of waits: one of T's begins now. Time off
 * the CPU before it is left to T's next sample. */
void sampler_wait_begins(struct rt_thread *t);

/* Bill the clock since T's last sample to the thread, as time that no sample
 * caught, and return how much it was. Context: ordinary, with no samples of T
 * coming in. */
uint64_t sampler_settle(struct rt_thread *t);

/* Start T's clock: now is its last sample. FROM_START: its time so far counts
 * too. Context: signal. */
void sampler_begin(struct rt_thread *t, bool from_start);

/* When T's next sample is due, on its clock: a period after the last one was
 * due, jittered by up to half a period either way so that no period of the
 * program can hide. A thread that is late is due at once. Context: signal. */
uint64_t sampler_next_due(struct rt_thread *t);

/* When its first is: when its predecessor's was, else at a random moment of the
 * first period. */
uint64_t sampler_first_due(struct rt_thread *t);

/* The next of T's random numbers. */
uint32_t sampler_random(struct rt_thread *t);

#endif
