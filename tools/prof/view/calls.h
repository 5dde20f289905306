/* calls.h - who calls whom, as pstats' print_callers and print_callees. */
#ifndef PROF_VIEW_CALLS_H
#define PROF_VIEW_CALLS_H

#include "tools/prof/view/rows.h"

enum calls_direction { CALLS_CALLERS, CALLS_CALLEES };

/* A caller (or callee) of one function, all call sites added up. */
struct calls_link {
	uint32_t function; /* whose line it is */
	uint32_t other;
	uint64_t calls, primitive_calls;
	struct model_cost self, cumulative;
};

struct calls_links {
	struct calls_link *list; /* sorted by function, then as pstats sorts */
	size_t count;
};

/* All of VIEW's model; free the list. */
void calls_gather(struct calls_links *links, const struct view *view,
		  enum calls_direction direction);

/* The first of FUNCTION's; *COUNT how many. */
const struct calls_link *calls_of(const struct calls_links *links,
				  uint32_t function, size_t *count);

void calls_print(const struct view *view, const struct rows *rows,
		 enum calls_direction direction);

#endif
