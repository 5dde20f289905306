/* The names that a profile brings along: read as written, and nothing in them
 * believed. */
#include "lib/analysis/symbol_image.h"
#include "tests/tap.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

static uint8_t bytes[1024];
static size_t size;

static void u32(uint32_t value)
{
	for (int i = 0; i < 4; i++)
		bytes[size++] = (uint8_t)(value >> (8 * i));
}

static void u64(uint64_t value)
{
	u32((uint32_t)value);
	u32((uint32_t)(value >> 32));
}

static void text(const char *t)
{
	u32((uint32_t)strlen(t));
	memcpy(bytes + size, t, strlen(t));
	size += strlen(t);
}

/* push %rbp; call +0; ret */
static const uint8_t code[] = { 0x55, 0xe8, 0, 0, 0, 0, 0xc3 };

static void make(void)
{
	size = 0;
	u32(SYMBOL_IMAGE_FORMAT);
	u32(4); /* strings */
	text("f");
	text("/src/f.c");
	text("/bin/f");
	text("g");
	u32(2); /* functions */
	u32(0), u32(0), u32(1), u32(10), u32(2), u64(0x100), u64(0x107);
	u32(3), u32(3), u32(SYMBOL_IMAGE_NONE), u32(0), u32(2), u64(0), u64(0);
	u32(3); /* frames */
	u32(0), u32(1), u32(11);
	u32(1), u32(1), u32(5);
	u32(0), u32(1), u32(12);
	u32(2); /* locations */
	u32(0), u32(1);
	u32(1), u32(2);
	u32(1); /* modules */
	u32(3), u32(EM_X86_64);
	u32(1); /* points */
	u64(0x900), u64(0x8ff), u32(0);
	u32(1); /* codes */
	u32(1), u64(0x100), u32(sizeof(code));
	memcpy(bytes + size, code, sizeof(code));
	size += sizeof(code);
	u32(1); /* rows */
	u64(0x100), u32(1), u32(11);
	bytes[size++] = 1;
	u32(2); /* segments */
	u64(0x100), u32(0);
	u64(0x101), u32(1);
	u32(1); /* sources */
	u32(1), u64(1234), u32(3);
	memcpy(bytes + size, "abc", 3);
	size += 3;
}

static struct symbol_image *parse(const uint8_t *from, size_t count)
{
	const char *why;
	size_t at;

	return symbol_image_parse(from, count, &why, &at);
}

static void whole_ones_are_read(void)
{
	struct symbol_image *image;
	const struct image_module *m;
	const struct image_source *source;
	uint64_t instruction = 0;

	make();
	image = parse(bytes, size);
	OK(image, "a whole one is read");
	if (!image)
		return;
	m = symbol_image_module(image, 3);
	OK(m && !symbol_image_module(image, 0), "by the profile's modules");
	IS_U64(symbol_image_find(m, 0x100, &instruction), 0,
	       "code is found by its segments");
	IS_U64(symbol_image_find(m, 0x105, &instruction), 1, "each of them");
	IS_U64(instruction, 0x101, "and where the instruction starts");
	IS_U64(symbol_image_find(m, 0x900, &instruction), 0, "points, too");
	IS_U64(instruction, 0x8ff, "with their instruction");
	IS_U64(symbol_image_find(m, 0x107, &instruction), SYMBOL_IMAGE_NONE,
	       "behind the code there is nothing");
	IS_U64(symbol_image_find(m, 0xff, &instruction), SYMBOL_IMAGE_NONE,
	       "nor before it");
	OK(symbol_image_code(m, 0x103) == &m->codes[0] &&
		   m->codes[0].rows[0].statement,
	   "code has its rows");
	source = symbol_image_source(image, "/src/f.c");
	OK(source && source->size == 3 && !memcmp(source->text, "abc", 3),
	   "and files their text");
	OK(!symbol_image_source(image, "/src/g.c"), "but not others");
	symbol_image_free(image);
}

/* Ask for everything: nothing may lie outside. */
static void use(const struct symbol_image *image)
{
	uint64_t instruction;

	for (size_t i = 0; i < image->module_count; i++)
		for (uint64_t address = 0xf0; address < 0x120; address++) {
			uint32_t id = symbol_image_find(&image->modules[i],
							address, &instruction);

			if (id != SYMBOL_IMAGE_NONE &&
			    id >= image->location_count)
				abort();
		}
	symbol_image_source(image, "x");
}

static void damaged_ones_are_refused(void)
{
	uint8_t copy[sizeof(bytes)];
	size_t read = 0;

	make();
	for (size_t n = 0; n < size; n++) {
		struct symbol_image *image = parse(bytes, n);

		read += image != NULL;
		symbol_image_free(image);
	}
	IS_U64(read, 0, "none that is cut is read");
	for (size_t n = 0; n < size; n++)
		for (int bit = 0; bit < 8; bit++) {
			struct symbol_image *image;

			memcpy(copy, bytes, size);
			copy[n] ^= (uint8_t)(1 << bit);
			image = parse(copy, size);
			if (image)
				use(image);
			symbol_image_free(image);
		}
	OK(true, "no changed bit does harm");
}

int main(void)
{
	whole_ones_are_read();
	damaged_ones_are_refused();
	return tap_done();
}
