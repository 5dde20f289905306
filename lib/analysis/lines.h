/* lines.h - where in a function the time goes, line by line.
 *
 * A line's time is that of its own code and of all that it calls. Where a
 * function is on a stack more than once, what counts is the innermost: so the
 * lines add up to the function's cumulative time.
 */
#ifndef PROF_ANALYSIS_LINES_H
#define PROF_ANALYSIS_LINES_H

#include "lib/analysis/model.h"

struct line_cost {
	const char *file; /* as in struct model_position */
	uint32_t line;	  /* 0: not known */
	struct model_cost cost;
	uint64_t calls; /* of other functions that it makes; 0 in samples */
};

struct line_table {
	struct line_cost *list; /* by file and line */
	size_t count;
	struct model_cost total; /* the sum of all */
};

/* The lines of those functions of M that are MEMBERS, an array of as many bools
 * as there are functions: the copies of one function in several programs. False
 * when out of memory. */
bool line_table_make(struct line_table *table, const struct model *m,
		     const bool *members);
void line_table_free(struct line_table *table);

/* The line LINE of FILE; NULL: nothing is known of it. */
const struct line_cost *line_table_find(const struct line_table *table,
					const char *file, uint32_t line);

#endif
