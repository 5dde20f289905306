#include "tools/prof/view/shorten.h"
#include "tools/prof/cli/printable.h"

#include <stdbool.h>
#include <string.h>

static const char operator_word[] = "operator";
static const char anonymous[] = "(anonymous namespace)";

/* Where an operator's name begins at AT, its length: its signs are no
 * brackets. */
static size_t operator_length(const char *at)
{
	size_t length = sizeof(operator_word) - 1;

	if (strncmp(at, operator_word, length) != 0)
		return 0;
	if (!strncmp(at + length, "()", 2))
		return length + 2;
	return length + strspn(at + length, "<>=-!&|+*/%^~,[]");
}

/* The bracket that ends the group opened at AT, or NULL. */
static char *group_end(char *at, char open, char close)
{
	int depth = 0;

	while (*at) {
		size_t skip = operator_length(at);

		if (skip) {
			at += skip;
			continue;
		}
		depth += *at == open;
		depth -= *at == close;
		if (depth == 0)
			return at;
		at++;
	}
	return NULL;
}

/* Empty each outermost group of OPEN and CLOSE in TEXT. */
static void empty_groups(char *text, char open, char close)
{
	for (char *at = text; *at;) {
		size_t skip = operator_length(at);
		char *end;

		if (!strncmp(at, anonymous, sizeof(anonymous) - 1))
			skip = sizeof(anonymous) - 1;
		if (skip || *at != open) {
			at += skip ? skip : 1;
			continue;
		}
		end = group_end(at, open, close);
		if (!end)
			return;
		memmove(at + 1, end, strlen(end) + 1);
		at += 2;
	}
}

/* Where the function's name begins in TEXT: after "file.c:12(" or "{mod:". */
static char *name_start(char *text)
{
	char *colon = strchr(text, ':'), *at;

	if (!colon)
		return text;
	if (*text == '{')
		return colon + 1;
	at = colon + 1 + strspn(colon + 1, "0123456789");
	return *at == '(' ? at + 1 : text;
}

/* Take out the beginning of NAME, and put "..." there, so that SURPLUS columns
 * are saved; false where no scope ends early enough. */
static bool drop_scopes(char *name, size_t surplus)
{
	size_t from = surplus + 3;

	for (char *at = name; *at; at++) {
		if (!strncmp(at, anonymous, sizeof(anonymous) - 1))
			at += sizeof(anonymous) - 1;
		if (*at == '(')
			break;
		if (at[0] == ':' && at[1] == ':' &&
		    (size_t)(at + 2 - name) >= from) {
			memcpy(name, "...", 3);
			memmove(name + 3, at + 2, strlen(at + 2) + 1);
			return true;
		}
	}
	return false;
}

void shorten(char *text, size_t width)
{
	char *name = name_start(text), *last, close;
	size_t now;

	if (printable_width(text) <= width)
		return;
	empty_groups(name, '<', '>');
	if (printable_width(text) <= width)
		return;
	/* The bracket that belongs to "file.c:12(" is not the name's. */
	last = name > text && *name ? name + strlen(name) - 1 : NULL;
	close = last ? *last : '\0';
	if (last)
		*last = '\0';
	empty_groups(name, '(', ')');
	if (last) {
		last = name + strlen(name);
		last[0] = close;
		last[1] = '\0';
	}
	now = printable_width(text);
	if (now > width && !drop_scopes(name, now - width))
		printable_cut(text, width);
}
