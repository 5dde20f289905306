/* diff.h - what "prof diff" prints. */
#ifndef PROF_VIEW_DIFF_H
#define PROF_VIEW_DIFF_H

#include "lib/analysis/diff.h"

#include <stdio.h>

struct diff_view {
	const struct diff *diff;
	FILE *out;
	bool all;		       /* show what is untouched, too */
	double fail_over;	       /* relative; negative: nothing fails */
	const char *names[DIFF_SIDES]; /* of the sides */
};

/* Whether some regression, or the total's, is above what may be. */
bool diff_fails(const struct diff_view *view);

void diff_print(const struct diff_view *view);
void diff_print_markdown(const struct diff_view *view);
void diff_print_json(const struct diff_view *view);

/* "regression" and so on; "Regressions". */
const char *diff_class_name(enum diff_class kind);
const char *diff_class_title(enum diff_class kind);

/* How many functions are of KIND; of the untouched, those that take time. */
size_t diff_count(const struct diff *d, enum diff_class kind);

/* "file.c:12(name)"; printable, to be freed. */
char *diff_row_name(const struct diff_row *row);

/* "+10.0 %", or "" where there is nothing to compare with. */
void diff_percent(char *text, size_t size, const struct diff_row *row);

#endif
