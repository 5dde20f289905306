/* guess.h - past code that says nothing of how it is to be unwound.
 *
 * Such code may keep a frame pointer, or have pushed nothing yet. What looks
 * like a return address is believed only if a call instruction lies before it,
 * and what is found in this way is said to be a guess.
 *
 * Context of all: signal.
 */
#ifndef PROF_RUNTIME_GUESS_H
#define PROF_RUNTIME_GUESS_H

#include "lib/runtime/signal/rows.h"
#include "lib/runtime/signal/unwind.h"

/* Whether RETURN_ADDRESS comes right after a call, in code of a module or, with
 * FOREIGN, in other memory that can be read. */
bool guess_is_called(struct rows *rows, uintptr_t return_address, bool foreign);

/* Whether AT is a signal's trampoline, by its instructions: AT->pc is code of a
 * module. */
bool guess_is_trampoline(const struct unwind_frame *at);

/* Fill REGISTERS from what the kernel has put on STACK at SP for a trampoline.
 */
bool guess_interrupted(struct stackmem *stack, uintptr_t sp,
		       uintptr_t registers[CFI_REGISTERS]);

/* Whether AT, which is not where its thread was interrupted, is where a stack
 * begins: it would return to the first byte of a function, which nobody has
 * called (makecontext's). */
bool guess_begins(struct rows *rows, const struct unwind_frame *at);

/* Whether AT is in the code that its module is started with, of which nothing
 * is known: the loader's, which calls the constructors of libraries. */
bool guess_is_start(struct rows *rows, const struct unwind_frame *at);

enum guess {
	GUESS_NONE,
	GUESS_LIKELY,
	GUESS_DOUBTFUL /* believed only if it leads to the outermost frame */
};

/* Fill CALLER's pc, sp and bp, of the frame that called AT; KIND is ROW_NONE or
 * ROW_FOREIGN. A pc of 0: nobody did. SKIP doubtful guesses have been tried. */
enum guess guess_caller(struct rows *rows, struct stackmem *stack,
			enum row_kind kind, const struct unwind_frame *at,
			unsigned skip, struct unwind_frame *caller);

#endif
