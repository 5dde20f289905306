#include "lib/analysis/symbol_embed.h"

#include "lib/analysis/insn_length.h"
#include "lib/base/array.h"
#include "lib/base/hash.h"
#include "lib/base/idmap.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

struct buffer {
	uint8_t *data;
	size_t size, capacity;
	uint32_t count; /* of the things in it */
};

struct address {
	uint32_t module;  /* of the profile */
	uint64_t address; /* of the process */
};

/* Locations are the same where their frames are; so for the others. */
struct symbol_embed {
	struct symbolizer *symbolizer;
	bool failed; /* out of memory */
	const char **strings;
	size_t string_capacity;
	struct idmap string_map;
	const struct symbol_function **functions;
	size_t function_capacity;
	struct idmap function_map;
	const struct symbol_location **locations;
	size_t location_capacity;
	struct idmap location_map;
	const char **files;
	size_t file_count, file_capacity;
	struct buffer text, function, frame, location, module, source;
};

/* --- bytes ------------------------------------------------------------------
 */

static void put(struct symbol_embed *e, struct buffer *to, const void *bytes,
		size_t size)
{
	uint8_t *grown =
		array_grow(to->data, &to->capacity, to->size + size, 1);

	if (!grown) {
		e->failed = true;
		return;
	}
	to->data = grown;
	if (size)
		memcpy(grown + to->size, bytes, size);
	to->size += size;
}

static void put_u32(struct symbol_embed *e, struct buffer *to, uint32_t value)
{
	const uint8_t bytes[] = { (uint8_t)value, (uint8_t)(value >> 8),
				  (uint8_t)(value >> 16),
				  (uint8_t)(value >> 24) };

	put(e, to, bytes, sizeof(bytes));
}

static void put_u64(struct symbol_embed *e, struct buffer *to, uint64_t value)
{
	put_u32(e, to, (uint32_t)value);
	put_u32(e, to, (uint32_t)(value >> 32));
}

/* --- numbers for things -----------------------------------------------------
 */

static uint32_t string_number(struct symbol_embed *e, const char *text)
{
	uint64_t hash = hash_string(text ? text : "");
	const char **grown;
	size_t length;

	if (!text)
		return SYMBOL_IMAGE_NONE;
	IDMAP_EACH(&e->string_map, hash, known)
	if (!strcmp(e->strings[known], text))
		return known;
	grown = array_grow(e->strings, &e->string_capacity, e->text.count + 1,
			   sizeof(*grown));
	if (!grown || !idmap_add(&e->string_map, hash, e->text.count)) {
		e->failed = true;
		return 0;
	}
	e->strings = grown;
	grown[e->text.count] = text;
	length = strlen(text);
	put_u32(e, &e->text, (uint32_t)length);
	put(e, &e->text, text, length);
	return e->text.count++;
}

/* A file whose lines are seen: its source may be wanted. */
static uint32_t file_number(struct symbol_embed *e, const char *file)
{
	uint32_t before = e->text.count, id = string_number(e, file);
	const char **grown;

	if (!file || id < before)
		return id;
	grown = array_grow(e->files, &e->file_capacity, e->file_count + 1,
			   sizeof(*grown));
	if (!grown) {
		e->failed = true;
		return id;
	}
	e->files = grown;
	grown[e->file_count++] = file;
	return id;
}

static uint32_t function_number(struct symbol_embed *e,
				const struct symbol_function *f)
{
	uint64_t hash = hash_pointer(f);
	const struct symbol_function **grown;

	IDMAP_EACH(&e->function_map, hash, known)
	if (e->functions[known] == f)
		return known;
	grown = array_grow(e->functions, &e->function_capacity,
			   e->function.count + 1, sizeof(*grown));
	if (!grown || !idmap_add(&e->function_map, hash, e->function.count)) {
		e->failed = true;
		return 0;
	}
	e->functions = grown;
	grown[e->function.count] = f;
	put_u32(e, &e->function, string_number(e, f->name));
	put_u32(e, &e->function, string_number(e, f->linkage));
	put_u32(e, &e->function, file_number(e, f->file));
	put_u32(e, &e->function, f->line);
	put_u32(e, &e->function, string_number(e, f->module));
	put_u64(e, &e->function, f->low);
	put_u64(e, &e->function, f->high);
	return e->function.count++;
}

