#include "tools/prof/export/callgrind_names.h"
#include "lib/base/hash.h"
#include "lib/base/idmap.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/printable.h"
#include "tools/prof/export/callgrind_scope.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define UNKNOWN "???"

/* Texts that share one series of numbers, in order of first use. */
struct numbers {
	char **texts;
	size_t count;
	struct idmap map;
};

struct callgrind_names {
	const struct model *model;
	char **names;	    /* of functions, unique and clean */
	const char **files; /* of functions */
	uint32_t *numbers;  /* of labels; 0: not written yet */
	uint32_t last_number;
	struct numbers file_numbers, object_numbers;
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* NAME without control characters and outer blanks, never empty, and nothing
 * that could be the number of a name. */
static char *clean(const char *name)
{
	char *text = printable(name);
	size_t length = strlen(text), blanks = strspn(text, " ");

	while (length && text[length - 1] == ' ')
		text[--length] = '\0';
	if (blanks >= length) {
		free(text);
		return memory_copy(UNKNOWN);
	}
	memmove(text, text + blanks, length - blanks + 1);
	if (text[0] == '(' && isdigit((unsigned char)text[1]))
		text[0] = '[';
	return text;
}

/* KCachegrind takes what stands before the first "(" for the scope. */
static char *function_name(const char *name)
{
	static const char from[] = "(anonymous namespace)";
	static const char to[] = "{anonymous}";
	char *text = clean(name), *at;

	while ((at = strstr(text, from))) {
		memcpy(at, to, sizeof(to) - 1);
		memmove(at + sizeof(to) - 1, at + sizeof(from) - 1,
			strlen(at + sizeof(from) - 1) + 1);
	}
	return callgrind_scope_name(text);
}

/* Without a declaration's file, that of the first line seen is as good. */
static void find_files(struct callgrind_names *n)
{
	const struct model *m = n->model;

	for (size_t i = 0; i < m->function_count; i++)
		n->files[i] = m->functions[i].symbol->file;
	for (size_t i = 0; i < m->line_count; i++)
		if (!n->files[m->lines[i].function])
			n->files[m->lines[i].function] =
				m->lines[i].position.file;
	for (size_t i = 0; i < m->function_count; i++)
		if (!n->files[i] || !n->files[i][0])
			n->files[i] = UNKNOWN;
}

static const char *object_of(const struct callgrind_names *n, uint32_t function)
{
	const char *module = n->model->functions[function].symbol->module;

	return module && module[0] ? module : UNKNOWN;
}

/* What KCachegrind knows a function by: its name and the base names of its
 * file and object. */
static int compare_identity(const void *a, const void *b, void *context)
{
	const struct callgrind_names *n = context;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int order = strcmp(n->names[x], n->names[y]);

	if (!order)
		order = strcmp(base_name(n->files[x]), base_name(n->files[y]));
	if (!order)
		order = strcmp(base_name(object_of(n, x)),
			       base_name(object_of(n, y)));
	return order;
}

static int compare_whole(const void *a, const void *b, void *context)
{
	int order = compare_identity(a, b, context);
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return order ? order : (x > y) - (x < y);
}

/* The last directory of PATH and its base name. */
static const char *short_path(const char *path)
{
	const char *at = base_name(path);

	if (at > path + 1)
		for (at -= 1; at > path && at[-1] != '/'; at--)
			;
	return at;
}

/* Distinguish the COUNT FUNCTIONS that a reader would take for one. */
static void rename_run(struct callgrind_names *n, const uint32_t *functions,
		       size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct symbol_function *s =
			n->model->functions[functions[i]].symbol;
		char *old = n->names[functions[i]], *suffix;

		if (s->low)
			suffix = memory_format("0x%" PRIx64, s->low);
		else
			suffix = memory_format("#%zu", i + 1);
		n->names[functions[i]] = memory_format(
			"%s [%s:%" PRIu32 " %s]", old,
			short_path(n->files[functions[i]]), s->line, suffix);
		free(suffix);
		free(old);
	}
}

