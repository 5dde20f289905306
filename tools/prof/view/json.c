#include "tools/prof/view/json.h"

#include <inttypes.h>

static void indent(struct json *j)
{
	fprintf(j->out, "\n%*s", 2 * j->depth, "");
}

/* Before a value or a name: the comma and the line. */
static void begin(struct json *j)
{
	if (j->named) {
		j->named = false;
		return;
	}
	if (j->depth == 0)
		return;
	if (!j->first[j->depth - 1])
		fputc(',', j->out);
	j->first[j->depth - 1] = false;
	indent(j);
}

static void open_level(struct json *j, char bracket)
{
	begin(j);
	fputc(bracket, j->out);
	j->first[j->depth++] = true;
}

static void close_level(struct json *j, char bracket)
{
	bool empty = j->first[--j->depth];

	if (!empty)
		indent(j);
	fputc(bracket, j->out);
	if (j->depth == 0)
		fputc('\n', j->out);
}

void json_object(struct json *j)
{
	open_level(j, '{');
}

void json_end_object(struct json *j)
{
	close_level(j, '}');
}

void json_array(struct json *j)
{
	open_level(j, '[');
}

void json_end_array(struct json *j)
{
	close_level(j, ']');
}

/* Bytes of the UTF-8 sequence at S; 0 where there is none. */
static int sequence(const unsigned char *s)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	int length = *s < 0x80		   ? 1
		     : (*s & 0xe0) == 0xc0 ? 2
		     : (*s & 0xf0) == 0xe0 ? 3
		     : (*s & 0xf8) == 0xf0 ? 4
					   : 0;
	uint32_t c = length == 1 ? *s : *s & (0x7fu >> length);

	for (int i = 1; i < length; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (length &&
	    (c < least[length] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)))
		return 0;
	return length;
}

static void put_string(struct json *j, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	fputc('"', j->out);
	while (*s) {
		int length = sequence(s);

		if (!length) {
			fputs("\\ufffd", j->out);
			s++;
			continue;
		}
		if (*s == '"' || *s == '\\')
			fprintf(j->out, "\\%c", *s);
		else if (*s < 0x20 || *s == 0x7f)
			fprintf(j->out, "\\u%04x", *s);
		else
			fwrite(s, 1, (size_t)length, j->out);
		s += length;
	}
	fputc('"', j->out);
}

void json_name(struct json *j, const char *name)
{
	begin(j);
	put_string(j, name);
	fputs(": ", j->out);
	j->named = true;
}

void json_text(struct json *j, const char *text)
{
	begin(j);
	if (text)
		put_string(j, text);
	else
		fputs("null", j->out);
}

void json_u64(struct json *j, uint64_t value)
{
	begin(j);
	fprintf(j->out, "%" PRIu64, value);
}

void json_number(struct json *j, double value, int decimals)
{
	begin(j);
	if (value - value == 0) /* neither infinite nor no number */
		fprintf(j->out, "%.*f", decimals, value);
	else
		fputs("null", j->out);
}

void json_seconds(struct json *j, uint64_t ns)
{
	begin(j);
	fprintf(j->out, "%" PRIu64 ".%09" PRIu64, ns / 1000000000,
		ns % 1000000000);
}

void json_bool(struct json *j, bool value)
{
	begin(j);
	fputs(value ? "true" : "false", j->out);
}

void json_null(struct json *j)
{
	json_text(j, NULL);
}

void json_put_text(struct json *j, const char *name, const char *text)
{
	json_name(j, name);
	json_text(j, text);
}

void json_put_u64(struct json *j, const char *name, uint64_t value)
{
	json_name(j, name);
	json_u64(j, value);
}

void json_put_seconds(struct json *j, const char *name, uint64_t ns)
{
	json_name(j, name);
	json_seconds(j, ns);
}