static bool same_frames(const struct symbol_location *a,
			const struct symbol_location *b)
{
	if (a->frame_count != b->frame_count)
		return false;
	for (size_t i = 0; i < a->frame_count; i++)
		if (a->frames[i].function != b->frames[i].function ||
		    a->frames[i].file != b->frames[i].file ||
		    a->frames[i].line != b->frames[i].line)
			return false;
	return true;
}

static void put_location(struct symbol_embed *e,
			 const struct symbol_location *l)
{
	put_u32(e, &e->location, e->frame.count);
	put_u32(e, &e->location, (uint32_t)l->frame_count);
	e->location.count++;
	for (size_t i = 0; i < l->frame_count; i++) {
		const struct symbol_frame *f = &l->frames[i];

		put_u32(e, &e->frame, function_number(e, f->function));
		put_u32(e, &e->frame, file_number(e, f->file));
		put_u32(e, &e->frame, f->line);
		e->frame.count++;
	}
}

static uint32_t location_number(struct symbol_embed *e,
				const struct symbol_location *l)
{
	uint64_t hash = l->frame_count;
	const struct symbol_location **grown;

	for (size_t i = 0; i < l->frame_count; i++)
		hash = hash_add(
			hash_add(hash, (uintptr_t)l->frames[i].function),
			(uintptr_t)l->frames[i].file + l->frames[i].line);
	IDMAP_EACH(&e->location_map, hash, known)
	if (same_frames(e->locations[known], l))
		return known;
	grown = array_grow(e->locations, &e->location_capacity,
			   e->location.count + 1, sizeof(*grown));
	if (!grown || !idmap_add(&e->location_map, hash, e->location.count)) {
		e->failed = true;
		return 0;
	}
	e->locations = grown;
	grown[e->location.count] = l;
	put_location(e, l);
	return e->location.count - 1;
}

/* --- code -------------------------------------------------------------------
 */

/* Where each instruction of PART comes from; those that are the same in a row
 * are one. */
static void put_segments(struct symbol_embed *e, struct buffer *to,
			 uint32_t module, unsigned machine,
			 const struct symbol_part *part)
{
	uint32_t last = SYMBOL_IMAGE_NONE;

	for (size_t at = 0; at < part->size && !e->failed;) {
		const struct symbol_location *l = symbolizer_lookup(
			e->symbolizer, module, 0, part->low + at);
		uint32_t id = location_number(e, l);
		size_t length = 1;

		if (id != last) {
			put_u64(e, to, part->low + at);
			put_u32(e, to, id);
			to->count++;
		}
		last = id;
		if (machine == EM_X86_64)
			length = insn_length_x86_64(part->bytes + at,
						    part->size - at);
		else if (machine == EM_AARCH64)
			length = 4;
		at += length ? length : 1;
	}
}

static int compare_parts(const void *a, const void *b)
{
	const struct symbol_part *x = a, *y = b;

	return x->low < y->low ? -1 : x->low > y->low;
}

static void put_code(struct symbol_embed *e, struct buffer *to, uint32_t module,
		     const struct symbol_code *code)
{
	struct symbol_part *sorted =
		reallocarray(NULL, code->part_count + 1, sizeof(*sorted));
	struct buffer segments = { 0 };

	if (!sorted) {
		e->failed = true;
		return;
	}
	put_u32(e, to, (uint32_t)code->part_count);
	for (size_t i = 0; i < code->part_count; i++) {
		put_u64(e, to, code->parts[i].low);
		put_u32(e, to, (uint32_t)code->parts[i].size);
		put(e, to, code->parts[i].bytes, code->parts[i].size);
	}
	put_u32(e, to, (uint32_t)code->row_count);
	for (size_t i = 0; i < code->row_count; i++) {
		const struct symbol_row *row = &code->rows[i];
		const uint8_t flag = row->statement;

		put_u64(e, to, row->address);
		put_u32(e, to, file_number(e, row->file));
		put_u32(e, to, row->line);
		put(e, to, &flag, 1);
	}
	memcpy(sorted, code->parts, code->part_count * sizeof(*sorted));
	qsort(sorted, code->part_count, sizeof(*sorted), compare_parts);
	for (size_t i = 0; i < code->part_count; i++)
		put_segments(e, &segments, module, code->machine, &sorted[i]);
	put_u32(e, to, segments.count);
	put(e, to, segments.data, segments.size);
	to->count++;
	free(segments.data);
	free(sorted);
}

