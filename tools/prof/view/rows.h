/* rows.h - which functions a table shows, and in which order.
 *
 * Restrictions are those of pstats: a count, a fraction, a regular expression;
 * each is applied to what the one before it left.
 */
#ifndef PROF_VIEW_ROWS_H
#define PROF_VIEW_ROWS_H

#include "tools/prof/view/sort.h"

struct restriction {
	char *text; /* as given */
	bool is_regex;
	bool is_fraction;
	double fraction;
	size_t count;
	void *compiled; /* regex_t, for a regular expression */
};

struct restrictions {
	struct restriction *list;
	size_t count;
};

/* Add the restriction TEXT: digits are a count, a number with a point between
 * 0 and 1 is a fraction, everything else an extended regular expression (an
 * error where it is none), to be found in a function's whole shown name. */
bool restrictions_add(struct restrictions *to, const char *text,
		      struct error *err);
/* The same, but TEXT is a regular expression whatever it looks like. */
bool restrictions_add_regex(struct restrictions *to, const char *text,
			    struct error *err);
void restrictions_free(struct restrictions *r);

struct rows {
	uint32_t *functions;
	size_t count;
	size_t all;  /* how many there were before the restrictions */
	char *notes; /* pstats' lines on the order and what was left out */
};

/* MORE, which may be NULL, is applied after RESTRICTIONS. */
void rows_select(struct rows *rows, const struct view *view,
		 const struct sort_order *order,
		 const struct restrictions *restrictions,
		 const struct restrictions *more);
void rows_free(struct rows *rows);

#endif
