/* symbol_debug.h - the files that hold an object's debugging information. */
#ifndef PROF_ANALYSIS_SYMBOL_DEBUG_H
#define PROF_ANALYSIS_SYMBOL_DEBUG_H

#include "lib/analysis/symbol_elf.h"

/* The file below one of DIRECTORIES (colon separated) that is filed under
 * build-id ID and really has it; NULL: none. */
struct symbol_elf *symbol_debug_by_id(const char *directories,
				      const uint8_t *id, size_t size);

/* The separate debugging file of OBJECT: by its build-id, then by its
 * .gnu_debuglink. Its build-id (or without one its checksum) is the one that
 * OBJECT asks for. NULL: none. */
struct symbol_elf *symbol_debug_find(struct symbol_elf *object,
				     const char *directories);

/* The file of shared entries that dwz made for DEBUG; NULL: none. */
struct symbol_elf *symbol_debug_alt(struct symbol_elf *debug,
				    const char *directories);

#endif
