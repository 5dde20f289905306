/* symbol_fragment.h - where functions start, by their unwind information.
 *
 * Even a stripped object has it; it says what the symbols no longer say: which
 * addresses belong together.
 */
#ifndef PROF_ANALYSIS_SYMBOL_FRAGMENT_H
#define PROF_ANALYSIS_SYMBOL_FRAGMENT_H

#include "lib/analysis/symbol_elf.h"

/* Start of the code fragment of OBJECT that ADDRESS is in and, at *HIGH, of
 * the next one. False where unknown. */
bool symbol_fragment_find(struct symbol_elf *object, uint64_t address,
			  uint64_t *low, uint64_t *high);

#endif
