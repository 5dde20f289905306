/* symbol_store.h - where the symbolizer's answers live until it is freed. */
#ifndef PROF_ANALYSIS_SYMBOL_STORE_H
#define PROF_ANALYSIS_SYMBOL_STORE_H

#include "lib/base/idmap.h"

#include <stddef.h>

struct symbol_store {
	struct symbol_block *blocks;
	char **strings; /* interned, by their number in by_text */
	size_t string_count, string_capacity;
	struct idmap by_text;
};

void symbol_store_free(struct symbol_store *store);

/* SIZE zeroed bytes that live as long as the store; NULL: out of memory. */
void *symbol_store_alloc(struct symbol_store *store, size_t size);

/* TEXT as the store keeps it: the same text gives the same pointer. NULL where
 * TEXT is NULL, and when out of memory. */
const char *symbol_store_string(struct symbol_store *store, const char *text);

/* The same for PATH within DIRECTORY (which may be NULL, and does not count
 * where PATH is absolute), with ".", ".." and "//" resolved as text. Of
 * relative paths a leading ".." stays. */
const char *symbol_store_path(struct symbol_store *store, const char *directory,
			      const char *path);

#endif
