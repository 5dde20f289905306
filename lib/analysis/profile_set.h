/* profile_set.h - all profiles of one file: mostly one, or those that were
 * merged into it.
 */
#ifndef PROF_ANALYSIS_PROFILE_SET_H
#define PROF_ANALYSIS_PROFILE_SET_H

#include "lib/analysis/profile.h"

struct profile_set {
	struct profile **list; /* as they lie in the file */
	size_t count, capacity;
	char *warnings; /* lines about what was left out between them, or NULL
			 */
};

/* Open PATH, as profile_open does. With SALVAGE, a member of a merged file that
 * cannot be read at all is left out, and the warnings say so; one is left at
 * least. On failure false, ERR is filled, and there is nothing to free. */
bool profile_set_open(struct profile_set *set, const char *path, bool salvage,
		      struct error *err);

/* The same for SIZE BYTES in memory, with NAME used in messages. */
bool profile_set_parse(struct profile_set *set, const char *name,
		       const uint8_t *bytes, size_t size, bool salvage,
		       struct error *err);

/* What profile_set_walk tells of each profile: P, which the callee now owns,
 * the SIZE BYTES of its arena, and the NAME it has in the merged file ("" in
 * one that is not merged). False ends the walk. */
typedef bool profile_set_visit(void *context, struct profile *p,
			       const uint8_t *bytes, size_t size,
			       const char *name, struct error *err);

/* Open PATH and show one profile after the other: no more than one is in memory
 * at a time, unless VISIT keeps it. *WARNINGS, to be freed, is as above. */
bool profile_set_walk(const char *path, bool salvage, profile_set_visit *visit,
		      void *context, char **warnings, struct error *err);

void profile_set_free(struct profile_set *set);

#endif
