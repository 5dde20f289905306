/* callgrind_graph.h - the call graph of a thread, or of all, as callgrind's
 * format wants it: made from the tree of contexts, every sum made once.
 */
#ifndef PROF_EXPORT_CALLGRIND_GRAPH_H
#define PROF_EXPORT_CALLGRIND_GRAPH_H

#include "tools/prof/export/callgrind_names.h"

/* What a context's cost may be of. Time comes first; the others that a clock
 * may count follow in the order of enum arena_clock. */
enum callgrind_event {
	CALLGRIND_TIME,
	CALLGRIND_CYCLES,
	CALLGRIND_INSTRUCTIONS,
	CALLGRIND_CACHE_MISSES,
	CALLGRIND_BRANCH_MISSES,
	CALLGRIND_PAGE_FAULTS,
	CALLGRIND_SAMPLES,
	CALLGRIND_CALLS,
	CALLGRIND_EVENTS
};

struct callgrind_cost {
	uint64_t of[CALLGRIND_EVENTS];
};

/* What is said of one function: a cost of its own, or calls that it makes. */
struct callgrind_item {
	uint32_t owner, callee; /* labels; callee MODEL_NONE: an own cost */
	struct model_position at;
	bool foreign; /* at.file is not the owner's: inlined code */
	uint64_t calls;
	struct callgrind_cost cost;
};

struct callgrind_graph_options {
	bool instr;	      /* keep addresses */
	bool split_recursion; /* a function that is on the path already is
			       * another one, labelled "again" */
};

/* What the costs of a process are of whose clock is CLOCK. */
enum callgrind_event callgrind_clock_event(unsigned clock);

struct callgrind_graph; /* opaque */

/* MODEL and NAMES must outlive it. Exits where there is no memory. */
struct callgrind_graph *callgrind_graph_new(
	const struct model *model, const struct callgrind_names *names,
	const struct callgrind_graph_options *options);
void callgrind_graph_free(struct callgrind_graph *g);

/* Make the items of THREAD, or of all threads (MODEL_NONE); the last ones go.
 * They are sorted: by owner, own files first, by file, line, address, and own
 * costs before calls. Returns how many; the sum of the own costs is *TOTAL. */
size_t callgrind_graph_make(struct callgrind_graph *g, uint32_t thread,
			    struct callgrind_cost *total);
const struct callgrind_item *callgrind_graph_items(
	const struct callgrind_graph *g);

#endif
