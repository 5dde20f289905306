#include "lib/analysis/symbol_images.h"

#include "lib/base/array.h"
#include "lib/base/hash.h"

#include <stdlib.h>
#include <string.h>

struct symbol_images_entry {
	const struct symbol_image *image;
	const struct image_module *module;
};

void symbol_images_add(struct symbol_images *to,
		       const struct symbol_image *image,
		       const struct image_module *module)
{
	struct symbol_images_entry *grown;

	for (size_t i = 0; i < to->count; i++)
		if (to->list[i].module == module)
			return;
	grown = array_grow(to->list, &to->capacity, to->count + 1,
			   sizeof(*grown));
	if (!grown)
		return;
	to->list = grown;
	grown[to->count++] = (struct symbol_images_entry){ image, module };
}

void symbol_images_free(struct symbol_images *images)
{
	free(images->list);
	free(images->functions);
	idmap_free(&images->by_function);
}

static const char *text(const struct symbol_image *image,
			struct symbol_store *store, uint32_t string)
{
	if (string == SYMBOL_IMAGE_NONE)
		return NULL;
	return symbol_store_string(store, image->strings[string]);
}

static bool is_same(const struct symbol_function *a,
		    const struct symbol_function *b)
{
	return a->name == b->name && a->linkage == b->linkage &&
	       a->file == b->file && a->line == b->line && a->low == b->low &&
	       a->high == b->high;
}

/* The function number ID of IMAGE; NULL: out of memory. */
static const struct symbol_function *function(struct symbol_images *images,
					      const struct symbol_image *image,
					      struct symbol_store *store,
					      uint32_t id)
{
	const struct image_function *from = &image->functions[id];
	struct symbol_function f = {
		.name = text(image, store, from->name),
		.linkage = text(image, store, from->linkage),
		.file = text(image, store, from->file),
		.line = from->line,
		.low = from->low,
		.high = from->high,
		.module = text(image, store, from->module),
	};
	uint64_t hash = hash_add(hash_pointer(f.name), f.low + f.line);
	struct symbol_function **grown, *copy;

	IDMAP_EACH(&images->by_function, hash, known)
	if (is_same(images->functions[known], &f))
		return images->functions[known];
	copy = symbol_store_alloc(store, sizeof(*copy));
	grown = array_grow(images->functions, &images->function_capacity,
			   images->function_count + 1, sizeof(*grown));
	if (grown)
		images->functions = grown;
	if (!copy || !grown || !f.name || !f.linkage || !f.module ||
	    !idmap_add(&images->by_function, hash,
		       (uint32_t)images->function_count))
		return NULL;
	*copy = f;
	return grown[images->function_count++] = copy;
}

static bool fill_frames(struct symbol_images *images,
			const struct symbol_image *image,
			struct symbol_store *store,
			const struct image_location *location, bool inlines,
			struct symbol_frames *frames)
{
	/* Without inlined functions only the outermost is left. */
	uint32_t skip = inlines ? 0 : location->frame_count - 1;
	uint32_t count = location->frame_count - skip;
	struct symbol_frame *grown = array_grow(
		frames->items, &frames->capacity, count, sizeof(*grown));

	if (!grown)
		return false;
	frames->items = grown;
	for (uint32_t i = 0; i < count; i++) {
		const struct image_frame *f =
			&image->frames[location->first_frame + skip + i];

		grown[i] = (struct symbol_frame){
			function(images, image, store, f->function),
			text(image, store, f->file), f->line
		};
		if (!grown[i].function)
			return false;
	}
	frames->count = count;
	return true;
}

bool symbol_images_find(struct symbol_images *images,
			struct symbol_store *store, uint64_t address,
			bool inlines, struct symbol_frames *frames,
			uint64_t *instruction)
{
	for (size_t i = 0; i < images->count; i++) {
		const struct symbol_images_entry *e = &images->list[i];
		uint32_t id =
			symbol_image_find(e->module, address, instruction);

		if (id != SYMBOL_IMAGE_NONE)
			return fill_frames(images, e->image, store,
					   &e->image->locations[id], inlines,
					   frames);
	}
	return false;
}

static bool copy_code(const struct symbol_images_entry *e,
		      struct symbol_store *store, const struct image_code *from,
		      struct symbol_code *code)
{
	*code = (struct symbol_code){ .machine = e->module->machine };
	code->parts =
		reallocarray(NULL, from->part_count + 1, sizeof(*code->parts));
	code->rows =
		reallocarray(NULL, from->row_count + 1, sizeof(*code->rows));
	if (!code->parts || !code->rows) {
		symbol_code_free(code);
		return false;
	}
	memcpy(code->parts, from->parts,
	       from->part_count * sizeof(*code->parts));
	code->part_count = from->part_count;
	for (size_t i = 0; i < from->row_count; i++)
		code->rows[i] = (struct symbol_row){
			from->rows[i].address,
			text(e->image, store, from->rows[i].file),
			from->rows[i].line, from->rows[i].statement
		};
	code->row_count = from->row_count;
	return true;
}

bool symbol_images_code(struct symbol_images *images,
			struct symbol_store *store, uint64_t address,
			struct symbol_code *code)
{
	for (size_t i = 0; i < images->count; i++) {
		const struct symbol_images_entry *e = &images->list[i];
		const struct image_code *found =
			symbol_image_code(e->module, address);

		if (found)
			return copy_code(e, store, found, code);
	}
	return false;
}
