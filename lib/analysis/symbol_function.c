/* symbol_function.c - from a DWARF entry to the function that it describes */
#include "lib/analysis/demangle.h"
#include "lib/analysis/symbol_dwarf_parts.h"
#include "lib/base/array.h"
#include "lib/base/hash.h"

#include <dwarf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No compiler makes longer chains; a broken file may make endless ones. */
#define MAX_CHAIN 16

static bool follow(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attribute;
	Dwarf_Die next;

	if (!dwarf_attr(die, name, &attribute) ||
	    !dwarf_formref_die(&attribute, &next))
		return false;
	*die = next;
	return true;
}

Dwarf_Die dwarf_origin(Dwarf_Die *die)
{
	Dwarf_Die at = *die;

	for (int i = 0; i < MAX_CHAIN; i++)
		if (!follow(&at, DW_AT_abstract_origin))
			break;
	return at;
}

const char *dwarf_path_of(struct symbol_dwarf *d, const char *raw,
			  const char *directory)
{
	uint64_t hash = hash_pointer(raw);
	struct dwarf_path *grown;
	const char *path;

	/* "???" is libdw's, names in brackets are the compilers'. */
	if (!raw || !*raw || *raw == '<' || !strcmp(raw, "???"))
		return NULL;
	IDMAP_EACH(&d->path_by_raw, hash, id)
	if (d->paths[id].raw == raw)
		return d->paths[id].path;
	path = symbol_store_path(d->source.store, directory, raw);
	grown = array_grow(d->paths, &d->path_capacity, d->path_count + 1,
			   sizeof(*grown));
	if (!grown)
		return path;
	d->paths = grown;
	d->paths[d->path_count] = (struct dwarf_path){ raw, path };
	if (idmap_add(&d->path_by_raw, hash, (uint32_t)d->path_count))
		d->path_count++;
	return path;
}

/* Not by dwarf_decl_file: in elfutils 0.188 that finds no file with number 0,
 * which is clang's first one, and fails an assertion where the unit's list of
 * files cannot be read. */
const char *dwarf_file_of(struct symbol_dwarf *d, Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attribute;
	Dwarf_Word number;
	Dwarf_Die root;
	struct dwarf_unit *unit;
	Dwarf_Files *files;
	size_t count;

	if (!dwarf_attr_integrate(die, name, &attribute) ||
	    dwarf_formudata(&attribute, &number) != 0 ||
	    !dwarf_cu_die(attribute.cu, &root, NULL, NULL, NULL, NULL, NULL,
			  NULL))
		return NULL;
	unit = dwarf_unit_of(d, &root);
	if (!unit || dwarf_getsrcfiles(&root, &files, &count) != 0 ||
	    number >= count)
		return NULL;
	return dwarf_path_of(d, dwarf_filesrc(files, number, NULL, NULL),
			     unit->directory);
}

/* --- names ---------------------------------------------------------------- */

static const char *linkage_of(Dwarf_Die *die)
{
	Dwarf_Attribute attribute;

	if (!dwarf_attr_integrate(die, DW_AT_linkage_name, &attribute) &&
	    !dwarf_attr_integrate(die, DW_AT_MIPS_linkage_name, &attribute))
		return NULL;
	return dwarf_formstring(&attribute);
}

static int by_die(const void *key, const void *member)
{
	Dwarf_Off a = *(const Dwarf_Off *)key;
	Dwarf_Off b = ((const struct dwarf_member *)member)->die;

	return (a > b) - (a < b);
}

/* The context that DIE is declared in; its unit is left in *UNIT. */
static uint32_t context_of(struct symbol_dwarf *d, Dwarf_Die *die,
			   struct dwarf_unit **unit)
{
	Dwarf_Die at = *die;
	Dwarf_Off offset;
	const struct dwarf_member *m;

	for (int i = 0; i < MAX_CHAIN; i++)
		if (!follow(&at, DW_AT_specification))
			break;
	*unit = dwarf_unit_of(d, &at);
	if (!*unit)
		return SYMBOL_NONE;
	dwarf_unit_walk(d, *unit);
	offset = dwarf_dieoffset(&at);
	m = (*unit)->member_count
		    ? bsearch(&offset, (*unit)->members, (*unit)->member_count,
			      sizeof(*m), by_die)
		    : NULL;
	return m ? m->context : SYMBOL_NONE;
}

/* NAME with the names of what it is declared in before it. To be freed. */
static char *qualify(struct symbol_dwarf *d, Dwarf_Die *die, const char *name)
{
	struct dwarf_unit *unit;
	uint32_t context = context_of(d, die, &unit);
	char *text = strdup(name);

	for (int i = 0; text && context != SYMBOL_NONE && i < 2 * MAX_CHAIN;
	     i++) {
		const struct dwarf_context *c = &unit->contexts[context];
		Dwarf_Die outer;
		const char *outer_name = NULL;
		char *longer;

		if (dwarf_offdie(unit->dwarf, c->die, &outer))
			outer_name = dwarf_diename(&outer);
		if (!outer_name)
			outer_name = "(anonymous namespace)";
		if (asprintf(&longer, "%s::%s", outer_name, text) < 0)
			break;
		free(text);
		text = longer;
		context = c->parent;
	}
	return text;
}

/* Let F have the code from LOW to HIGH, if it is more than what it has. Of
 * equal ones the first in the file, so that the order of the questions does
 * not change the answers. */
static void take_copy(struct symbol_function *f, uint64_t low, uint64_t high)
{
	uint64_t size = f->high - f->low;

	if (high - low < size || (high - low == size && low >= f->low))
		return;
	f->low = low;
	f->high = high;
}