/* Code of which every part is there, of a size that can be said. */
static bool is_whole(const struct symbol_code *code)
{
	for (size_t i = 0; i < code->part_count; i++)
		if (!code->parts[i].bytes || !code->parts[i].size ||
		    code->parts[i].size > INT32_MAX)
			return false;
	return code->part_count > 0;
}

/* The code of a module that is kept so far, to look an address up in. */
struct kept {
	struct symbol_part *list; /* in no order */
	size_t count, capacity;
};

static bool is_kept(const struct kept *kept, uint64_t address)
{
	/* The last one is the most probable: addresses come in order. */
	for (size_t i = kept->count; i-- > 0;)
		if (address - kept->list[i].low < kept->list[i].size)
			return true;
	return false;
}

static void remember(struct symbol_embed *e, struct kept *kept,
		     const struct symbol_code *code)
{
	struct symbol_part *grown =
		array_grow(kept->list, &kept->capacity,
			   kept->count + code->part_count, sizeof(*grown));

	if (!grown) {
		e->failed = true;
		return;
	}
	kept->list = grown;
	for (size_t i = 0; i < code->part_count; i++)
		grown[kept->count++] = code->parts[i];
}

static bool overlaps(const struct kept *kept, const struct symbol_code *code)
{
	for (size_t i = 0; i < code->part_count; i++)
		for (size_t k = 0; k < kept->count; k++)
			if (code->parts[i].low <
				    kept->list[k].low + kept->list[k].size &&
			    kept->list[k].low <
				    code->parts[i].low + code->parts[i].size)
				return true;
	return false;
}

/* The COUNT addresses at LIST, which are module NUMBER's. */
static void add_module(struct symbol_embed *e, const struct profile *p,
		       const struct address *list, size_t count)
{
	struct buffer points = { 0 }, codes = { 0 };
	struct kept kept = { 0 };
	struct symbol_code code;
	uint32_t machine = EM_NONE;
	uint64_t bias;
	uint32_t module = profile_symbolizer_module(p, list[0].module,
						    e->symbolizer, &bias);

	for (size_t i = 0; i < count && !e->failed; i++) {
		uint64_t address = list[i].address - bias;
		const struct symbol_location *l;
		bool known;

		if (is_kept(&kept, address))
			continue;
		known = symbolizer_code(e->symbolizer, module, 0, address,
					&code);
		if (known && is_whole(&code) && !overlaps(&kept, &code)) {
			machine = code.machine;
			put_code(e, &codes, module, &code);
			remember(e, &kept, &code);
		}
		symbol_code_free(&code);
		if (is_kept(&kept, address))
			continue;
		l = symbolizer_lookup(e->symbolizer, module, bias,
				      list[i].address);
		put_u64(e, &points, address);
		put_u64(e, &points, l->instruction);
		put_u32(e, &points, location_number(e, l));
		points.count++;
	}
	put_u32(e, &e->module, list[0].module);
	put_u32(e, &e->module, machine);
	put_u32(e, &e->module, points.count);
	put(e, &e->module, points.data, points.size);
	put_u32(e, &e->module, codes.count);
	put(e, &e->module, codes.data, codes.size);
	e->module.count++;
	free(points.data);
	free(codes.data);
	free(kept.list);
}

static int compare_addresses(const void *a, const void *b)
{
	const struct address *x = a, *y = b;

	if (x->module != y->module)
		return x->module < y->module ? -1 : 1;
	return x->address < y->address ? -1 : x->address > y->address;
}

static void add_all(struct symbol_embed *e, const struct profile *p,
		    struct address *list, size_t count)
{
	size_t kept = 0, next;

