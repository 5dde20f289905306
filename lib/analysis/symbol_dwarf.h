/* symbol_dwarf.h - an index over what libdw reads: address to frames.
 *
 * Nothing is read before it is asked for, but for the list of the units and
 * the addresses that they cover.
 */
#ifndef PROF_ANALYSIS_SYMBOL_DWARF_H
#define PROF_ANALYSIS_SYMBOL_DWARF_H

#include "lib/analysis/symbol_table.h"
#include "lib/analysis/symbolize.h"

struct symbol_dwarf; /* opaque */

/* All of it must outlive the index. */
struct symbol_dwarf_source {
	struct symbol_elf *debug; /* has .debug_info */
	struct symbol_elf *alt;	  /* what dwz moved out of it, or NULL */
	const struct symbol_table *table;
	uint64_t text_low, text_high; /* of the object's code */
	const char *module;	      /* for the functions */
	struct symbol_store *store;   /* where the answers go */
};

/* NULL: no debugging information in there. */
struct symbol_dwarf *symbol_dwarf_new(const struct symbol_dwarf_source *source);
void symbol_dwarf_free(struct symbol_dwarf *d);

struct symbol_frames {
	struct symbol_frame *items;
	size_t count, capacity;
};

/* Fill FRAMES (emptied first, and to be freed by the caller) for ADDRESS: as
 * in struct symbol_location, without inlined functions unless INLINES. The
 * last frame's function is NULL where only a line is known. No frames: nothing
 * is known. *ROW is the closest address up to ADDRESS at which an instruction
 * starts, 0 where unknown. */
void symbol_dwarf_find(struct symbol_dwarf *d, uint64_t address, bool inlines,
		       struct symbol_frames *frames, uint64_t *row);

/* The function, not an inlined one, that ADDRESS is in; NULL: unknown. */
const struct symbol_function *symbol_dwarf_function(struct symbol_dwarf *d,
						    uint64_t address);

/* Only where the code at ADDRESS comes from; *FILE and *LINE stay as they are
 * where that is unknown. */
void symbol_dwarf_position(struct symbol_dwarf *d, uint64_t address,
			   const char **file, uint32_t *line);

#endif
