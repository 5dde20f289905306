/* columns.h - what a table can say about a function: one row of one list.
 *
 * The table, --columns, JSON and CSV are all made from it. A new column is a
 * function that fills a value, and a row in columns.c.
 */
#ifndef PROF_VIEW_COLUMNS_H
#define PROF_VIEW_COLUMNS_H

#include "tools/prof/view/view.h"

#define COLUMNS_MAX 32
#define COLUMN_CELL 48 /* bytes that a formatted cell may take */

enum column_type {
	COLUMN_COUNT,	 /* value.count */
	COLUMN_CALLS,	 /* value.count, "/" value.primitive if it differs */
	COLUMN_SECONDS,	 /* value.number, in nanoseconds */
	COLUMN_DURATION, /* the same, of one call: with a fitting unit */
	COLUMN_PERCENT	 /* value.number */
};

struct column_value {
	uint64_t count, primitive;
	double number;
	bool thin; /* rests on too few samples: marked with "~" */
};

struct column {
	const char *name;  /* for --columns, JSON and CSV: one of a kind */
	const char *title; /* in the table */
	int width;
	unsigned kinds; /* by which view_kind it is shown unasked: COLUMN_IN */
	enum column_type type;
	/* False where nothing is known: the cell stays blank. */
	bool (*get)(const struct view *view, const struct model_function *f,
		    struct column_value *value);
	const char *help; /* what it is, for "prof help report" */
	/* Whether MODEL has it at all; NULL: always. */
	bool (*exists)(const struct model *model);
};

#define COLUMN_IN(kind) (1u << (kind))

extern const struct column columns[]; /* ends with a NULL name */

/* A choice of columns, in order. */
struct column_set {
	const struct column *list[COLUMNS_MAX];
	size_t count;
};

/* Whether MODEL has C at all. */
bool column_exists(const struct column *c, const struct model *model);

/* What VIEW's kind shows unasked. */
void columns_default(const struct view *view, struct column_set *set);

/* Those of durations, for --durations. */
void columns_durations(struct column_set *set);

/* The columns named in TEXT, separated by commas; false and ERR, which lists
 * the choices, where there is no such column. */
bool columns_parse(struct column_set *set, const char *text, struct error *err);

/* The value of C as text, for a table; "" where it is not known. */
void column_format(const struct column *c, const struct view *view,
		   const struct model_function *f, char cell[COLUMN_CELL]);

/* Something was seen of the function itself, but too little to rank it. */
bool column_is_thin(const struct model_function *f);

#endif
