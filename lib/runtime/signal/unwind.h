/* unwind.h - the call stack of an interrupted thread.
 *
 * Context of all: signal.
 */
#ifndef PROF_RUNTIME_UNWIND_H
#define PROF_RUNTIME_UNWIND_H

#include "lib/runtime/signal/rt.h"

#include <link.h>

struct rt_thread;

typedef int unwind_visit(struct dl_phdr_info *info, size_t size, void *data);

/* Bytes that each thread needs for unwinding. */
size_t unwind_scratch_size(void);

/* Fill T->pcs, innermost first, with the addresses to look up: the interrupted
 * pc, then return addresses minus 1 (the very pc where a frame was itself
 * interrupted by a signal). Returns their number, at least 1; *CUT says why
 * the stack ends early, or is ARENA_CUT_COUNT where it is complete. */
size_t unwind_stack(struct rt_thread *t, void *ucontext, enum arena_cut *cut);

/* Where the signal of UCONTEXT came in. */
uintptr_t unwind_interrupted_pc(const void *ucontext);

enum { UNWIND_NOT_ASKED = INT32_MIN };

/* libunwind asks dl_iterate_phdr for the object at a pc, and the loader would
 * answer under a lock that the interrupted code may hold. While this thread
 * unwinds, the question is answered here, with the one object that holds the
 * pc. Otherwise returns UNWIND_NOT_ASKED. */
int unwind_answer_phdr(unwind_visit *visit, void *data);

#endif
