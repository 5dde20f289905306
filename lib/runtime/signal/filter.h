/* filter.h - which functions PROF_FILTER and PROF_CALL_DEPTH leave out.
 *
 * A call that is left out is counted and enters its caller's own context again
 * (arena.h), which is settled when its node is made. So the hooks know nothing
 * of filters.
 *
 * Context: signal, except where it says otherwise.
 */
#ifndef PROF_RUNTIME_FILTER_H
#define PROF_RUNTIME_FILTER_H

#include "lib/runtime/signal/rt.h"

/* Link-time addresses of one function, the end exclusive. */
struct filter_range {
	uint64_t low, high;
};

/* A file of code that PROF_FILTER names. */
struct filter_module {
	const char *path;
	const char *identity;		   /* see filter_module_of */
	const struct filter_range *ranges; /* ascending, apart */
	size_t count;
};

struct filter {
	const struct filter_module *modules;
	size_t module_count;
	bool hide_unlisted; /* the ranges are what is recorded; else what is
			     * left out */
};

/* Begin to filter by FILTER, which stays for ever, and to leave out contexts
 * more than DEPTH deep (0: none). Context: ordinary, before all events. */
void filter_use(const struct filter *filter, unsigned depth);

/* Stop filtering for a while, or go on; gives what was before. Context:
 * ordinary, while nothing of the program's is recorded. */
bool filter_enable(bool enable);

/* What the filter knows of the module with this record; NULL: nothing. A file
 * is known by its build-id, "id:HEX", or where it has none by
 * "file:INODE:SIZE:SECONDS" of its last change. */
const struct filter_module *filter_module_of(const struct arena_module *record,
					     const char *path);

/* Whether the function at LINK_TIME in MODULE (NULL: an unknown one) is left
 * out. */
bool filter_hides(const struct filter_module *module, uint64_t link_time);

/* Whether there is a filter by functions. */
bool filter_has_functions(void);

/* Contexts that a path may have; UINT32_MAX: any number. */
uint32_t filter_depth(void);

#endif
