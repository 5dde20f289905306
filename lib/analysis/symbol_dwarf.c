#include "lib/analysis/symbol_dwarf.h"

#include "lib/analysis/symbol_dwarf_parts.h"
#include "lib/base/array.h"
#include "lib/base/hash.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

/* How far to look for a line where the compiler gave none. */
#define MAX_ROWS 256

/* Scopes nest at most this deep in a chain of frames. */
#define MAX_FRAMES 256

/* --- units ------------------------------------------------------------------
 */

static bool is_cxx(Dwarf_Die *die)
{
	switch (dwarf_srclang(die)) {
	case DW_LANG_C_plus_plus:
	case DW_LANG_C_plus_plus_03:
	case DW_LANG_C_plus_plus_11:
	case DW_LANG_C_plus_plus_14:
	case DW_LANG_Rust:
	case DW_LANG_D:
		return true;
	default:
		return false;
	}
}

/* DIE is a unit's own entry; TREE is where its functions are. */
static struct dwarf_unit *add_unit(struct symbol_dwarf *d, Dwarf_Die *die,
				   Dwarf_Die *tree)
{
	struct dwarf_unit **grown = array_grow(
		d->units, &d->unit_capacity, d->unit_count + 1, sizeof(*grown));
	struct dwarf_unit *u;
	Dwarf_Attribute attribute;

	if (!grown)
		return NULL;
	d->units = grown;
	u = calloc(1, sizeof(*u));
	if (!u || !idmap_add(&d->unit_by_cu, hash_pointer(tree->cu),
			     (uint32_t)d->unit_count)) {
		free(u);
		return NULL;
	}
	d->units[d->unit_count++] = u;
	u->die = *die;
	u->tree = *tree;
	u->dwarf = dwarf_cu_getdwarf(tree->cu);
	u->cxx = is_cxx(tree);
	if (dwarf_attr(die, DW_AT_comp_dir, &attribute))
		u->directory = dwarf_formstring(&attribute);
	return u;
}

struct dwarf_unit *dwarf_unit_of(struct symbol_dwarf *d, Dwarf_Die *die)
{
	Dwarf_Die root;

	IDMAP_EACH(&d->unit_by_cu, hash_pointer(die->cu), id)
	if (d->units[id]->tree.cu == die->cu)
		return d->units[id];
	if (!dwarf_diecu(die, &root, NULL, NULL))
		return NULL;
	return add_unit(d, &root, &root);
}

static void free_unit(struct dwarf_unit *u)
{
	free(u->scopes);
	free(u->contexts);
	free(u->members);
	symbol_segments_free(&u->segments);
	free(u);
}

/* A unit that does not say what it covers: its functions do. */
static void ranges_by_functions(struct symbol_dwarf *d, struct dwarf_unit *u,
				struct symbol_ranges *ranges, uint32_t id)
{
	const struct symbol_segments *s = &u->segments;

	dwarf_unit_walk(d, u);
	for (size_t i = 0; i + 1 < s->count; i++)
		if (s->items[i].id != SYMBOL_NONE)
			symbol_ranges_add(ranges, (struct symbol_range){
							  s->items[i].start,
							  s->items[i + 1].start,
							  0, id });
}

static void index_units(struct symbol_dwarf *d)
{
	struct symbol_ranges ranges = { 0 };
	Dwarf_CU *cu = NULL;
	Dwarf_Die die, split;
	uint8_t type;

	while (dwarf_get_units(d->dwarf, cu, &cu, NULL, &type, &die, &split) ==
	       0) {
		struct dwarf_unit *u;
		uint32_t id = (uint32_t)d->unit_count;

		if (type != DW_UT_compile && type != DW_UT_skeleton)
			continue;
		if (d->unit_count >= SYMBOL_NONE)
			break;
		u = add_unit(d, &die,
			     type == DW_UT_skeleton && split.addr ? &split
								  : &die);
		if (!u)
			break;
		if (!dwarf_unit_ranges(d, &die, &ranges, 0, id))
			ranges_by_functions(d, u, &ranges, id);
	}
	symbol_segments_build(&d->segments, &ranges);
	symbol_ranges_free(&ranges);
}

