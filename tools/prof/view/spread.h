/* spread.h - how evenly a function's cost lies on ranks, processes or threads.
 */
#ifndef PROF_VIEW_SPREAD_H
#define PROF_VIEW_SPREAD_H

#include "lib/analysis/slice.h"
#include "tools/prof/view/groups.h"

enum spread_measure {
	SPREAD_SELF,	   /* time in the function itself */
	SPREAD_CUMULATIVE, /* and in what it called */
	SPREAD_CALLS
};

/* One function over all groups; those that never saw it count as 0. */
struct spread {
	uint64_t sum, min, max;	 /* ns or calls */
	uint32_t min_at, max_at; /* groups; the first where several are equal */
	/* The sampled differences are no larger than chance makes them. */
	bool chance;
};

/* The spread of each function of MODEL, to be freed; GROUPS has at least one.
 * VALUES, where not NULL, gets each function's value in each group: as many as
 * there are groups for one function after the other. */
struct spread *spread_make(const struct model *model,
			   const struct groups *groups,
			   enum spread_measure measure, uint64_t *values);

/* How much longer than the mean of COUNT groups the longest takes, in percent:
 * (max / mean - 1) * 100. Where all wait for the last one, that much could be
 * won by sharing the work evenly. */
double spread_imbalance(const struct spread *spread, size_t count);

/* What the longest has above the mean. */
double spread_excess(const struct spread *spread, size_t count);

#endif