	if (count)
		qsort(list, count, sizeof(*list), compare_addresses);
	for (size_t i = 0; i < count; i++)
		if (!kept || compare_addresses(&list[kept - 1], &list[i]))
			list[kept++] = list[i];
	for (size_t i = 0; i < kept && !e->failed; i = next) {
		for (next = i;
		     next < kept && list[next].module == list[i].module;)
			next++;
		add_module(e, p, list + i, next - i);
	}
}

/* Every address of P whose module is known. */
static size_t list_addresses(const struct profile *p, struct address *out)
{
	size_t count = 0;

	for (size_t i = 0; i < p->node_count; i++) {
		const struct profile_node *n = &p->nodes[i];

		if (n->module != PROFILE_NONE && !(n->fn & ARENA_REGION_BIT))
			out[count++] = (struct address){ n->module, n->fn };
		if (n->site_module != PROFILE_NONE)
			out[count++] =
				(struct address){ n->site_module, n->site };
	}
	for (size_t i = 0; i < p->block_count; i++)
		if (p->blocks[i].module != PROFILE_NONE)
			out[count++] = (struct address){ p->blocks[i].module,
							 p->blocks[i].pc - 1 };
	return count;
}

struct symbol_embed *symbol_embed_new(const struct profile *p,
				      struct symbolizer *s)
{
	struct symbol_embed *e = calloc(1, sizeof(*e));
	size_t most = 2 * p->node_count + p->block_count + 1;
	struct address *list = reallocarray(NULL, most, sizeof(*list));
	bool ok = e && list;

	if (ok) {
		e->symbolizer = s;
		add_all(e, p, list, list_addresses(p, list));
		ok = !e->failed;
	}
	free(list);
	if (ok)
		return e;
	symbol_embed_free(e);
	return NULL;
}

void symbol_embed_free(struct symbol_embed *e)
{
	if (!e)
		return;
	free(e->strings);
	free(e->functions);
	free(e->locations);
	free(e->files);
	idmap_free(&e->string_map);
	idmap_free(&e->function_map);
	idmap_free(&e->location_map);
	free(e->text.data);
	free(e->function.data);
	free(e->frame.data);
	free(e->location.data);
	free(e->module.data);
	free(e->source.data);
	free(e);
}

const char *symbol_embed_file(const struct symbol_embed *e, size_t i)
{
	return i < e->file_count ? e->files[i] : NULL;
}

bool symbol_embed_source(struct symbol_embed *e, const char *path,
			 const char *text, size_t size, uint64_t modified)
{
	put_u32(e, &e->source, string_number(e, path));
	put_u64(e, &e->source, modified);
	put_u32(e, &e->source, (uint32_t)size);
	put(e, &e->source, text, size);
	e->source.count++;
	return !e->failed;
}

static void join(struct symbol_embed *e, struct buffer *all)
{
	const struct buffer *const parts[] = { &e->text,   &e->function,
					       &e->frame,  &e->location,
					       &e->module, &e->source };

	put_u32(e, all, SYMBOL_IMAGE_FORMAT);
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		put_u32(e, all, parts[i]->count);
		put(e, all, parts[i]->data, parts[i]->size);
	}
}

uint8_t *symbol_embed_append(const struct symbol_embed *from, uint8_t *arena,
			     size_t *size)
{
	struct symbol_embed e = *from; /* failed is the copy's */
	size_t at = (*size + ARENA_PAGE - 1) / ARENA_PAGE * ARENA_PAGE;
	struct arena_chunk chunk = { .magic = ARENA_CHUNK_MAGIC,
				     .kind = ARENA_CHUNK_SYMBOLS,
				     .offset = at };
	struct arena_header *head;
	struct buffer all = { 0 };
	uint8_t *grown = NULL;

	join(&e, &all);
	chunk.used = sizeof(chunk) + all.size;
	chunk.size = (chunk.used + ARENA_PAGE - 1) / ARENA_PAGE * ARENA_PAGE;
	if (!e.failed)
		grown = realloc(arena, at + chunk.size);
	if (grown) {
		memset(grown + *size, 0, at + chunk.size - *size);
		memcpy(grown + at, &chunk, sizeof(chunk));
		memcpy(grown + at + sizeof(chunk), all.data, all.size);
		*size = at + chunk.size;
		head = (struct arena_header *)grown;
		head->used_bytes = *size;
	}
	free(all.data);
	return grown;
}