struct symbol_dwarf *symbol_dwarf_new(const struct symbol_dwarf_source *source)
{
	struct symbol_dwarf *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->source = *source;
	d->dwarf = dwarf_begin_elf(source->debug->elf, DWARF_C_READ, NULL);
	if (!d->dwarf) {
		free(d);
		return NULL;
	}
	if (source->alt)
		d->alt = dwarf_begin_elf(source->alt->elf, DWARF_C_READ, NULL);
	if (d->alt)
		dwarf_setalt(d->dwarf, d->alt);
	index_units(d);
	return d;
}

void symbol_dwarf_free(struct symbol_dwarf *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->unit_count; i++)
		free_unit(d->units[i]);
	free(d->units);
	idmap_free(&d->unit_by_cu);
	symbol_segments_free(&d->segments);
	free(d->copies);
	idmap_free(&d->copy_by_entry);
	free(d->entries);
	idmap_free(&d->function_by_entry);
	free(d->functions);
	idmap_free(&d->function_by_name);
	free(d->paths);
	idmap_free(&d->path_by_raw);
	dwarf_end(d->dwarf);
	dwarf_end(d->alt);
	free(d);
}

/* --- lines ------------------------------------------------------------------
 */

static Dwarf_Line *row_at(const struct dwarf_unit *u, size_t i)
{
	return dwarf_onesrcline(u->lines, i);
}

static uint64_t row_address(const struct dwarf_unit *u, size_t i)
{
	Dwarf_Addr address = 0;

	dwarf_lineaddr(row_at(u, i), &address);
	return address;
}

static uint32_t row_line(const struct dwarf_unit *u, size_t i)
{
	int line = 0;

	dwarf_lineno(row_at(u, i), &line);
	return line > 0 ? (uint32_t)line : 0;
}

static bool row_ends(const struct dwarf_unit *u, size_t i)
{
	bool ends = true;

	dwarf_lineendsequence(row_at(u, i), &ends);
	return ends;
}

static void read_lines(struct dwarf_unit *u)
{
	if (u->lines_read)
		return;
	u->lines_read = true;
	if (dwarf_getsrclines(&u->die, &u->lines, &u->line_count) != 0)
		u->line_count = 0;
}

/* The last of those at the highest address up to ADDRESS. */
size_t dwarf_find_row(struct dwarf_unit *u, uint64_t address)
{
	size_t low = 0, high;

	read_lines(u);
	high = u->line_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (row_address(u, middle) <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || row_ends(u, low - 1))
		return SIZE_MAX;
	return low - 1;
}

/* A row with a line near row I, whose line is 0: before it, or else behind it,
 * but in the same copy of the same function. I itself where there is none. */
static size_t row_with_line(const struct dwarf_unit *u, size_t i,
			    uint32_t scope)
{
	for (size_t n = 1; n <= MAX_ROWS && n <= i; n++) {
		if (row_ends(u, i - n))
			break;
		if (row_line(u, i - n) &&
		    symbol_segments_find(&u->segments, row_address(u, i - n),
					 NULL) == scope)
			return i - n;
	}
	for (size_t n = 1; n <= MAX_ROWS && i + n < u->line_count; n++) {
		if (row_ends(u, i + n))
			break;
		if (row_line(u, i + n) &&
		    symbol_segments_find(&u->segments, row_address(u, i + n),
					 NULL) == scope)
			return i + n;
	}
	return i;
}

struct symbol_frame dwarf_position(struct symbol_dwarf *d, struct dwarf_unit *u,
				   uint32_t scope, uint64_t address,
				   uint64_t *row)
{
	struct symbol_frame frame = { NULL, NULL, 0 };
	size_t i = dwarf_find_row(u, address);

	*row = 0;
	if (i == SIZE_MAX)
		return frame;
	*row = row_address(u, i);
	if (!row_line(u, i))
		i = row_with_line(u, i, scope);
	frame.line = row_line(u, i);
	frame.file = dwarf_path_of(d, dwarf_linesrc(row_at(u, i), NULL, NULL),
				   u->directory);
	return frame;
}

