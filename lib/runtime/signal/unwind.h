/* unwind.h - the call stack of an interrupted thread.
 *
 * Context of all but unwind_prepare: signal.
 */
#ifndef PROF_RUNTIME_UNWIND_H
#define PROF_RUNTIME_UNWIND_H

#include "lib/runtime/signal/rt.h"

struct rt_thread;

/* Bytes that each thread needs for unwinding. */
size_t unwind_scratch_size(void);

/* Settle what libunwind does lazily. Context: ordinary, before any other. */
void unwind_prepare(void);

/* Fill T->pcs, innermost first, with the addresses to look up: the interrupted
 * pc, then return addresses minus 1 (the very pc where a frame was itself
 * interrupted by a signal). Returns their number, at least 1; *CUT says why
 * the stack ends early, or is ARENA_CUT_COUNT where it is complete. */
size_t unwind_stack(struct rt_thread *t, void *ucontext, enum arena_cut *cut);

#endif
