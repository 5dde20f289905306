/* report.h - the whole of what "prof report" prints. */
#ifndef PROF_VIEW_REPORT_H
#define PROF_VIEW_REPORT_H

#include "tools/prof/view/rows.h"

struct report_settings {
	struct sort_order order; /* empty: internal time */
	struct restrictions restrictions;
	bool callers, callees; /* instead of the table */
	/* Further restrictions of those. */
	struct restrictions of_callers, of_callees;
	bool full_paths, threads;
	size_t width; /* names are cut to this; 0: not */
};

/* Print the report of MODEL to OUT; SESSION as for header_print. */
void report_print(const struct model *model, const char *session,
		  const struct report_settings *settings, FILE *out);

#endif
