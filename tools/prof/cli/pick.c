#include "tools/prof/cli/pick.h"

#include "lib/format/arena.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool has_suffix(const char *text, const char *suffix)
{
	size_t length = strlen(text), end = strlen(suffix);

	return length >= end && !strcmp(text + length - end, suffix);
}

/* Whether the file PATH begins as a profile does, compressed or not. */
static bool begins_as_profile(const char *path)
{
	static const char gzip[] = { 0x1f, (char)0x8b };
	char start[8] = "";
	struct stat st;
	FILE *f = stat(path, &st) == 0 && S_ISREG(st.st_mode)
			  ? fopen(path, "re")
			  : NULL;
	size_t got = 0;

	if (!f)
		return false;
	got = fread(start, 1, sizeof(start), f);
	fclose(f);
	return got == sizeof(start) &&
	       (!memcmp(start, ARENA_MAGIC, sizeof(start)) ||
		!memcmp(start, gzip, sizeof(gzip)));
}

size_t pick_profiles(char **operands, size_t count)
{
	size_t profiles = 0;

	for (size_t i = 0; i < count; i++) {
		char *operand = operands[i];

		if (!has_suffix(operand, ".prof") &&
		    !begins_as_profile(operand))
			continue;
		memmove(operands + profiles + 1, operands + profiles,
			(i - profiles) * sizeof(*operands));
		operands[profiles++] = operand;
	}
	return profiles;
}

/* Length of NAME up to its parameters: the first "(" that is not of
 * "(anonymous namespace)" or an operator's. */
static size_t bare_length(const char *name)
{
	const char *at = name;

	while ((at = strchr(at, '('))) {
		if (strncmp(at, "(anonymous", 10) != 0 && at > name &&
		    !(at - name >= 8 && !strncmp(at - 8, "operator", 8)))
			return (size_t)(at - name);
		at++;
	}
	return strlen(name);
}

/* Length of NAME, of LENGTH bytes, without the template's arguments that it
 * ends with; LENGTH where it ends with none. */
static size_t plain_length(const char *name, size_t length)
{
	size_t depth = 0, at = length;

	while (at > 0) {
		at--;
		if (name[at] == '>')
			depth++;
		else if (name[at] == '<' && depth > 0)
			depth--;
		if (depth == 0)
			break;
	}
	/* "operator<=>" and "operator<<" end with none. */
	if (name[at] != '<' || depth > 0 ||
	    (at >= 8 && !strncmp(name + at - 8, "operator", 8)) ||
	    (at >= 9 && !strncmp(name + at - 9, "operator<", 9)))
		return length;
	while (at > 0 && name[at - 1] == ' ')
		at--;
	return at;
}

/* Whether the first LENGTH bytes of WHOLE are NAME, in some namespace. */
static bool ends_with(const char *whole, size_t length, const char *name)
{
	size_t wanted = strlen(name);

	if (wanted > length || strncmp(whole + length - wanted, name, wanted))
		return false;
	return wanted == length || whole[length - wanted - 1] == ':';
}

bool pick_names_function(const char *name,
			 const struct symbol_function *function)
{
	const char *whole = function->name;
	size_t length = bare_length(whole);

	return !strcmp(whole, name) || !strcmp(function->linkage, name) ||
	       ends_with(whole, length, name) ||
	       ends_with(whole, plain_length(whole, length), name);
}

bool pick_names_file(const char *name, const struct symbol_function *function)
{
	const char *file = function->file;
	size_t length, wanted = strlen(name);

	if (!file || !wanted)
		return false;
	length = strlen(file);
	if (wanted > length || strcmp(file + length - wanted, name) != 0)
		return false;
	return wanted == length || file[length - wanted - 1] == '/';
}
