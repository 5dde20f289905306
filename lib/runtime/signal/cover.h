/* cover.h - how often each block of code runs: -fsanitize-coverage=trace-pc.
 *
 * gcc and clang call __sanitizer_cov_trace_pc at the start of each block. Each
 * thread counts in a table of its own, in the arena, by the address that the
 * call returns to: no lock, no atomic read-modify-write. Where several threads
 * ran a block, the reader adds up.
 *
 * Context of all: signal.
 */
#ifndef PROF_RUNTIME_COVER_H
#define PROF_RUNTIME_COVER_H

#include "lib/format/arena.h"

#include <stdbool.h>

#define COVER_PUBLIC                                                           \
	__attribute__((visibility("default"), no_instrument_function))

/* A table with open addressing in a chunk of its own. All zero: none yet. It
 * lies in memory that fork wipes, as the arena does: a child starts anew. */
struct cover_table {
	struct arena_block *slots;
	uint64_t mask; /* slots - 1, a power of two minus 1, times 16 */
	uint64_t used; /* slots that have a pc */
};

/* Whether PC lies in a stub (.plt) by way of which some module calls the
 * counter: as the counter itself, that is not the program's time. */
bool cover_is_stub(uintptr_t pc);

COVER_PUBLIC void __sanitizer_cov_trace_pc(void);

#endif
