#include "lib/runtime/signal/text.h"

#include <string.h>

bool text_put(char **at, char *end, const char *text)
{
	while (*text) {
		if (*at + 1 >= end)
			return false;
		*(*at)++ = *text++;
	}
	**at = '\0';
	return true;
}

bool text_put_u64(char **at, char *end, uint64_t value)
{
	char digits[21], *p = digits + sizeof(digits) - 1;

	*p = '\0';
	do
		*--p = (char)('0' + value % 10);
	while (value /= 10);
	return text_put(at, end, p);
}

uint64_t text_parse_u64(const char *text)
{
	uint64_t value = 0;

	while (*text >= '0' && *text <= '9')
		value = value * 10 + (uint64_t)(*text++ - '0');
	return value;
}

uint64_t text_parse_hex(const char *text, const char **rest)
{
	uint64_t value = 0;

	for (;; text++) {
		char c = *text;

		if (c >= '0' && c <= '9')
			value = value << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (uint64_t)(c - 'a' + 10);
		else
			break;
	}
	*rest = text;
	return value;
}

/* Where ".SEQUENCE" goes: at the last dot of the last part, or at the end. */
static const char *extension(const char *pattern)
{
	const char *slash = strrchr(pattern, '/');
	const char *dot = strrchr(slash ? slash : pattern, '.');

	return dot ? dot : pattern + strlen(pattern);
}

bool text_output_path(char *out, size_t size, const char *pattern, uint32_t pid,
		      unsigned sequence)
{
	char *at = out, *end = out + size;
	const char *p, *mark = extension(pattern);
	bool numbered = strstr(pattern, "%n") || !sequence;

	*out = '\0';
	for (p = pattern;; p++) {
		char one[2] = { *p, '\0' };
		bool fits = true;

		if (p == mark && !numbered)
			fits = text_put(&at, end, ".") &&
			       text_put_u64(&at, end, sequence);
		if (!fits || !*p)
			return fits;
		if (*p == '%' && p[1] == 'p')
			fits = text_put_u64(&at, end, pid), p++;
		else if (*p == '%' && p[1] == 'n')
			fits = text_put_u64(&at, end, sequence), p++;
		else if (*p == '%' && p[1] == '%')
			fits = text_put(&at, end, "%"), p++;
		else
			fits = text_put(&at, end, one);
		if (!fits)
			return false;
	}
}
