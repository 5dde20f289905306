/* tree.h - calling contexts as an indented tree. */
#ifndef PROF_VIEW_TREE_H
#define PROF_VIEW_TREE_H

#include "tools/prof/view/rows.h"

struct tree_settings {
	bool bottom_up; /* from functions to their callers */
	double least;	/* leave out what is less than this part of the total */
	size_t depth;	/* levels at most */
};

#define TREE_DEPTH 1000 /* as good as no limit, and within any stack */

/* Top-down: below each function what it called; all threads from their roots,
 * or where RESTRICTIONS are given from the functions that these select.
 * Bottom-up: below each function who called it, by the function's own time.
 * Direct recursion is one line; calls from several sites are one. */
void tree_print(const struct view *view, const struct tree_settings *settings,
		const struct sort_order *order,
		const struct restrictions *restrictions,
		const struct restrictions *more);

#endif