/* Give F the largest of the copies out of line that ENTRY has. */
static void fill_copy(const struct symbol_dwarf *d, const void *entry,
		      struct symbol_function *f)
{
	IDMAP_EACH(&d->copy_by_entry, hash_pointer(entry), id)
	if (d->copies[id].entry == entry)
		take_copy(f, d->copies[id].low, d->copies[id].high);
}

/* Compilers leave out the linkage names of static functions: the symbol table
 * may have them. */
static const char *linkage_by_symbol(const struct symbol_dwarf *d,
				     const struct symbol_function *f)
{
	const struct symbol_entry *symbol;

	if (f->low == f->high)
		return NULL;
	symbol = symbol_table_at(d->source.table, f->low);
	return symbol && !strncmp(symbol->name, "_Z", 2) ? symbol->name : NULL;
}

static bool fill_names(struct symbol_dwarf *d, Dwarf_Die *die,
		       struct symbol_function *f)
{
	const char *name = dwarf_diename(die);
	const char *linkage = linkage_of(die);
	struct dwarf_unit *unit = dwarf_unit_of(d, die);
	char *text = NULL;

	if (!linkage && unit && unit->cxx)
		linkage = linkage_by_symbol(d, f);
	if (linkage)
		text = demangle_function(linkage);
	if (!text && name)
		text = qualify(d, die, name);
	if (!text && linkage)
		text = strdup(linkage);
	if (!text)
		return false;
	f->name = symbol_store_string(d->source.store, text);
	f->linkage = linkage ? symbol_store_string(d->source.store, linkage)
			     : f->name;
	free(text);
	return f->name && f->linkage;
}

/* --- functions -------------------------------------------------------------
 */

static bool same(const struct dwarf_function *a, const struct dwarf_function *b)
{
	const struct symbol_function *f = a->function, *g = b->function;

	return f->linkage == g->linkage && f->name == g->name &&
	       f->file == g->file && f->line == g->line &&
	       a->column == b->column;
}

/* The function that means the same as F: one that comes from a header has an
 * entry in every unit that includes it. It is F itself if new. */
static struct symbol_function *merge(struct symbol_dwarf *d,
				     struct dwarf_function f)
{
	uint64_t hash = hash_add(
		hash_pointer(f.function->linkage),
		hash_add(hash_pointer(f.function->file), f.function->line));
	struct dwarf_function *grown;

	if (!f.function->file || !f.function->line)
		return f.function;
	IDMAP_EACH(&d->function_by_name, hash, id)
	{
		struct symbol_function *known = d->functions[id].function;

		if (!same(&d->functions[id], &f))
			continue;
		take_copy(known, f.function->low, f.function->high);
		return known;
	}
	grown = array_grow(d->functions, &d->function_capacity,
			   d->function_count + 1, sizeof(*grown));
	if (!grown)
		return f.function;
	d->functions = grown;
	d->functions[d->function_count] = f;
	if (idmap_add(&d->function_by_name, hash, (uint32_t)d->function_count))
		d->function_count++;
	return f.function;
}

static void fill_declaration(struct symbol_dwarf *d, Dwarf_Die *die,
			     struct symbol_function *f)
{
	int line = 0;

	f->file = dwarf_file_of(d, die, DW_AT_decl_file);
	if (f->file && dwarf_decl_line(die, &line) == 0 && line > 0)
		f->line = (uint32_t)line;
}

/* Compilers do not say where functions are declared that they made up, such as
 * the body of a lambda: but where its class is, or where its code comes from.
 */
static void guess_declaration(struct symbol_dwarf *d, Dwarf_Die *die,
			      struct symbol_function *f)
{
	struct dwarf_unit *unit;
	uint32_t context = context_of(d, die, &unit);
	struct symbol_frame position;
	Dwarf_Die outer;
	uint64_t row;

	if (context != SYMBOL_NONE &&
	    dwarf_offdie(unit->dwarf, unit->contexts[context].die, &outer) &&
	    dwarf_tag(&outer) != DW_TAG_namespace)
		fill_declaration(d, &outer, f);
	unit = dwarf_unit_of(d, die);
	if (f->file || f->low == f->high || !unit)
		return;
	position = dwarf_position(
		d, unit, symbol_segments_find(&unit->segments, f->low, NULL),
		f->low, &row);
	f->file = position.file;
	f->line = position.line;
}

static struct symbol_function *make_function(struct symbol_dwarf *d,
					     Dwarf_Die *die)
{
	struct symbol_function *f =
		symbol_store_alloc(d->source.store, sizeof(*f));
	int column = 0;

	if (!f)
		return NULL;
	f->module = d->source.module;
	fill_copy(d, die->addr, f);
	if (!fill_names(d, die, f))
		return NULL;
	fill_declaration(d, die, f);
	if (!f->file)
		guess_declaration(d, die, f);
	if (dwarf_decl_column(die, &column) != 0)
		column = 0;
	return merge(d, (struct dwarf_function){ f, (uint32_t)column });
}

struct symbol_function *dwarf_function_of(struct symbol_dwarf *d,
					  Dwarf_Die *die)
{
	Dwarf_Die origin = dwarf_origin(die);
	uint64_t hash = hash_pointer(origin.addr);
	struct symbol_function *f;
	struct dwarf_entry *grown;

	IDMAP_EACH(&d->function_by_entry, hash, id)
	if (d->entries[id].entry == origin.addr)
		return d->entries[id].function;
	f = make_function(d, &origin);
	grown = array_grow(d->entries, &d->entry_capacity, d->entry_count + 1,
			   sizeof(*grown));
	if (!grown)
		return f;
	d->entries = grown;
	d->entries[d->entry_count] = (struct dwarf_entry){ origin.addr, f };
	if (idmap_add(&d->function_by_entry, hash, (uint32_t)d->entry_count))
		d->entry_count++;
	return f;
}
