/* masks.h - threads that block all signals, and are sampled nevertheless.
 *
 * A program that blocks SIGPROF or SIGTRAP without having a use for it means
 * all signals. Such a block is noted and not made: a pending sample would be
 * billed to whatever unblocks it, and would end a ppoll at once that should
 * have waited. Where the program does use the signal, the block is real, and
 * the thread's samples stop meanwhile.
 */
#ifndef PROF_RUNTIME_MASKS_H
#define PROF_RUNTIME_MASKS_H

#include "lib/runtime/signal/thread.h"

/* Find the real functions. Context: ordinary, at start-up. */
void masks_prepare(void);

/* T, the calling thread, begins: if it has our signals blocked, as it is or, as
 * far as NOTED says, as its creator believed itself to be, that is noted. */
void masks_enter(struct rt_thread *t, unsigned noted);

/* Really block what T is believed to, for whoever inherits it: before exec. And
 * take that back. Context: signal. */
void masks_make_real(const struct rt_thread *t);
void masks_make_noted(const struct rt_thread *t);

/* A signal that is the program's came to T, the calling thread, which the
 * program believes to block it: block it really, with CONTEXT the handler's,
 * and have it pending. False: T does not block it. Context: signal. */
bool masks_hold(struct rt_thread *t, int number, siginfo_t *info,
		void *context);

#endif
