/* engine.h - what takes the samples: a choice of sources, behind one door.
 *
 * perf (exact rates, where the kernel permits it) or timer (everywhere). A
 * process starts on timers, which cost nothing to try, and changes to perf
 * events when it has run for some ticks; its header then says so.
 */
#ifndef PROF_RUNTIME_ENGINE_H
#define PROF_RUNTIME_ENGINE_H

#include "lib/runtime/signal/thread.h"

/* Choose rt.config.engine and install the signal handlers. ASKED is an enum
 * option_engine. Context: ordinary, at start-up. */
bool engine_prepare(unsigned asked);

/* In a fork's child: begin on timers again, for most children end soon. */
void engine_forked(void);

/* Have T sampled, whichever thread it is. A failure is counted and warned of
 * once. */
void engine_start(struct rt_thread *t);

/* Whether something takes samples of T; and whether that sends a signal that T
 * blocks. */
bool engine_drives(const struct rt_thread *t);
bool engine_must_move(const struct rt_thread *t);

/* No more samples of T, whichever thread it is. */
void engine_stop(struct rt_thread *t);

#endif
