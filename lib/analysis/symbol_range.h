/* symbol_range.h - from ranges that nest and overlap to a table to search. */
#ifndef PROF_ANALYSIS_SYMBOL_RANGE_H
#define PROF_ANALYSIS_SYMBOL_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SYMBOL_NONE UINT32_MAX

struct symbol_range {
	uint64_t low, high; /* high is the first address after it */
	uint64_t priority;  /* where ranges overlap, the highest wins */
	uint32_t id;
};

struct symbol_ranges {
	struct symbol_range *items;
	size_t count, capacity;
};

struct symbol_segment {
	uint64_t start; /* the next segment's start is this one's end */
	uint32_t id;	/* SYMBOL_NONE: a gap */
};

struct symbol_segments {
	struct symbol_segment *items;
	size_t count;
};

/* Add a range; empty ones are left out. False when out of memory. */
bool symbol_ranges_add(struct symbol_ranges *ranges, struct symbol_range range);
void symbol_ranges_free(struct symbol_ranges *ranges);

/* Fill SEGMENTS with what RANGES, which get sorted, say for each address. On
 * failure (memory) SEGMENTS is empty. */
bool symbol_segments_build(struct symbol_segments *segments,
			   struct symbol_ranges *ranges);
void symbol_segments_free(struct symbol_segments *segments);

/* The id of ADDRESS, or SYMBOL_NONE; *START, if wanted, is where its segment
 * begins. */
uint32_t symbol_segments_find(const struct symbol_segments *segments,
			      uint64_t address, uint64_t *start);

#endif
