/* walk.h - one walk of a stack, frame by frame, by rows.
 *
 * Context of all: signal.
 */
#ifndef PROF_RUNTIME_WALK_H
#define PROF_RUNTIME_WALK_H

#include "lib/runtime/signal/rows.h"
#include "lib/runtime/signal/unwind.h"

struct walk {
	struct rows *rows;
	struct stackmem stack;
	uintptr_t own_start, own_end; /* of the thread's own stack */
	/* Those of the frame number registers_of; all are known there. */
	uintptr_t *registers;
	size_t registers_of;

	struct unwind_frame *frame; /* found so far, innermost first */
	size_t count, limit;
	/* What is left of an earlier, complete stack; where the walk joins it,
	 * the rest of the stack is from memo to memo_end. */
	struct unwind_frame *memo, *memo_end;
	bool joined, guessed;
	/* Where a doubtful guess was made, by the frames before it, and how
	 * many have been tried there. 0: nowhere. */
	size_t doubted;
	unsigned tried;
	struct unwind_frame again; /* there, for the next try */
	unsigned signals;	   /* trampolines passed */
	enum arena_cut cut;
};

/* Walk from FIRST outwards. */
void walk_run(struct walk *w, struct unwind_frame *first);

/* From the registers of frame AT, number w->registers_of, to its caller's, by
 * all that its unwind information says. False: it cannot be done. */
bool walk_step_full(struct walk *w, const struct unwind_frame *at);

#endif
