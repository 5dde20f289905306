/* sort.h - the orders of pstats. */
#ifndef PROF_VIEW_SORT_H
#define PROF_VIEW_SORT_H

#include "tools/prof/view/view.h"

#define SORT_KEYS_MAX 8

struct sort_key; /* one entry of the table in sort.c */

struct sort_order {
	const struct sort_key *keys[SORT_KEYS_MAX];
	size_t count;
	bool reverse;
};

/* What a key compares, where a view shows that very thing. */
enum sort_kind {
	SORT_BY_TIME,
	SORT_BY_CUMULATIVE,
	SORT_BY_CALLS,
	SORT_BY_IMBALANCE, /* needs view.excess */
	SORT_BY_OTHER
};
enum sort_kind sort_kind(const struct sort_key *key);

/* Whether a key of ORDER needs groups to compare. */
bool sort_needs_groups(const struct sort_order *order);

/* Add the keys in TEXT, separated by commas, each a name or an unambiguous
 * abbreviation. False and ERR, which lists the choices, otherwise. */
bool sort_parse(struct sort_order *order, const char *text, struct error *err);

/* Sort COUNT functions; those equal in all keys by name. */
void sort_functions(const struct view *view, const struct sort_order *order,
		    uint32_t *functions, size_t count);

/* "internal time, call count"; to be freed. */
char *sort_title(const struct view *view, const struct sort_order *order);

/* As sort_functions by file, line and name, where pstats uses tuples. */
int sort_compare_nodes(const struct view *view, uint32_t a, uint32_t b);

#endif
