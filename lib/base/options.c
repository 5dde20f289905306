#include "lib/base/options.h"

#include "lib/base/similar.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum kind { KIND_UINT, KIND_ENUM, KIND_TEXT, KIND_TIME };

struct entry {
	enum kind kind;
	const char *variable;
	size_t offset;
	unsigned def, min, max;
	const char *text; /* choices, or the default of a text */
};

static const struct entry entries[] = {
#define OPT_UINT(variable, flag, field, def, min, max, help)                   \
	{ KIND_UINT, #variable, offsetof(struct options, field), def, min,     \
	  max,	     NULL },
#define OPT_FLAG(variable, flag, field, help)                                  \
	{                                                                      \
		KIND_UINT, #variable, offsetof(struct options, field), 0, 0,   \
		1,	   NULL                                                \
	},
#define OPT_ENUM(variable, flag, field, def, choices, help)                    \
	{ KIND_ENUM, #variable, offsetof(struct options, field), def, 0,       \
	  0,	     choices },
#define OPT_TEXT(variable, flag, field, def, help)                             \
	{ KIND_TEXT, #variable, offsetof(struct options, field), 0, 0, 0, def },
#define OPT_TIME(variable, flag, field, max, help)                             \
	{                                                                      \
		KIND_TIME, #variable, offsetof(struct options, field), 0, 0,   \
		max,	   NULL                                                \
	},
#include "lib/base/options.def"
#undef OPT_UINT
#undef OPT_FLAG
#undef OPT_ENUM
#undef OPT_TEXT
#undef OPT_TIME
};

#define ENTRY_COUNT (sizeof(entries) / sizeof(entries[0]))

/* Decimal digits only: no sign, no blanks, no base prefix. */
static bool parse_uint(const char *text, const struct entry *e, unsigned *out)
{
	uint64_t value = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = value * 10 + (uint64_t)(*text - '0');
		if (value > e->max)
			return false;
	}
	if (value < e->min)
		return false;
	*out = (unsigned)value;
	return true;
}

/* Nanoseconds in a unit of time that ends a value; 0: it is none. A number
 * alone says nothing of its unit, and is not guessed at. */
static uint64_t unit_ns(const char *unit)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = { { "ns", 1 },
		      { "us", 1000 },
		      { "ms", 1000000 },
		      { "s", 1000000000 } };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(units[i].name, unit))
			return units[i].ns;
	return 0;
}

static bool parse_time(const char *text, const struct entry *e, unsigned *out)
{
	const char *unit = text;
	uint64_t value = 0, ns;

	for (; *unit >= '0' && *unit <= '9'; unit++) {
		value = value * 10 + (uint64_t)(*unit - '0');
		if (value > e->max)
			return false;
	}
	ns = value || *unit ? unit_ns(unit) : 1;
	if (unit == text || !ns || value > e->max / ns)
		return false;
	*out = (unsigned)(value * ns);
	return true;
}

static bool parse_enum(const char *text, const struct entry *e, unsigned *out)
{
	const char *word = e->text;
	size_t length = strlen(text);
	unsigned index = 0;

	while (word) {
		const char *bar = strchr(word, '|');
		size_t size = bar ? (size_t)(bar - word) : strlen(word);

		if (size == length && !memcmp(word, text, size)) {
			*out = index;
			return true;
		}
		index++;
		word = bar ? bar + 1 : NULL;
	}
	return false;
}

/* Whether E's text is a pattern for names, as its default is. */
static bool is_pattern(const struct entry *e)
{
	return e->kind == KIND_TEXT && strchr(e->text, '%');
}

/* Nothing else may stand behind a "%". */
static bool parse_pattern(const char *text)
{
	for (; *text; text++)
		if (*text == '%' && (!*++text || !strchr("ephrn%", *text)))
			return false;
	return true;
}

static bool parse(const char *text, const struct entry *e, unsigned *out)
{
	switch (e->kind) {
	case KIND_UINT:
		return parse_uint(text, e, out);
	case KIND_ENUM:
		return parse_enum(text, e, out);
	case KIND_TIME:
		return parse_time(text, e, out);
	case KIND_TEXT:
		*out = 0;
		return *text && (!is_pattern(e) || parse_pattern(text));
	}
	return false;
}

