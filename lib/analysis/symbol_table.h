/* symbol_table.h - functions by the symbol tables of an object. */
#ifndef PROF_ANALYSIS_SYMBOL_TABLE_H
#define PROF_ANALYSIS_SYMBOL_TABLE_H

#include "lib/analysis/symbol_elf.h"
#include "lib/analysis/symbol_range.h"
#include "lib/analysis/symbol_store.h"

struct symbol_entry {
	uint64_t low, high;
	const char *name; /* as in the file; may have a version, "f@@V1" */
	uint8_t rank;	  /* the best of several is the highest */
	bool sized;	  /* HIGH is what the symbol says, not a guess */
};

/* A zeroed struct is an empty set of symbols. */
struct symbol_table {
	struct symbol_entry *list; /* by low, then by rank */
	size_t count, capacity;
	struct symbol_segments segments; /* ids: index into list */
	struct idmap by_name;		 /* made when first needed */
};

/* Add one symbol. */
void symbol_table_add(struct symbol_table *symbols,
		      const struct symbol_entry *symbol);

/* Add the functions of the table of kind TYPE (SHT_SYMTAB, SHT_DYNSYM) in
 * OBJECT, which must outlive SYMBOLS. False where it has none. */
bool symbol_table_read(struct symbol_table *symbols, struct symbol_elf *object,
		       uint32_t type);

/* Add the functions of the compressed .gnu_debugdata of OBJECT; names are kept
 * in STORE. False where it has none. */
bool symbol_table_read_mini(struct symbol_table *symbols,
			    struct symbol_elf *object,
			    struct symbol_store *store);

/* Call once after all are added and before any is looked up. */
void symbol_table_sort(struct symbol_table *symbols);
void symbol_table_free(struct symbol_table *symbols);

/* The function that ADDRESS is in, or NULL. */
const struct symbol_entry *symbol_table_find(const struct symbol_table *symbols,
					     uint64_t address);

/* The best symbol that starts at ADDRESS, or NULL. */
const struct symbol_entry *symbol_table_at(const struct symbol_table *symbols,
					   uint64_t address);

/* The symbol of that name; NULL where there is none, or several. */
const struct symbol_entry *symbol_table_named(struct symbol_table *symbols,
					      const char *name);

/* symbol_plt.c: add the stubs through which OBJECT calls others, as "f@plt";
 * names are kept in STORE. */
void symbol_plt_read(struct symbol_table *symbols, struct symbol_elf *object,
		     struct symbol_store *store);

#endif
