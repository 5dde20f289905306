/* symbol_embed.h - all that is to be known of a profile's addresses, as bytes
 * to be kept with it (symbol_image.h reads them).
 */
#ifndef PROF_ANALYSIS_SYMBOL_EMBED_H
#define PROF_ANALYSIS_SYMBOL_EMBED_H

#include "lib/analysis/profile.h"

struct symbol_embed; /* opaque */

/* Resolve every address of P with S, which must resolve inlined functions and
 * exact instructions, and keep the code around it. NULL: out of memory. */
struct symbol_embed *symbol_embed_new(const struct profile *p,
				      struct symbolizer *s);
void symbol_embed_free(struct symbol_embed *e);

/* The source files that its lines are of: file I, or NULL after the last. */
const char *symbol_embed_file(const struct symbol_embed *e, size_t i);

/* Keep the SIZE bytes of TEXT of the source file PATH as well. False when out
 * of memory. */
bool symbol_embed_source(struct symbol_embed *e, const char *path,
			 const char *text, size_t size, uint64_t modified);

/* Append a SYMBOLS chunk to the arena ARENA of *SIZE bytes, in memory from
 * malloc. Returns where it is now; NULL, and ARENA stays, when out of memory or
 * too large. */
uint8_t *symbol_embed_append(const struct symbol_embed *e, uint8_t *arena,
			     size_t *size);

#endif
