#include "tools/prof/cli/printable.h"
#include "tools/prof/cli/memory.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Code points that move the cursor, change direction or cannot be seen. */
static const struct {
	uint32_t first, last;
} hidden[] = {
	{ 0x00, 0x1f },	    { 0x7f, 0x9f },	{ 0xad, 0xad },
	{ 0x61c, 0x61c },   { 0x180e, 0x180e }, { 0x200b, 0x200f },
	{ 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0xd800, 0xdfff },
	{ 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0xe0000, 0xe007f },
};

static bool is_hidden(uint32_t c)
{
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (c >= hidden[i].first && c <= hidden[i].last)
			return true;
	return c > 0x10ffff;
}

/* Decode one code point of TEXT into *C; returns its length in bytes, or 0
 * where the bytes are no UTF-8 in its shortest form. */
static size_t decode(const unsigned char *text, uint32_t *c)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length;

	if (text[0] < 0x80) {
		*c = text[0];
		return 1;
	}
	length = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
	if (text[0] < 0xc2 || text[0] > 0xf4)
		return 0;
	*c = text[0] & (0xffu >> (length + 1));
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (text[i] & 0x3f);
	}
	return *c < least[length] ? 0 : length;
}

/* Write the escape of C to OUT; returns its length. */
static size_t escape(char *out, size_t size, uint32_t c, bool byte)
{
	static const char plain[] = "\n\t\r", letter[] = "ntr";
	const char *at = c ? strchr(plain, (int)c) : NULL;

	if (c < 0x80 && at)
		return (size_t)snprintf(out, size, "\\%c", letter[at - plain]);
	if (byte || c < 0x100)
		return (size_t)snprintf(out, size, "\\x%02x", c);
	if (c < 0x10000)
		return (size_t)snprintf(out, size, "\\u%04x", c);
	return (size_t)snprintf(out, size, "\\U%08x", c);
}

char *printable(const char *text)
{
	const unsigned char *in = (const unsigned char *)text;
	char *result, *out;

	/* The longest escape is 10 bytes for 4; a byte's is 4 for 1. */
	result = out = memory_array(4 * strlen(text) + 11, 1);
	while (*in) {
		uint32_t c = 0;
		size_t length = decode(in, &c);

		if (length && !is_hidden(c)) {
			memcpy(out, in, length);
			out += length;
			in += length;
		} else {
			out += escape(out, 11, length ? c : *in, !length);
			in += length ? length : 1;
		}
	}
	*out = '\0';
	return result;
}

void printable_put(FILE *f, const char *text)
{
	char *safe = printable(text);

	fputs(safe, f);
	free(safe);
}

static bool starts_code_point(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

size_t printable_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += starts_code_point(*text);
	return width;
}

/* TEXT after its first COUNT code points. */
static char *skip(char *text, size_t count)
{
	while (*text && count > 0) {
		text++;
		while (*text && !starts_code_point(*text))
			text++;
		count--;
	}
	return text;
}

void printable_cut(char *text, size_t width)
{
	size_t whole = printable_width(text), head;
	char *from, *to;

	if (whole <= width || width < 8)
		return;
	/* The beginning names the file and the outer scope, the end the
	 * function itself: share the room two to three. */
	head = (width - 3) * 2 / 5;
	from = skip(text, head);
	to = skip(text, whole - (width - 3 - head));
	memcpy(from, "...", 3);
	memmove(from + 3, to, strlen(to) + 1);
}
