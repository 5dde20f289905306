#include "lib/analysis/symbol_image.h"

#include "lib/analysis/insn_length.h"
#include "lib/base/bisect.h"

#include <stdlib.h>
#include <string.h>

/* Reading, with a memory of what went wrong first. */
struct cursor {
	struct symbol_image *image;
	size_t at, size;
	const char *why; /* NULL while all is well */
	bool no_memory;
};

static void fail(struct cursor *c, const char *why)
{
	if (!c->why)
		c->why = why;
}

static const uint8_t *take(struct cursor *c, size_t size)
{
	const uint8_t *at = c->image->bytes + c->at;

	if (c->why || size > c->size - c->at) {
		fail(c, "names that end too early");
		return NULL;
	}
	c->at += size;
	return at;
}

static uint32_t take_u32(struct cursor *c)
{
	const uint8_t *p = take(c, 4);

	return p ? (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
			       (uint32_t)p[3] << 24
		 : 0;
}

static uint64_t take_u64(struct cursor *c)
{
	uint64_t low = take_u32(c);

	return low | (uint64_t)take_u32(c) << 32;
}

/* A number below LIMIT or, with NONE, none. */
static uint32_t take_number(struct cursor *c, size_t limit, bool none)
{
	uint32_t value = take_u32(c);

	if (none && value == SYMBOL_IMAGE_NONE)
		return value;
	if (value >= limit)
		fail(c, "a name's number that is none");
	return c->why ? 0 : value;
}

/* An array of as many elements of ELEMENT_SIZE bytes as is said here, each of
 * which takes LEAST bytes or more to say. */
static void *take_array(struct cursor *c, size_t *count, size_t element_size,
			size_t least)
{
	uint32_t n = take_u32(c);
	void *array;

	*count = 0;
	if (c->why)
		return NULL;
	if (n > (c->size - c->at) / least) {
		fail(c, "more names than there is room for");
		return NULL;
	}
	array = calloc((size_t)n + 1, element_size);
	if (!array) {
		c->no_memory = true;
		fail(c, "");
		return NULL;
	}
	*count = n;
	return array;
}

static void read_strings(struct cursor *c)
{
	struct symbol_image *image = c->image;

	image->strings =
		take_array(c, &image->string_count, sizeof(*image->strings), 4);
	for (size_t i = 0; !c->why && i < image->string_count; i++) {
		uint32_t size = take_u32(c);
		const uint8_t *text = take(c, size);

		if (!text)
			return;
		image->strings[i] = strndup((const char *)text, size);
		if (!image->strings[i]) {
			c->no_memory = true;
			fail(c, "");
		}
	}
}

static void read_functions(struct cursor *c)
{
	struct symbol_image *image = c->image;
	size_t strings = image->string_count;

	image->functions = take_array(c, &image->function_count,
				      sizeof(*image->functions), 36);
	for (size_t i = 0; !c->why && i < image->function_count; i++) {
		struct image_function *f = &image->functions[i];

		f->name = take_number(c, strings, false);
		f->linkage = take_number(c, strings, false);
		f->file = take_number(c, strings, true);
		f->line = take_u32(c);
		f->module = take_number(c, strings, false);
		f->low = take_u64(c);
		f->high = take_u64(c);
	}
}

static void read_frames(struct cursor *c)
{
	struct symbol_image *image = c->image;

	image->frames =
		take_array(c, &image->frame_count, sizeof(*image->frames), 12);
	for (size_t i = 0; !c->why && i < image->frame_count; i++) {
		struct image_frame *f = &image->frames[i];

		f->function = take_number(c, image->function_count, false);
		f->file = take_number(c, image->string_count, true);
		f->line = take_u32(c);
	}
}

static void read_locations(struct cursor *c)
{
	struct symbol_image *image = c->image;

	image->locations = take_array(c, &image->location_count,
				      sizeof(*image->locations), 8);
	for (size_t i = 0; !c->why && i < image->location_count; i++) {
		struct image_location *l = &image->locations[i];

		l->first_frame = take_u32(c);
		l->frame_count = take_u32(c);
		if (!l->frame_count || l->first_frame > image->frame_count ||
		    l->frame_count > image->frame_count - l->first_frame)
			fail(c, "frames that are not there");
	}
}

static void read_points(struct cursor *c, struct image_module *m)
{
	m->points = take_array(c, &m->point_count, sizeof(*m->points), 20);
	for (size_t i = 0; !c->why && i < m->point_count; i++) {
		struct image_point *p = &m->points[i];

		p->address = take_u64(c);
		p->instruction = take_u64(c);
		p->location = take_number(c, c->image->location_count, false);
		if (i && p->address <= m->points[i - 1].address)
			fail(c, "addresses that are not in order");
	}
}

static void read_parts(struct cursor *c, struct image_code *code)
{
	code->parts =
		take_array(c, &code->part_count, sizeof(*code->parts), 12);
	for (size_t i = 0; !c->why && i < code->part_count; i++) {
		struct symbol_part *p = &code->parts[i];

		p->low = take_u64(c);
		p->size = take_u32(c);
		p->bytes = take(c, p->size);
		if (p->low > UINT64_MAX - p->size)
			fail(c, "code that has no end");
	}
	if (!c->why && !code->part_count)
		fail(c, "a function without code");
}

static void read_code(struct cursor *c, struct image_code *code)
{
	read_parts(c, code);
	code->rows = take_array(c, &code->row_count, sizeof(*code->rows), 17);
	for (size_t i = 0; !c->why && i < code->row_count; i++) {
		struct image_row *r = &code->rows[i];
		const uint8_t *flag;

		r->address = take_u64(c);
		r->file = take_number(c, c->image->string_count, true);
		r->line = take_u32(c);
		flag = take(c, 1);
		r->statement = flag && *flag;
	}
	code->segments = take_array(c, &code->segment_count,
				    sizeof(*code->segments), 12);
	for (size_t i = 0; !c->why && i < code->segment_count; i++) {
		struct image_segment *s = &code->segments[i];

		s->start = take_u64(c);
		s->location = take_number(c, c->image->location_count, false);
		if (i && s->start <= code->segments[i - 1].start)
			fail(c, "addresses that are not in order");
	}
	if (!c->why && !code->segment_count)
		fail(c, "code without a location");
}

static int compare_ranges(const void *a, const void *b)
{
	const struct image_range *x = a, *y = b;

	if (x->low != y->low)
		return x->low < y->low ? -1 : 1;
	return x->code < y->code ? -1 : x->code > y->code;
}

static void index_codes(struct cursor *c, struct image_module *m)
{
	size_t count = 0;

	for (size_t i = 0; i < m->code_count; i++)
		count += m->codes[i].part_count;
	m->ranges = calloc(count + 1, sizeof(*m->ranges));
	if (!m->ranges) {
		c->no_memory = true;
		fail(c, "");
		return;
	}
	for (uint32_t i = 0; i < m->code_count; i++)
		for (size_t p = 0; p < m->codes[i].part_count; p++) {
			const struct symbol_part *part = &m->codes[i].parts[p];

			m->ranges[m->range_count++] = (struct image_range){
				part->low, part->low + part->size, i
			};
		}
	qsort(m->ranges, m->range_count, sizeof(*m->ranges), compare_ranges);
}

static void read_modules(struct cursor *c)
{
	struct symbol_image *image = c->image;

	image->modules = take_array(c, &image->module_count,
				    sizeof(*image->modules), 16);
	for (size_t i = 0; !c->why && i < image->module_count; i++) {
		struct image_module *m = &image->modules[i];

		m->module = take_u32(c);
		m->machine = take_u32(c);
		read_points(c, m);
		m->codes = take_array(c, &m->code_count, sizeof(*m->codes), 12);
		for (size_t k = 0; !c->why && k < m->code_count; k++)
			read_code(c, &m->codes[k]);
		if (!c->why)
			index_codes(c, m);
	}
}

static void read_sources(struct cursor *c)
{
	struct symbol_image *image = c->image;

	image->sources = take_array(c, &image->source_count,
				    sizeof(*image->sources), 16);
	for (size_t i = 0; !c->why && i < image->source_count; i++) {
		struct image_source *s = &image->sources[i];

		s->path = take_number(c, image->string_count, false);
		s->modified = take_u64(c);
		s->size = take_u32(c);
		s->text = (const char *)take(c, s->size);
	}
}

struct symbol_image *symbol_image_parse(const uint8_t *bytes, size_t size,
					const char **why, size_t *at)
{
	struct symbol_image *image = calloc(1, sizeof(*image));
	struct cursor c = { .image = image, .size = size };

	*why = NULL;
	*at = 0;
	if (!image)
		return NULL;
	image->bytes = malloc(size + 1);
	if (!image->bytes) {
		symbol_image_free(image);
		return NULL;
	}
	memcpy(image->bytes, bytes, size);
	if (take_u32(&c) != SYMBOL_IMAGE_FORMAT)
		fail(&c, "names in a form that this prof does not know");
	read_strings(&c);
	read_functions(&c);
	read_frames(&c);
	read_locations(&c);
	read_modules(&c);
	read_sources(&c);
	if (!c.why)
		return image;
	*why = c.no_memory ? NULL : c.why;
	*at = c.at;
	symbol_image_free(image);
	return NULL;
}

static void free_module(struct image_module *m)
{
	for (size_t i = 0; m->codes && i < m->code_count; i++) {
		free(m->codes[i].parts);
		free(m->codes[i].rows);
		free(m->codes[i].segments);
	}
	free(m->codes);
	free(m->points);
	free(m->ranges);
}

void symbol_image_free(struct symbol_image *image)
{
	if (!image)
		return;
	for (size_t i = 0; image->strings && i < image->string_count; i++)
		free(image->strings[i]);
	for (size_t i = 0; image->modules && i < image->module_count; i++)
		free_module(&image->modules[i]);
	free(image->strings);
	free(image->functions);
	free(image->frames);
	free(image->locations);
	free(image->modules);
	free(image->sources);
	free(image->bytes);
	free(image);
}

const struct image_module *symbol_image_module(const struct symbol_image *image,
					       uint32_t module)
{
	for (size_t i = 0; i < image->module_count; i++)
		if (image->modules[i].module == module)
			return &image->modules[i];
	return NULL;
}

const struct image_code *symbol_image_code(const struct image_module *m,
					   uint64_t address)
{
	size_t i = bisect_up_to(m->ranges, m->range_count, low, address);

	if (!i || address >= m->ranges[i - 1].high)
		return NULL;
	return &m->codes[m->ranges[i - 1].code];
}

static uint32_t find_segment(const struct image_code *code, uint64_t address)
{
	size_t i = bisect_up_to(code->segments, code->segment_count, start,
				address);

	return i ? code->segments[i - 1].location : SYMBOL_IMAGE_NONE;
}

static uint64_t find_instruction(const struct image_module *m,
				 const struct image_code *code,
				 uint64_t address)
{
	for (size_t p = 0; p < code->part_count; p++) {
		const struct symbol_part *part = &code->parts[p];

		if (address - part->low < part->size)
			return insn_start(m->machine, part->bytes, part->size,
					  part->low, address);
	}
	return address;
}

static int compare_points(const void *a, const void *b)
{
	const struct image_point *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

uint32_t symbol_image_find(const struct image_module *m, uint64_t address,
			   uint64_t *instruction)
{
	const struct image_point want = { .address = address };
	const struct image_point *point =
		m->point_count ? bsearch(&want, m->points, m->point_count,
					 sizeof(want), compare_points)
			       : NULL;
	const struct image_code *code;

	if (point) {
		*instruction = point->instruction;
		return point->location;
	}
	code = symbol_image_code(m, address);
	if (!code)
		return SYMBOL_IMAGE_NONE;
	*instruction = find_instruction(m, code, address);
	return find_segment(code, address);
}

const struct image_source *symbol_image_source(const struct symbol_image *image,
					       const char *path)
{
	for (size_t i = 0; i < image->source_count; i++)
		if (!strcmp(image->strings[image->sources[i].path], path))
			return &image->sources[i];
	return NULL;
}
