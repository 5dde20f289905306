/* symbol_images.h - what several profiles say of one module, put together. */
#ifndef PROF_ANALYSIS_SYMBOL_IMAGES_H
#define PROF_ANALYSIS_SYMBOL_IMAGES_H

#include "lib/analysis/symbol_dwarf.h"
#include "lib/analysis/symbol_image.h"
#include "lib/analysis/symbol_store.h"

struct symbol_images {
	struct symbol_images_entry *list;
	size_t count, capacity;
	/* The same function of several images once. */
	struct symbol_function **functions;
	size_t function_count, function_capacity;
	struct idmap by_function;
};

/* Add what IMAGE, which must stay, has of the module, once. */
void symbol_images_add(struct symbol_images *to,
		       const struct symbol_image *image,
		       const struct image_module *module);
void symbol_images_free(struct symbol_images *images);

/* Fill FRAMES, as symbol_dwarf_find does, and *INSTRUCTION for ADDRESS. False:
 * no image has it. Names go to STORE. */
bool symbol_images_find(struct symbol_images *images,
			struct symbol_store *store, uint64_t address,
			bool inlines, struct symbol_frames *frames,
			uint64_t *instruction);

/* The code around ADDRESS, as symbol_object_code. */
bool symbol_images_code(struct symbol_images *images,
			struct symbol_store *store, uint64_t address,
			struct symbol_code *code);

#endif
