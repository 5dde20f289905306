/* callgrind_scope.c - KCachegrind's class of a function is what stands before
 * the last "::" ahead of the first "(" or blank. Template arguments have
 * blanks, parentheses and "::" of their own: "std::map<int, a::b>::find(int)"
 * would be in class "std", and "swap<a::b>(a::b&)" in class "swap<a".
 */
#include "tools/prof/export/callgrind_scope.h"
#include "lib/analysis/demangle.h"
#include "tools/prof/cli/memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Where the parts of a name are, as offsets. */
struct parts {
	size_t scope; /* end of the class; 0: none */
	size_t name;  /* end of the name: the parameters start */
};

static bool opens(char c)
{
	return c == '<' || c == '{' || c == '[';
}

static bool closes(char c)
{
	return c == '>' || c == '}' || c == ']';
}

static struct parts find_parts(const char *text)
{
	struct parts p = { 0, 0 };
	const char *s = text, *behind;
	int depth = 0;

	while (*s && (depth || *s != '(')) {
		behind = demangle_operator(text, s);
		if (behind) {
			/* A conversion: what follows is a type. */
			if (!depth && behind == s + strlen("operator"))
				break;
			s = behind;
			continue;
		}
		if (!depth && s[0] == ':' && s[1] == ':')
			p.scope = (size_t)(s++ - text);
		else if (s[0] == '-' && s[1] == '>')
			s++;
		else if (opens(*s))
			depth++;
		else if (closes(*s) && depth)
			depth--;
		s++;
	}
	p.name = (size_t)(s - text);
	return p;
}

/* The end of what KCachegrind takes for the class of TEXT. */
static size_t scope_seen(const char *text)
{
	const char *end = strchr(text, '('), *blank = strchr(text, ' ');
	const char *at = text, *last = text;

	if (end && blank && blank < end)
		end = blank;
	while ((at = strstr(at, "::")) && !(end && end < at)) {
		last = at;
		at += 2;
	}
	return (size_t)(last - text);
}

/* Copy up to LENGTH bytes at S to OUT, without the blanks that only look nice.
 * Returns the new end. */
static char *tighten(char *out, const char *s, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		bool nice =
			i && s[i] == ' ' &&
			(s[i - 1] == ',' || s[i + 1] == '>' || s[i + 1] == '(');

		if (!nice)
			*out++ = s[i];
	}
	return out;
}

/* What stands within brackets of the first LENGTH bytes of TEXT must not look
 * like the end of a class: blanks and parentheses, and behind SCOPE "::". */
static void disguise(char *text, size_t scope, size_t length)
{
	char *out = text;
	int depth = 0;

	for (size_t i = 0; i < length; i++) {
		const char *behind = demangle_operator(text, text + i);
		char c = text[i];

		if (behind && !depth) {
			size_t n = (size_t)(behind - text) - i;

			memmove(out, text + i, n);
			out += n;
			i += n - 1;
			continue;
		}
		if (depth && c == ':' && text[i + 1] == ':' && i > scope)
			i++;
		else if (opens(c))
			depth++;
		else if (closes(c) && depth && text[i - 1] != '-')
			depth--;
		if (depth)
			c = c == ' '   ? '_'
			    : c == '(' ? '['
			    : c == ')' ? ']'
				       : c;
		*out++ = c;
	}
	memmove(out, text + length, strlen(text + length) + 1);
}

char *callgrind_scope_name(char *name)
{
	struct parts p = find_parts(name);
	size_t length = strlen(name);
	char *text, *end;

	if (scope_seen(name) == p.scope)
		return name;
	text = memory_array(length + 1, 1);
	end = tighten(text, name, p.name);
	memcpy(end, name + p.name, length - p.name + 1);
	free(name);
	p = find_parts(text);
	if (scope_seen(text) != p.scope)
		disguise(text, p.scope, p.name);
	return text;
}
