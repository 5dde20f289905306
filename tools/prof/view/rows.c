#include "tools/prof/view/rows.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/printable.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

static struct restriction *new_restriction(struct restrictions *to,
					   const char *text)
{
	struct restriction *list = memory_array(to->count + 1, sizeof(*list));

	if (to->count)
		memcpy(list, to->list, to->count * sizeof(*list));
	free(to->list);
	to->list = list;
	list[to->count].text = memory_copy(text);
	return &list[to->count++];
}

/* What Python's expressions write with a backslash, for POSIX: in and out of
 * brackets. What is not here POSIX, or glibc (\\w, \\s, \\b), has as well. */
static const struct {
	char letter;
	const char *outside, *inside;
} escapes[] = {
	{ 'd', "[0-9]", "0-9" },      { 'D', "[^0-9]", NULL },
	{ 'w', "\\w", "[:alnum:]_" }, { 's', "\\s", "[:space:]" },
	{ '.', "\\.", "." },	      { '\\', "\\\\", "\\" },
};

static const char *translate_escape(char letter, bool inside)
{
	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
		if (escapes[i].letter == letter)
			return inside ? escapes[i].inside : escapes[i].outside;
	return NULL;
}

/* TEXT, an expression as Python's re has it, as POSIX has it; to be freed. */
static char *translate(const char *text)
{
	char *result = memory_array(6 * strlen(text) + 1, 1), *out = result;
	const char *bracket = NULL; /* its first member */

	for (; *text; text++) {
		const char *posix;

		if (text[0] == '\\' && text[1] &&
		    (posix = translate_escape(text[1], bracket != NULL))) {
			out = stpcpy(out, posix);
			text++;
			continue;
		}
		*out++ = *text;
		if (text[0] == '\\' && text[1] && !bracket)
			*out++ = *++text;
		else if (!bracket && !strncmp(text, "(?:", 3))
			text += 2;
		else if (!bracket && *text == '[')
			bracket = text[1] == '^' ? text + 2 : text + 1;
		else if (bracket && *text == ']' && text > bracket)
			bracket = NULL;
	}
	return result;
}

bool restrictions_add_regex(struct restrictions *to, const char *text,
			    struct error *err)
{
	struct restriction *r;
	regex_t *regex = memory_array(1, sizeof(*regex));
	char *posix = translate(text), why[128];
	int code = regcomp(regex, posix, REG_EXTENDED | REG_NOSUB);

	free(posix);
	if (code) {
		regerror(code, regex, why, sizeof(why));
		free(regex);
		return error_set(err, ERROR_USAGE,
				 "'%s' is no regular expression: %s", text,
				 why);
	}
	r = new_restriction(to, text);
	r->is_regex = true;
	r->compiled = regex;
	return true;
}

bool restrictions_add(struct restrictions *to, const char *text,
		      struct error *err)
{
	size_t digits = strspn(text, "0123456789");
	char *end;
	double fraction;

	if (digits && !text[digits]) {
		if (digits > 9)
			return error_set(err, ERROR_USAGE,
					 "a count of at most 9 digits, not %s",
					 text);
		new_restriction(to, text)->count = strtoul(text, NULL, 10);
		return true;
	}
	if (text[digits] != '.' || strspn(text, "0123456789.") != strlen(text))
		return restrictions_add_regex(to, text, err);
	fraction = strtod(text, &end);
	if (*end || end == text)
		return restrictions_add_regex(to, text, err);
	if (fraction > 1)
		return error_set(err, ERROR_USAGE,
				 "a fraction between 0 and 1, not %s", text);
	new_restriction(to, text);
	to->list[to->count - 1].is_fraction = true;
	to->list[to->count - 1].fraction = fraction;
	return true;
}

void restrictions_free(struct restrictions *r)
{
	for (size_t i = 0; i < r->count; i++) {
		if (r->list[i].compiled)
			regfree(r->list[i].compiled);
		free(r->list[i].compiled);
		free(r->list[i].text);
	}
	free(r->list);
	memset(r, 0, sizeof(*r));
}

static void add_note(struct rows *rows, char *note)
{
	char *longer = memory_format("%s%s", rows->notes, note);

	free(note);
	free(rows->notes);
	rows->notes = longer;
}

static void apply(struct rows *rows, const struct view *view,
		  const struct restriction *r)
{
	size_t before = rows->count, kept = 0;
	const char *quote = r->is_regex ? "'" : "";
	char *shown;

	if (r->is_regex) {
		for (size_t i = 0; i < before; i++) {
			uint32_t f = rows->functions[i];

			if (!regexec(r->compiled, view->names[f], 0, NULL, 0))
				rows->functions[kept++] = f;
		}
		rows->count = kept;
	} else if (r->is_fraction) {
		rows->count = (size_t)((double)before * r->fraction + 0.5);
	} else if (r->count < before) {
		rows->count = r->count;
	}
	if (rows->count == before)
		return;
	shown = printable(r->text);
	add_note(rows, memory_format("   List reduced from %zu to %zu due to "
				     "restriction <%s%s%s>\n",
				     before, rows->count, quote, shown, quote));
	free(shown);
}

void rows_select(struct rows *rows, const struct view *view,
		 const struct sort_order *order,
		 const struct restrictions *restrictions,
		 const struct restrictions *more)
{
	size_t functions = view->model->function_count;
	char *title = sort_title(view, order);

	memset(rows, 0, sizeof(*rows));
	rows->functions = memory_array(functions, sizeof(uint32_t));
	for (uint32_t i = 0; i < functions; i++)
		if (view_shows(view, i))
			rows->functions[rows->count++] = i;
	rows->all = rows->count;
	rows->notes = memory_format("   Ordered by: %s%s\n", title,
				    order->reverse ? ", reversed" : "");
	free(title);
	sort_functions(view, order, rows->functions, rows->count);
	for (size_t i = 0; i < restrictions->count; i++)
		apply(rows, view, &restrictions->list[i]);
	for (size_t i = 0; more && i < more->count; i++)
		apply(rows, view, &more->list[i]);
}

void rows_free(struct rows *rows)
{
	free(rows->functions);
	free(rows->notes);
	memset(rows, 0, sizeof(*rows));
}
