/* brief.h - calls that take too little time to be shown (PROF_MIN_DURATION).
 *
 * A call gets a context when it begins, and how long it takes is known when it
 * ends. One that took too little is taken back: its time goes to its caller's
 * context, its count to a context of brief calls (arena.h). All that it called
 * took less still and has gone the same way before, so all its time is in its
 * own context; a call that stays makes those that it lies in stay, too.
 *
 * Context of all: signal, on the thread at hand.
 */
#ifndef PROF_RUNTIME_BRIEF_H
#define PROF_RUNTIME_BRIEF_H

#include "lib/runtime/signal/thread.h"

/* Take the call of FRAME back, which ended at NOW, or let it stay. Whether it
 * is left out, by this or by another filter. */
bool brief_leave_out(struct rt_thread *t, const struct rt_frame *frame,
		     uint64_t now);

/* The call of FRAME ended at NOW, the last event booked. */
static inline RT_QUIET void brief_end(struct rt_thread *t,
				      const struct rt_frame *frame,
				      uint64_t now)
{
	if (RT_UNLIKELY(rt.config.min_ticks) && brief_leave_out(t, frame, now))
		return;
	if (RT_LIKELY(rt.config.durations))
		durations_end(&t->durations,
			      &(struct durations_event){ frame->node,
							 thread_call(t, frame),
							 now, t->calls });
}

#endif
