/* flow.h - how often each stretch of a function's code ran.
 *
 * Code built with -fsanitize-coverage=trace-pc calls a counter at the start of
 * each block. The machine code says how blocks follow each other: what has no
 * counter follows from what has one, since as many executions enter a block as
 * leave it.
 */
#ifndef PROF_ANALYSIS_FLOW_H
#define PROF_ANALYSIS_FLOW_H

#include "lib/analysis/symbolize.h"

/* A counter: PC is the link-time address that its call returns to. */
struct flow_block {
	uint64_t pc, count;
};

/* From node FROM to node TO. */
struct flow_edge {
	uint32_t from, to;
	bool known; /* COUNT is how often control went this way */
	bool back;  /* TO is on the way to FROM: a loop */
	uint64_t count;
};

/* Instructions that run one after the other. One that begins at a call of the
 * counter is counted. */
struct flow_node {
	uint64_t start, end; /* addresses; END is the first one after it */
	uint64_t last;	     /* where its last instruction starts */
	uint64_t after;	     /* its first instruction */
	bool counted;
	bool leads;    /* no jump ends it: the next one, counted, follows */
	bool falls;    /* control may go on at END */
	bool known;    /* COUNT is how often it ran */
	bool open_in;  /* control may come from elsewhere, too */
	bool open_out; /* and may go elsewhere */
	bool empty;    /* but for its counter and a jump */
	bool calls;    /* it calls what may not return */
	bool gap;      /* instructions that do nothing */
	uint64_t count;
	uint32_t in_first, in_count; /* in flow.in: numbers of edges */
	uint32_t out[2], out_count;  /* numbers of edges */
};

struct flow {
	struct flow_node *nodes; /* by address */
	size_t node_count;
	struct flow_edge *edges;
	size_t edge_count;
	uint32_t *in; /* edges by where they lead to */
};

/* Make the FLOW of CODE, some of whose blocks are among the COUNT BLOCKS,
 * sorted by pc. False, and nothing to be freed, where there are none, where the
 * code cannot be read, or when out of memory. */
bool flow_build(struct flow *flow, const struct symbol_code *code,
		const struct flow_block *blocks, size_t count);
void flow_free(struct flow *flow);

#endif
