/* lines.h - the table of one function's lines, as line_profiler prints it. */
#ifndef PROF_VIEW_LINES_H
#define PROF_VIEW_LINES_H

#include "lib/analysis/hits.h"
#include "lib/analysis/lines.h"

#include "tools/prof/view/json.h"
#include "tools/prof/view/source.h"

#include <stdbool.h>
#include <stdio.h>

/* One function, which may have code in several programs. */
struct lines_function {
	const struct symbol_function *symbol; /* of one of them */
	uint32_t last_line;		      /* of its file; 0 unknown */
	bool *members;			      /* of the model's functions */
};

struct lines_settings {
	const char *source_directory; /* to look for sources in, or NULL */
	size_t width;		      /* lines are cut to this; 0: not */
};

/* What the tables are made from. */
struct lines_view {
	const struct model *model; /* of the profiles that times are from */
	const struct hits *hits;
	bool traced; /* times by hooks: a function's own has no lines */
	FILE *out;
	const struct lines_settings *settings;
};

/* Print the table of F. */
void lines_print(const struct lines_view *view, const struct lines_function *f);

/* Write F as one JSON value. */
void lines_write_json(const struct lines_view *view,
		      const struct lines_function *f, struct json *j);

/* What both need to know of a function. */
struct lines_open {
	struct line_table table;
	struct source source;
	uint32_t first, last; /* of its lines; 0, 0: not known */
	bool counts;	      /* blocks are counted: hits are known */
};

void lines_open(struct lines_open *o, const struct lines_view *view,
		const struct lines_function *f);
void lines_close(struct lines_open *o);

/* Whether L has time and is none of F's own lines. */
bool lines_elsewhere(const struct lines_open *o, const struct lines_function *f,
		     const struct line_cost *l);

#endif