/* --- frames -----------------------------------------------------------------
 */

static void resolve_call(struct symbol_dwarf *d, struct dwarf_scope *s,
			 Dwarf_Die *die)
{
	Dwarf_Attribute attribute;
	Dwarf_Word line;

	if (dwarf_attr(die, DW_AT_call_line, &attribute) &&
	    dwarf_formudata(&attribute, &line) == 0 && line <= INT32_MAX)
		s->call_line = (uint32_t)line;
	s->call_file = dwarf_file_of(d, die, DW_AT_call_file);
}

static void resolve_scope(struct symbol_dwarf *d, struct dwarf_unit *u,
			  struct dwarf_scope *s)
{
	Dwarf_Die die;

	if (s->resolved)
		return;
	s->resolved = true;
	if (!dwarf_offdie(u->dwarf, s->die, &die))
		return;
	s->function = dwarf_function_of(d, &die);
	if (s->inlined)
		resolve_call(d, s, &die);
}

static void add_frame(struct symbol_frames *frames, struct symbol_frame frame)
{
	struct symbol_frame *grown =
		array_grow(frames->items, &frames->capacity, frames->count + 1,
			   sizeof(*grown));

	if (!grown)
		return;
	frames->items = grown;
	frames->items[frames->count++] = frame;
}

/* The frames of SCOPE and of what it is inlined into; FRAME has the innermost
 * position. */
static void add_chain(struct symbol_dwarf *d, struct dwarf_unit *u,
		      uint32_t scope, bool inlines, struct symbol_frame frame,
		      struct symbol_frames *frames)
{
	for (int i = 0; i < MAX_FRAMES && scope != SYMBOL_NONE; i++) {
		struct dwarf_scope *s = &u->scopes[scope];

		resolve_scope(d, u, s);
		/* Resolving may have walked other units, but not this one. */
		if (!s->inlined || (inlines && s->function)) {
			frame.function = s->function;
			add_frame(frames, frame);
		}
		if (!s->inlined)
			return;
		frame.file = s->call_file;
		frame.line = s->call_line;
		scope = s->parent;
	}
	/* Inlined into nothing that has a name. */
	frame.function = NULL;
	add_frame(frames, frame);
}

void symbol_dwarf_find(struct symbol_dwarf *d, uint64_t address, bool inlines,
		       struct symbol_frames *frames, uint64_t *row)
{
	uint32_t id = symbol_segments_find(&d->segments, address, NULL);
	const struct symbol_function *first;
	struct symbol_frame frame;
	struct dwarf_unit *u;
	uint32_t scope;

	frames->count = 0;
	*row = 0;
	if (id == SYMBOL_NONE)
		return;
	u = d->units[id];
	dwarf_unit_walk(d, u);
	scope = symbol_segments_find(&u->segments, address, NULL);
	frame = dwarf_position(d, u, scope, address, row);
	if (scope == SYMBOL_NONE && !frame.file)
		return;
	add_chain(d, u, scope, inlines, frame, frames);
	first = frames->count ? frames->items[0].function : NULL;
	if (*row && first && first->file && !frames->items[0].line) {
		frames->items[0].file = first->file;
		frames->items[0].line = first->line;
	}
}

const struct symbol_function *symbol_dwarf_function(struct symbol_dwarf *d,
						    uint64_t address)
{
	struct symbol_frames frames = { 0 };
	const struct symbol_function *f = NULL;
	uint64_t row;

	symbol_dwarf_find(d, address, false, &frames, &row);
	if (frames.count)
		f = frames.items[frames.count - 1].function;
	free(frames.items);
	return f;
}

void symbol_dwarf_position(struct symbol_dwarf *d, uint64_t address,
			   const char **file, uint32_t *line)
{
	uint32_t id = symbol_segments_find(&d->segments, address, NULL);
	struct symbol_frame position;
	uint64_t row;

	if (id == SYMBOL_NONE)
		return;
	position = dwarf_position(d, d->units[id], SYMBOL_NONE, address, &row);
	if (!position.file)
		return;
	*file = position.file;
	*line = position.line;
}
