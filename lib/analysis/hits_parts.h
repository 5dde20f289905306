/* hits_parts.h - what the files of hits.c share; nobody else's. */
#ifndef PROF_ANALYSIS_HITS_PARTS_H
#define PROF_ANALYSIS_HITS_PARTS_H

#include "lib/analysis/flow.h"
#include "lib/analysis/hits.h"
#include "lib/base/idmap.h"

#define HITS_NONE UINT32_MAX

/* A counter, of all processes together. */
struct hits_counter {
	uint32_t module; /* the symbolizer's number */
	uint64_t pc;	 /* link-time */
	uint64_t count;
};

struct hits {
	struct hits_counter *counters; /* by module and pc */
	size_t counter_count;
	struct hit *lines;
	size_t line_count, line_capacity;
	struct idmap line_map;
	struct hit_function *functions;
	size_t function_count, function_capacity;
	struct idmap function_map;
	uint64_t blocks, lost;
	bool failed; /* out of memory */
};

/* Number of the line, made if new; HITS_NONE: out of memory. */
uint32_t hits_line(struct hits *h, const char *file, uint32_t line);

/* The function, made if new; NULL: out of memory. */
struct hit_function *hits_function(struct hits *h,
				   const struct symbol_function *function);

/* The code of one function, and where to ask what it is. */
struct hits_code {
	struct hits *hits;
	struct symbolizer *symbolizer;
	uint32_t module;
	const struct symbol_code *code;
	struct flow flow;
};

/* Add the hits of the lines that C is made of. */
void hits_add_lines(struct hits_code *c);

#endif