static void disambiguate(struct callgrind_names *n)
{
	size_t count = n->model->function_count, end;
	uint32_t *order = memory_array(count, sizeof(*order));

	for (uint32_t i = 0; i < count; i++)
		order[i] = i;
	if (count)
		qsort_r(order, count, sizeof(*order), compare_whole, n);
	for (size_t i = 0; i < count; i = end) {
		for (end = i + 1; end < count; end++)
			if (compare_identity(&order[i], &order[end], n) != 0)
				break;
		if (end - i > 1)
			rename_run(n, &order[i], end - i);
	}
	free(order);
}

struct callgrind_names *callgrind_names_new(const struct model *model)
{
	struct callgrind_names *n = memory_array(1, sizeof(*n));
	size_t count = model->function_count;

	n->model = model;
	n->names = memory_array(count, sizeof(*n->names));
	n->files = memory_array(count, sizeof(*n->files));
	n->numbers = memory_array(2 * count, sizeof(*n->numbers));
	for (size_t i = 0; i < count; i++)
		n->names[i] = function_name(model->functions[i].symbol->name);
	find_files(n);
	disambiguate(n);
	return n;
}

static void numbers_free(struct numbers *numbers)
{
	for (size_t i = 0; i < numbers->count; i++)
		free(numbers->texts[i]);
	free(numbers->texts);
	idmap_free(&numbers->map);
	*numbers = (struct numbers){ 0 };
}

void callgrind_names_restart(struct callgrind_names *n)
{
	memset(n->numbers, 0,
	       2 * n->model->function_count * sizeof(*n->numbers));
	n->last_number = 0;
	numbers_free(&n->file_numbers);
	numbers_free(&n->object_numbers);
}

void callgrind_names_free(struct callgrind_names *n)
{
	for (size_t i = 0; i < n->model->function_count; i++)
		free(n->names[i]);
	free(n->names);
	free(n->files);
	free(n->numbers);
	numbers_free(&n->file_numbers);
	numbers_free(&n->object_numbers);
	free(n);
}

const char *callgrind_names_file(const struct callgrind_names *n,
				 uint32_t function)
{
	return n->files[function];
}

bool callgrind_names_same_place(const struct callgrind_names *n, uint32_t a,
				uint32_t b)
{
	return !strcmp(n->files[a], n->files[b]) &&
	       !strcmp(object_of(n, a), object_of(n, b));
}

static void put_numbered(struct numbers *numbers, FILE *out, const char *key,
			 const char *text)
{
	uint64_t hash = hash_string(text);
	char *shown;

	IDMAP_EACH(&numbers->map, hash, id)
	if (!strcmp(numbers->texts[id], text)) {
		fprintf(out, "%s=(%" PRIu32 ")\n", key, id + 1);
		return;
	}
	memory_append(&numbers->texts, &numbers->count, memory_copy(text));
	if (!idmap_add(&numbers->map, hash, (uint32_t)numbers->count - 1))
		memory_fail();
	shown = clean(text);
	fprintf(out, "%s=(%zu) %s\n", key, numbers->count, shown);
	free(shown);
}

void callgrind_names_put_file(struct callgrind_names *n, FILE *out,
			      const char *key, const char *file)
{
	put_numbered(&n->file_numbers, out, key, file);
}

void callgrind_names_put_object(struct callgrind_names *n, FILE *out,
				const char *key, uint32_t function)
{
	put_numbered(&n->object_numbers, out, key, object_of(n, function));
}

void callgrind_names_put_function(struct callgrind_names *n, FILE *out,
				  const char *key, uint32_t label)
{
	uint32_t function = callgrind_label_function(label);
	bool again = label != callgrind_label(function, false);

	if (n->numbers[label]) {
		fprintf(out, "%s=(%" PRIu32 ")\n", key, n->numbers[label]);
		return;
	}
	n->numbers[label] = ++n->last_number;
	fprintf(out, "%s=(%" PRIu32 ") %s%s\n", key, n->numbers[label],
		n->names[function], again ? "'2" : "");
}
