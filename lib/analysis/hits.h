/* hits.h - how often each source line ran, in programs that count blocks.
 *
 * A hit is one time that control comes to a line from elsewhere, or comes back
 * to it in a loop that lies on this line alone: as line_profiler counts, and
 * gcov. A line of several blocks, inlined code, and what the compiler copied
 * all count for the line that they come from.
 */
#ifndef PROF_ANALYSIS_HITS_H
#define PROF_ANALYSIS_HITS_H

#include "lib/analysis/flow.h"
#include "lib/analysis/profile.h"
#include "lib/analysis/symbolize.h"

struct hit {
	const char *file; /* of the symbolizer: compare by == */
	uint32_t line;
	bool unknown; /* COUNT is not all: it does not follow from the counters
		       */
	bool shown; /* some code of it counts blocks: else there are no hits */
	uint64_t count;
};

/* A function that has code, out of line or inlined, that counts blocks. */
struct hit_function {
	const struct symbol_function *function;
	uint32_t last_line; /* of its file that its code comes from */
	uint64_t blocks;    /* executions of its own */
};

struct hits; /* opaque */

/* Count the hits of all PROFILES (no blocks: there are none). NULL: out of
 * memory. S, which must outlive the result, resolves inlined functions. */
struct hits *hits_new(struct profile *const *profiles, size_t count,
		      struct symbolizer *s);
void hits_free(struct hits *hits);

/* Line LINE of FILE; NULL: no code of it counts blocks. */
const struct hit *hits_find(const struct hits *hits, const char *file,
			    uint32_t line);

const struct hit_function *hits_functions(const struct hits *hits,
					  size_t *count);

/* Make FLOW, to be freed with flow_free, of CODE of module MODULE of the
 * symbolizer. False where it counts no blocks. */
bool hits_flow(const struct hits *hits, uint32_t module,
	       const struct symbol_code *code, struct flow *flow);

/* Executions of blocks in code that could not be read, or of which nothing is
 * known: they are in no line. */
uint64_t hits_lost(const struct hits *hits);

/* All executions of blocks. */
uint64_t hits_blocks(const struct hits *hits);

#endif
