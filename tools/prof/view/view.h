/* view.h - a model made ready to be shown: names, and which rows count.
 *
 * Views print to a stream; they read the model and change nothing.
 */
#ifndef PROF_VIEW_VIEW_H
#define PROF_VIEW_VIEW_H

#include "lib/analysis/model.h"

#include <stdio.h>

/* What the numbers are, which decides the columns. */
enum view_kind {
	VIEW_EXACT,   /* calls and times from hooks */
	VIEW_COUNTED, /* calls from hooks, times from samples */
	VIEW_SAMPLED, /* times from samples; calls unknown */
	VIEW_MIXED,   /* calls of some processes only, times of either kind */
	VIEW_KIND_COUNT
};

struct view {
	const struct model *model;
	enum view_kind kind;
	FILE *out;
	size_t width;	      /* of the terminal; 0: do not cut names */
	bool full_paths;      /* of source files */
	bool colour;	      /* by escape sequences */
	bool utf8;	      /* lines may be drawn */
	bool threads;	      /* show the threads' roots as functions */
	const double *excess; /* of each function over the mean of all groups,
			       * where there are groups; else NULL */
	char **names;  /* of each function, printable: "file.c:12(name)" */
	bool *is_root; /* of each function: stands for a thread */
};

/* Fill in what is made from the model; the rest is set by the caller before. */
void view_prepare(struct view *view, const struct model *model);
void view_free(struct view *view);

/* Whether FUNCTION has a row. */
bool view_shows(const struct view *view, uint32_t function);

/* File name of FUNCTION as shown and sorted by; "~" where unknown, as pstats
 * has it. */
const char *view_file(const struct view *view, uint32_t function);

/* Print NAME, a printable function's name, shortened to what is left of the
 * width after USED columns, and a newline. */
void view_print_name(const struct view *view, const char *name, size_t used);

/* Print the printable TEXT, cut to the width, and a newline. */
void view_print_text(const struct view *view, const char *text);

/* The same after USED columns. */
void view_print_text_after(const struct view *view, const char *text,
			   size_t used);

/* NS in seconds. */
double view_seconds(uint64_t ns);

#endif
