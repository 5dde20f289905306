/* similar.h - which word a mistyped one was meant to be. */
#ifndef PROF_BASE_SIMILAR_H
#define PROF_BASE_SIMILAR_H

#include <stddef.h>

/* Words farther apart than this many edits are not alike. */
#define SIMILAR_LIMIT 3

/* Where CANDIDATE is nearer to WORD than *BEST edits, make it *CLOSEST. A word
 * that CANDIDATE begins with counts as one edit. */
void similar_closest(const char *word, const char *candidate,
		     const char **closest, size_t *best);

#endif
