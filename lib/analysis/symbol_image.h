/* symbol_image.h - what the symbolizer says of a profile's addresses, kept in
 * the profile: docs/FORMAT.md, SYMBOLS.
 *
 * Made where the programs are, and read where they are not. Nothing in the
 * bytes is believed before it is checked.
 */
#ifndef PROF_ANALYSIS_SYMBOL_IMAGE_H
#define PROF_ANALYSIS_SYMBOL_IMAGE_H

#include "lib/analysis/symbolize.h"

#define SYMBOL_IMAGE_FORMAT 1u
#define SYMBOL_IMAGE_NONE   UINT32_MAX /* instead of a number: there is none */

struct image_location {
	uint32_t first_frame, frame_count; /* at least one */
};

struct image_frame {
	uint32_t function, file, line; /* file: a string's number */
};

/* From START on, up to the next one's start, code is at this location. */
struct image_segment {
	uint64_t start;
	uint32_t location;
};

/* One address that lies in no code that is kept. */
struct image_point {
	uint64_t address, instruction;
	uint32_t location;
};

struct image_row {
	uint64_t address;
	uint32_t file, line;
	bool statement;
};

/* One function's code. */
struct image_code {
	struct symbol_part *parts; /* bytes are the image's */
	size_t part_count;
	struct image_row *rows;
	size_t row_count;
	struct image_segment *segments; /* by start */
	size_t segment_count;
};

/* Where a code's part is. */
struct image_range {
	uint64_t low, high;
	uint32_t code;
};

struct image_module {
	uint32_t module; /* of the profile, in the file's order */
	uint32_t machine;
	struct image_point *points; /* by address */
	size_t point_count;
	struct image_code *codes;
	size_t code_count;
	struct image_range *ranges; /* by low */
	size_t range_count;
};

struct image_function {
	uint32_t name, linkage, file, line, module; /* strings' numbers */
	uint64_t low, high;
};

struct image_source {
	uint32_t path;
	uint64_t modified; /* seconds since 1970 */
	const char *text;  /* SIZE bytes of the image */
	size_t size;
};

/* All numbers in it are in range. */
struct symbol_image {
	uint8_t *bytes; /* its own copy */
	char **strings;
	size_t string_count;
	struct image_function *functions;
	size_t function_count;
	struct image_frame *frames;
	size_t frame_count;
	struct image_location *locations;
	size_t location_count;
	struct image_module *modules;
	size_t module_count;
	struct image_source *sources;
	size_t source_count;
};

/* Read the SIZE BYTES. NULL: *WHY is what is wrong with them, and *AT where; or
 * *WHY is NULL: out of memory. */
struct symbol_image *symbol_image_parse(const uint8_t *bytes, size_t size,
					const char **why, size_t *at);
void symbol_image_free(struct symbol_image *image);

/* What IMAGE has of module MODULE of its profile, or NULL. */
const struct image_module *symbol_image_module(const struct symbol_image *image,
					       uint32_t module);

/* Number of the location of link-time ADDRESS, and where the instruction that
 * contains it starts; SYMBOL_IMAGE_NONE: it was never asked for. */
uint32_t symbol_image_find(const struct image_module *module, uint64_t address,
			   uint64_t *instruction);

/* The code that ADDRESS lies in, or NULL. */
const struct image_code *symbol_image_code(const struct image_module *module,
					   uint64_t address);

/* The text of source file PATH; NULL: not kept. */
const struct image_source *symbol_image_source(const struct symbol_image *image,
					       const char *path);

#endif
