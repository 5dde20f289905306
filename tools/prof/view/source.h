/* source.h - the text of source files, line by line. */
#ifndef PROF_VIEW_SOURCE_H
#define PROF_VIEW_SOURCE_H

#include "lib/analysis/model.h"

#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct source {
	char *text;   /* the file; each line ends with a NUL */
	char **lines; /* lines[0] is line 1 */
	size_t count;
	time_t modified; /* 0 unknown */
};

/* Take PATH from a profile of M that brings it along; else read it or, where it
 * is not there, the longest end of it that is in DIRECTORY (which may be NULL).
 * Without the file the source has no lines. */
void source_open(struct source *source, const struct model *m, const char *path,
		 const char *directory);
void source_free(struct source *source);

/* Line LINE (from 1), printable, tabs as eight columns; to be freed. NULL:
 * there is no such line. */
char *source_line(const struct source *source, uint32_t line);

#endif
