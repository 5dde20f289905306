/* by.h - ranks, processes or threads beside each other. */
#ifndef PROF_VIEW_BY_H
#define PROF_VIEW_BY_H

#include "tools/prof/view/groups.h"
#include "tools/prof/view/rows.h"
#include "tools/prof/view/spread.h"

/* All that a table of groups beside each other is made from. */
struct by {
	struct view view; /* with the excess of each function */
	const struct groups *groups;
	enum spread_measure measure; /* what the first sort key compares */
	struct spread *spread;	     /* of each function */
	uint64_t *values; /* of each function in each group, or NULL */
	double *excess;
	struct rows rows;
};

/* GROUPS, which has at least one, must outlive it. */
void by_make(struct by *by, const struct view *view,
	     const struct groups *groups, const struct sort_order *order,
	     const struct restrictions *restrictions, bool values);
void by_free(struct by *by);

/* What MEASURE is called as a column: "tottime". */
const char *by_column(enum spread_measure measure);

/* One line a group, then one a function with its smallest, mean and largest
 * value in any of them. */
void by_print(const struct view *view, const struct groups *groups,
	      const struct sort_order *order,
	      const struct restrictions *restrictions);

/* The groups alone: one line each, the largest and smallest of very many. */
void by_print_groups(const struct view *view, const struct groups *groups);

#endif
