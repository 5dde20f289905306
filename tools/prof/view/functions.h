/* functions.h - the functions that a view by lines is asked for. */
#ifndef PROF_VIEW_FUNCTIONS_H
#define PROF_VIEW_FUNCTIONS_H

#include "tools/prof/view/lines.h"

struct functions {
	struct lines_function *list;
	uint64_t *own_ns; /* of each */
	uint64_t *blocks; /* executions of blocks of each */
	size_t count;
	uint64_t total_ns;
};

/* All functions of M and HITS (which may be NULL) that are in some source: the
 * same function of several programs once. */
void functions_gather(struct functions *all, const struct model *m,
		      const struct hits *hits);

/* Those of ALL that the COUNT NAMES mean, by functions or source files, in the
 * order of their files and lines; without names the dearest. They share their
 * members with ALL. False, and a message, where a name means none. */
bool functions_choose(struct functions *chosen, const struct functions *all,
		      char **names, size_t count);

/* Find up to which line the functions go, where their code is there. */
void functions_measure(struct functions *chosen, struct symbolizer *s);

void functions_free(struct functions *functions, bool members);

#endif
