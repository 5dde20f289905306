/* merge.h - several profiles in one file.
 *
 * A merge is a union of processes: each is in the result once, in order of its
 * start, whoever was merged with whom before. So it makes no difference in
 * which order, or in how many steps, files are merged, and merging one twice
 * changes nothing.
 */
#ifndef PROF_ANALYSIS_MERGE_H
#define PROF_ANALYSIS_MERGE_H

#include "lib/analysis/profile.h"
#include "lib/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* One process: what tells it from others, and its gzip member. */
struct merge_entry {
	uint64_t start_real_ns, end_ticks;
	uint32_t pid, rank;
	uint8_t end; /* enum arena_end */
	char session[32], host[64];
	uint8_t *member;
	size_t size;	 /* of the member */
	size_t raw_size; /* of the arena in it */
	uint32_t crc;	 /* of the arena */
};

struct merge {
	struct merge_entry *list;
	size_t count, capacity;
	size_t same;	/* left out: the same process, with the same numbers */
	size_t earlier; /* left out: an earlier copy of the same process */
	char *warnings; /* of the reader, or NULL */
	/* Not NULL: may replace *ARENA, of *SIZE bytes from malloc, of each
	 * process P that is added from now on, which then keeps the name that
	 * it has, if any, and gets none. False: out of memory. */
	bool (*change)(void *context, const struct profile *p, uint8_t **arena,
		       size_t *size);
	void *change_context;
};

/* Add what is in the file PATH. False and ERR where it cannot be read. */
bool merge_add(struct merge *merge, const char *path, bool salvage,
	       struct error *err);

/* Put in order and leave out what is there twice. */
void merge_settle(struct merge *merge);

/* Whether every process of the file PATH is in the settled MERGE, with at least
 * the numbers that PATH has. False and ERR where PATH cannot be read. */
bool merge_contains(const struct merge *merge, const char *path,
		    struct error *err);

/* Write the settled MERGE to OUT; errors are for its owner to find there. */
void merge_write(const struct merge *merge, FILE *out);

void merge_free(struct merge *merge);

#endif
