/* report.h - the whole of what "prof report" prints. */
#ifndef PROF_VIEW_REPORT_H
#define PROF_VIEW_REPORT_H

#include "tools/prof/view/columns.h"
#include "tools/prof/view/groups.h"
#include "tools/prof/view/rows.h"
#include "tools/prof/view/tree.h"

enum report_format { REPORT_TEXT, REPORT_JSON, REPORT_CSV };

struct report_settings {
	enum report_format format;
	struct sort_order order; /* empty: internal time */
	struct restrictions restrictions;
	bool callers, callees; /* instead of the table */
	/* Further restrictions of those. */
	struct restrictions of_callers, of_callees;
	/* Groups beside each other, or one table for each. */
	bool by, split;
	enum groups_kind groups;
	bool tree; /* instead of the table */
	struct tree_settings tree_how;
	struct restrictions of_tree;
	bool colour, utf8; /* see view.h */
	bool full_paths, threads;
	bool durations; /* the columns of durations, for `columns` */
	size_t slowest; /* calls, instead of the table; 0: the table */
	struct column_set columns; /* empty: those of the kind of profile */
	size_t width;		   /* names are cut to this; 0: not */
};

/* Print the report of MODEL to OUT; SESSION as for header_print. */
void report_print(const struct model *model, const char *session,
		  const struct report_settings *settings, FILE *out);

#endif
