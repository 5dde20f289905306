/* calls.h - who calls whom, as pstats' print_callers and print_callees. */
#ifndef PROF_VIEW_CALLS_H
#define PROF_VIEW_CALLS_H

#include "tools/prof/view/rows.h"

enum calls_direction { CALLS_CALLERS, CALLS_CALLEES };

void calls_print(const struct view *view, const struct rows *rows,
		 enum calls_direction direction);

#endif
