/* symbol_code.c - a function's code: its bytes, and the lines they come from.
 */
#include "lib/analysis/symbol_dwarf_parts.h"
#include "lib/analysis/symbol_object.h"
#include "lib/base/array.h"

#include <stdlib.h>

#define MAX_PARTS 64

/* What fills a code. */
struct filling {
	struct symbol_code *code;
	size_t part_capacity, row_capacity;
};

static bool add_part(struct filling *f, uint64_t low, uint64_t high)
{
	struct symbol_code *code = f->code;
	struct symbol_part *grown;

	if (code->part_count == MAX_PARTS || low >= high)
		return false;
	grown = array_grow(code->parts, &f->part_capacity, code->part_count + 1,
			   sizeof(*grown));
	if (!grown)
		return false;
	code->parts = grown;
	grown[code->part_count++] =
		(struct symbol_part){ low, (size_t)(high - low), NULL };
	return true;
}

static bool add_row(struct filling *f, struct symbol_row row)
{
	struct symbol_code *code = f->code;
	struct symbol_row *grown =
		array_grow(code->rows, &f->row_capacity, code->row_count + 1,
			   sizeof(*grown));

	if (!grown)
		return false;
	code->rows = grown;
	grown[code->row_count++] = row;
	return true;
}

/* The rows of PART, from the one that holds at its start. */
static void add_rows(struct filling *f, struct symbol_dwarf *d,
		     struct dwarf_unit *u, const struct symbol_part *part)
{
	size_t i = dwarf_find_row(u, part->low);
	uint64_t high = part->low + part->size;

	if (i == SIZE_MAX)
		return;
	/* All rows of the first address; but where the code before ends there,
	 * in another section, its end is none of them. */
	for (; i > 0; i--) {
		Dwarf_Line *line = dwarf_onesrcline(u->lines, i - 1);
		Dwarf_Addr before = 0;
		bool ends = false;

		dwarf_lineaddr(line, &before);
		dwarf_lineendsequence(line, &ends);
		if (before < part->low || ends)
			break;
	}
	for (; i < u->line_count; i++) {
		Dwarf_Line *line = dwarf_onesrcline(u->lines, i);
		Dwarf_Addr address = 0;
		bool statement = false, ends = false;
		int number = 0;

		dwarf_lineaddr(line, &address);
		dwarf_lineendsequence(line, &ends);
		if (address >= high || ends)
			break;
		dwarf_lineno(line, &number);
		dwarf_linebeginstatement(line, &statement);
		if (!add_row(f,
			     (struct symbol_row){
				     address < part->low ? part->low : address,
				     dwarf_path_of(
					     d, dwarf_linesrc(line, NULL, NULL),
					     u->directory),
				     number > 0 ? (uint32_t)number : 0,
				     statement }))
			break;
	}
}

/* The stretches of code, and their rows, of the function, not an inlined one,
 * that ADDRESS is in; without the bytes. False: unknown. */
static bool read_code(struct symbol_dwarf *d, uint64_t address,
		      struct symbol_code *code)
{
	struct filling f = { .code = code };
	uint32_t id = symbol_segments_find(&d->segments, address, NULL), scope;
	struct dwarf_unit *u;
	Dwarf_Addr base, low, high;
	Dwarf_Die die;
	ptrdiff_t at = 0;

	if (id == SYMBOL_NONE)
		return false;
	u = d->units[id];
	dwarf_unit_walk(d, u);
	scope = symbol_segments_find(&u->segments, address, NULL);
	while (scope != SYMBOL_NONE && u->scopes[scope].inlined)
		scope = u->scopes[scope].parent;
	if (scope == SYMBOL_NONE ||
	    !dwarf_offdie(u->dwarf, u->scopes[scope].die, &die))
		return false;
	while ((at = dwarf_ranges(&die, at, &base, &low, &high)) > 0)
		if (low >= d->source.text_low && high <= d->source.text_high &&
		    !add_part(&f, low, high))
			break;
	for (size_t i = 0; i < code->part_count; i++)
		add_rows(&f, d, u, &code->parts[i]);
	return code->part_count > 0;
}

bool symbol_object_code(struct symbol_object *o, uint64_t address,
			struct symbol_code *code)
{
	const struct symbol_entry *symbol;
	struct filling f = { .code = code };

	*code = (struct symbol_code){ 0 };
	if (!o->elf)
		return false;
	code->machine = o->elf->header.e_machine;
	if (!o->dwarf || !read_code(o->dwarf, address, code)) {
		symbol = symbol_table_find(&o->table, address);
		if (!symbol || !add_part(&f, symbol->low, symbol->high))
			return false;
	}
	for (size_t i = 0; i < code->part_count; i++) {
		struct symbol_part *part = &code->parts[i];
		struct symbol_bytes bytes = symbol_elf_code(o->elf, part->low);

		part->bytes = bytes.data;
		if (part->size > bytes.size)
			part->size = bytes.size;
	}
	return true;
}

void symbol_code_free(struct symbol_code *code)
{
	free(code->parts);
	free(code->rows);
	*code = (struct symbol_code){ 0 };
}
