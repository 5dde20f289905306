/* filters.h - reading the file that PROF_FILTER names.
 *
 * Lines of text, written by "prof filter"; docs/FORMAT.md describes them.
 * Context: ordinary, at start-up.
 */
#ifndef PROF_RUNTIME_FILTERS_H
#define PROF_RUNTIME_FILTERS_H

#include "lib/runtime/signal/filter.h"

/* The filter in the file PATH, which stays for ever; NULL where it cannot be
 * read or anything in it is wrong: then WHY says what and where, in a line. */
const struct filter *filters_load(const char *path, char *why, size_t why_size);

#endif
