/* slowest.h - the slowest calls, with the stacks that led to them. */
#ifndef PROF_VIEW_SLOWEST_H
#define PROF_VIEW_SLOWEST_H

#include "tools/prof/view/rows.h"

struct slowest {
	const struct model_call **list; /* the slowest first */
	size_t count, all; /* all: of the functions that were asked for */
};

/* At most LIMIT calls of the functions of ROWS. */
void slowest_select(struct slowest *slowest, const struct view *view,
		    const struct rows *rows, size_t limit);
void slowest_free(struct slowest *slowest);

void slowest_print(const struct view *view, const struct slowest *slowest);

#endif
