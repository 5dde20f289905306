/* callgrind_names.h - functions, files and objects as callgrind's format names
 * them: unique to the reader, without control characters, each spelled out
 * once and numbered from then on.
 */
#ifndef PROF_EXPORT_CALLGRIND_NAMES_H
#define PROF_EXPORT_CALLGRIND_NAMES_H

#include "lib/analysis/model.h"

#include <stdio.h>

struct callgrind_names; /* opaque */

/* A function's label: itself, or itself once more, called while it was active
 * already. Callgrind names the latter "f'2". */
static inline uint32_t callgrind_label(uint32_t function, bool again)
{
	return function * 2 + again;
}

static inline uint32_t callgrind_label_function(uint32_t label)
{
	return label / 2;
}

/* Of the functions of MODEL, which must outlive it. */
struct callgrind_names *callgrind_names_new(const struct model *model);
void callgrind_names_free(struct callgrind_names *n);

/* The file that FUNCTION is said to be in; "???" where unknown. The same
 * pointer each time. */
const char *callgrind_names_file(const struct callgrind_names *n,
				 uint32_t function);

/* Whether A and B are in one file and one object. */
bool callgrind_names_same_place(const struct callgrind_names *n, uint32_t a,
				uint32_t b);

/* Begin another file: nothing has been written there. */
void callgrind_names_restart(struct callgrind_names *n);

/* Write "KEY=(7) name", or "KEY=(7)" where it was written before. A function
 * is to be written only where its object and file are the current ones. */
void callgrind_names_put_function(struct callgrind_names *n, FILE *out,
				  const char *key, uint32_t label);
void callgrind_names_put_file(struct callgrind_names *n, FILE *out,
			      const char *key, const char *file);
void callgrind_names_put_object(struct callgrind_names *n, FILE *out,
				const char *key, uint32_t function);

#endif