static void allowed(const struct entry *e, char *out, size_t size)
{
	switch (e->kind) {
	case KIND_UINT:
		snprintf(out, size, "a whole number from %u to %u", e->min,
			 e->max);
		return;
	case KIND_ENUM:
		snprintf(out, size, "one of %s", e->text);
		return;
	case KIND_TEXT:
		snprintf(out, size, "a text that is not empty%s",
			 is_pattern(e) ? ", in which %e %p %h %r %n and %% "
					 "stand for something, and no other %"
				       : "");
		return;
	case KIND_TIME:
		snprintf(out, size,
			 "a whole number with its unit (ns, us, ms or s), at "
			 "most %us, or 0",
			 e->max / 1000000000);
		return;
	}
}

/* The default as the user would write it. */
static void default_text(const struct entry *e, char *out, size_t size)
{
	const char *word = e->text;
	unsigned i;

	if (e->kind == KIND_UINT || e->kind == KIND_TIME) {
		snprintf(out, size, "%u", e->def);
		return;
	}
	if (e->kind == KIND_ENUM)
		for (i = 0; i < e->def; i++)
			word = strchr(word, '|') + 1;
	snprintf(out, size, "%.*s",
		 e->kind == KIND_ENUM ? (int)strcspn(word, "|") : 64, word);
}

static void warn_bad(const struct entry *e, const char *value,
		     option_warning *warn)
{
	char line[400], range[160], def[80], shown[65];
	size_t i;

	allowed(e, range, sizeof(range));
	default_text(e, def, sizeof(def));
	for (i = 0; i < sizeof(shown) - 1 && value[i]; i++)
		shown[i] = value[i] < ' ' || value[i] > '~' ? '?' : value[i];
	shown[i] = '\0';
	snprintf(line, sizeof(line), "%s=%s: must be %s; using %s", e->variable,
		 shown, range, def);
	warn(e->variable, line);
}

void options_read(struct options *options, char *(*look_up)(const char *),
		  option_warning *warn)
{
	size_t i;

	for (i = 0; i < ENTRY_COUNT; i++) {
		const struct entry *e = &entries[i];
		void *field = (char *)options + e->offset;
		const char *value = look_up(e->variable);
		unsigned number = e->def;
		bool good = value && parse(value, e, &number);

		if (value && !good) {
			number = e->def;
			warn_bad(e, value, warn);
		}
		if (e->kind == KIND_TEXT)
			*(const char **)field = good ? value : e->text;
		else
			*(unsigned *)field = number;
	}
}

/* Whether NAME is one of ours, of the table or not; if not, *CLOSEST is the one
 * it was most likely meant to be, or NULL. */
static bool is_known(const char *name, const char **closest)
{
	size_t best = SIMILAR_LIMIT;

	*closest = NULL;
	if (!strcmp(name, OPTIONS_SESSION))
		return true;
	for (size_t i = 0; i < ENTRY_COUNT; i++) {
		if (!strcmp(name, entries[i].variable))
			return true;
		similar_closest(name, entries[i].variable, closest, &best);
	}
	return false;
}

void options_misspelt(char *const *environment, option_warning *warn)
{
	static const char prefix[] = "PROF_";
	char name[32], line[128];
	const char *closest;

	for (; *environment; environment++) {
		size_t length = strcspn(*environment, "=");

		if (strncmp(*environment, prefix, sizeof(prefix) - 1) ||
		    length <= sizeof(prefix) || length >= sizeof(name))
			continue;
		memcpy(name, *environment, length);
		name[length] = '\0';
		if (is_known(name, &closest) || !closest)
			continue;
		snprintf(line, sizeof(line),
			 "%s: no such variable; did you mean %s?", name,
			 closest);
		warn(name, line);
	}
}

int options_check(const char *name, const char *value, char *why,
		  size_t why_size)
{
	unsigned number;
	size_t i;

	for (i = 0; i < ENTRY_COUNT; i++) {
		if (strcmp(entries[i].variable, name))
			continue;
		if (parse(value, &entries[i], &number))
			return 1;
		allowed(&entries[i], why, why_size);
		return 0;
	}
	return -1;
}
