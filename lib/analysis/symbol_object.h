/* symbol_object.h - one module's files, opened when first asked for. */
#ifndef PROF_ANALYSIS_SYMBOL_OBJECT_H
#define PROF_ANALYSIS_SYMBOL_OBJECT_H

#include "lib/analysis/symbol_dwarf.h"
#include "lib/analysis/symbol_table.h"

struct symbol_object {
	struct symbol_elf *elf;	  /* the code; NULL: missing or another one */
	struct symbol_elf *debug; /* separate debugging information, or NULL */
	struct symbol_elf *alt;	  /* what dwz moved out of it, or NULL */
	struct symbol_table table;
	struct symbol_dwarf *dwarf; /* NULL: none */
};

/* Open what MODULE names; debugging files are looked for in DEBUG_DIRS. Names
 * go to STORE. *PROBLEM is NULL or says in a few words, to be freed, what is
 * missing. O must not be moved afterwards. */
void symbol_object_open(struct symbol_object *o,
			const struct symbol_module *module,
			const char *debug_dirs, struct symbol_store *store,
			char **problem);
void symbol_object_close(struct symbol_object *o);

/* Start of the instruction that contains ADDRESS, when one starts at BASE (0:
 * unknown); ADDRESS where this cannot be told. */
uint64_t symbol_object_instruction(struct symbol_object *o, uint64_t base,
				   uint64_t address);

/* The code of the function around ADDRESS; false, and nothing to be freed,
 * where that is not known. */
bool symbol_object_code(struct symbol_object *o, uint64_t address,
			struct symbol_code *code);

#endif
