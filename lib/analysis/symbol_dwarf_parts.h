/* symbol_dwarf_parts.h - what the parts of symbol_dwarf share. */
#ifndef PROF_ANALYSIS_SYMBOL_DWARF_PARTS_H
#define PROF_ANALYSIS_SYMBOL_DWARF_PARTS_H

#include "lib/analysis/symbol_dwarf.h"

#include <elfutils/libdw.h>

/* A function's code, out of line or inlined. */
struct dwarf_scope {
	Dwarf_Off die;	 /* in the unit's Dwarf */
	uint32_t parent; /* scope that it lies in, or SYMBOL_NONE */
	uint32_t call_line;
	const char *call_file;
	bool inlined, resolved;
	struct symbol_function *function; /* once resolved */
};

/* A namespace, module, class, or the function that a class is local to: what an
 * entry's name is within. */
struct dwarf_context {
	Dwarf_Off die;
	uint32_t parent; /* context, or SYMBOL_NONE */
};

/* A function's entry that has a context. */
struct dwarf_member {
	Dwarf_Off die;
	uint32_t context;
};

struct dwarf_unit {
	Dwarf_Die die;	/* has the lines and the addresses */
	Dwarf_Die tree; /* has the entries: not DIE where DWARF is split */
	Dwarf *dwarf;	/* of the tree */
	bool walked, lines_read, cxx;
	const char *directory; /* of the compilation, or NULL */

	struct dwarf_scope *scopes;
	size_t scope_count, scope_capacity;
	struct symbol_segments segments; /* ids: scopes */
	struct dwarf_context *contexts;
	size_t context_count, context_capacity;
	struct dwarf_member *members; /* by die */
	size_t member_count, member_capacity;

	Dwarf_Lines *lines; /* by address */
	size_t line_count;
};

/* A function's code out of line, found by its entry. */
struct dwarf_copy {
	const void *entry;
	uint64_t low, high;
};

/* What an entry became. */
struct dwarf_entry {
	const void *entry;
	struct symbol_function *function;
};

/* One function of the source: entries of several units may mean it. */
struct dwarf_function {
	struct symbol_function *function;
	uint32_t column;
};

struct dwarf_path {
	const char *raw; /* a string of libdw's: compared as a pointer */
	const char *path;
};

struct symbol_dwarf {
	struct symbol_dwarf_source source;
	Dwarf *dwarf, *alt;
	struct dwarf_unit **units;
	size_t unit_count, unit_capacity;
	struct idmap unit_by_cu;	 /* Dwarf_CU pointer */
	struct symbol_segments segments; /* ids: units */
	size_t range_count; /* read so far, to stop where there is no end */

	struct dwarf_copy *copies;
	size_t copy_count, copy_capacity;
	struct idmap copy_by_entry;
	struct dwarf_entry *entries;
	size_t entry_count, entry_capacity;
	struct idmap function_by_entry;
	struct dwarf_function *functions;
	size_t function_count, function_capacity;
	struct idmap function_by_name;
	struct dwarf_path *paths;
	size_t path_count, path_capacity;
	struct idmap path_by_raw;
};

/* The unit that DIE is in, made if new; NULL: out of memory. */
struct dwarf_unit *dwarf_unit_of(struct symbol_dwarf *d, Dwarf_Die *die);

/* Add DIE's ranges of code to RANGES, as ID with PRIORITY. Returns how many
 * there are. */
size_t dwarf_unit_ranges(struct symbol_dwarf *d, Dwarf_Die *die,
			 struct symbol_ranges *ranges, uint64_t priority,
			 uint32_t id);

/* Read the functions of UNIT, once. */
void dwarf_unit_walk(struct symbol_dwarf *d, struct dwarf_unit *unit);

/* The entry that all copies of DIE's function have in common. */
Dwarf_Die dwarf_origin(Dwarf_Die *die);

/* The function that DIE, or what it is a copy of, describes. NULL: out of
 * memory, or an entry without a name. */
struct symbol_function *dwarf_function_of(struct symbol_dwarf *d,
					  Dwarf_Die *die);

/* The file that attribute NAME of DIE, or of what it is a copy of, gives the
 * number of; NULL: none. */
const char *dwarf_file_of(struct symbol_dwarf *d, Dwarf_Die *die,
			  unsigned name);

/* Where the code at ADDRESS of unit U comes from; *ROW as in
 * symbol_dwarf_find. SCOPE is the scope that ADDRESS is in. */
struct symbol_frame dwarf_position(struct symbol_dwarf *d, struct dwarf_unit *u,
				   uint32_t scope, uint64_t address,
				   uint64_t *row);

/* Number of the row of U that holds for ADDRESS; SIZE_MAX: none. The rows are
 * read then. */
size_t dwarf_find_row(struct dwarf_unit *u, uint64_t address);

/* RAW, a string of libdw's, as a path of the store; NULL where it is none. */
const char *dwarf_path_of(struct symbol_dwarf *d, const char *raw,
			  const char *directory);

#endif
