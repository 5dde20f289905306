#include "tools/prof/view/sort.h"
#include "tools/prof/cli/memory.h"

#include <stdlib.h>
#include <string.h>

typedef int comparison(const struct view *view, uint32_t a, uint32_t b);

static int compare_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static const struct model_function *function_of(const struct view *view,
						uint32_t i)
{
	return &view->model->functions[i];
}

/* Numbers sort largest first, as in pstats. */
static int by_calls(const struct view *v, uint32_t a, uint32_t b)
{
	const struct model_function *x = function_of(v, a);
	const struct model_function *y = function_of(v, b);

	if (v->kind == VIEW_SAMPLED)
		return compare_u64(y->self.samples, x->self.samples);
	return compare_u64(y->calls, x->calls);
}

static int by_primitive_calls(const struct view *v, uint32_t a, uint32_t b)
{
	if (v->kind == VIEW_SAMPLED)
		return by_calls(v, a, b);
	return compare_u64(function_of(v, b)->primitive_calls,
			   function_of(v, a)->primitive_calls);
}

static int by_time(const struct view *v, uint32_t a, uint32_t b)
{
	return compare_u64(function_of(v, b)->self.ns,
			   function_of(v, a)->self.ns);
}

static int by_cumulative(const struct view *v, uint32_t a, uint32_t b)
{
	return compare_u64(function_of(v, b)->cumulative.ns,
			   function_of(v, a)->cumulative.ns);
}

static int by_file(const struct view *v, uint32_t a, uint32_t b)
{
	return strcmp(view_file(v, a), view_file(v, b));
}

static int by_line(const struct view *v, uint32_t a, uint32_t b)
{
	return compare_u64(function_of(v, a)->symbol->line,
			   function_of(v, b)->symbol->line);
}

static int by_name(const struct view *v, uint32_t a, uint32_t b)
{
	return strcmp(function_of(v, a)->symbol->name,
		      function_of(v, b)->symbol->name);
}

static int by_name_file_line(const struct view *v, uint32_t a, uint32_t b)
{
	int order = by_name(v, a, b);

	if (!order)
		order = by_file(v, a, b);
	return order ? order : by_line(v, a, b);
}

static int by_standard_name(const struct view *v, uint32_t a, uint32_t b)
{
	return strcmp(v->names[a], v->names[b]);
}

static int by_imbalance(const struct view *v, uint32_t a, uint32_t b)
{
	if (!v->excess)
		return 0;
	return (v->excess[a] < v->excess[b]) - (v->excess[a] > v->excess[b]);
}

struct sort_key {
	const char *name;
	const char *title, *sampled_title;
	comparison *compare;
	enum sort_kind kind;
	bool no_abbreviation; /* not a word of pstats: leaves its ones alone */
};

static const struct sort_key keys[] = {
	{ "calls", "call count", "sample count", by_calls, SORT_BY_CALLS,
	  false },
	{ "ncalls", "call count", "sample count", by_calls, SORT_BY_CALLS,
	  false },
	{ "cumtime", "cumulative time", NULL, by_cumulative, SORT_BY_CUMULATIVE,
	  false },
	{ "cumulative", "cumulative time", NULL, by_cumulative,
	  SORT_BY_CUMULATIVE, false },
	{ "filename", "file name", NULL, by_file, SORT_BY_OTHER, false },
	{ "line", "line number", NULL, by_line, SORT_BY_OTHER, false },
	{ "module", "file name", NULL, by_file, SORT_BY_OTHER, false },
	{ "name", "function name", NULL, by_name, SORT_BY_OTHER, false },
	{ "nfl", "name/file/line", NULL, by_name_file_line, SORT_BY_OTHER,
	  false },
	{ "pcalls", "primitive call count", "sample count", by_primitive_calls,
	  SORT_BY_CALLS, false },
	{ "stdname", "standard name", NULL, by_standard_name, SORT_BY_OTHER,
	  false },
	{ "time", "internal time", NULL, by_time, SORT_BY_TIME, false },
	{ "tottime", "internal time", NULL, by_time, SORT_BY_TIME, false },
	{ "samples", "call count", "sample count", by_calls, SORT_BY_CALLS,
	  true },
	{ "imbalance", "imbalance (max - mean)", NULL, by_imbalance,
	  SORT_BY_IMBALANCE, true },
	/* pstats' old numbers for four of them. */
	{ "-1", "standard name", NULL, by_standard_name, SORT_BY_OTHER, true },
	{ "0", "call count", "sample count", by_calls, SORT_BY_CALLS, true },
	{ "1", "internal time", NULL, by_time, SORT_BY_TIME, true },
	{ "2", "cumulative time", NULL, by_cumulative, SORT_BY_CUMULATIVE,
	  true },
};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

enum sort_kind sort_kind(const struct sort_key *key)
{
	return key->kind;
}

bool sort_needs_groups(const struct sort_order *order)
{
	for (size_t i = 0; i < order->count; i++)
		if (order->keys[i]->kind == SORT_BY_IMBALANCE)
			return true;
	return false;
}

/* The names of all keys, separated by ", "; to be freed. */
static char *key_names(void)
{
	char *list = memory_copy("");

	for (size_t i = 0; i < KEY_COUNT; i++) {
		char *longer = memory_format("%s%s%s", list, i ? ", " : "",
					     keys[i].name);

		free(list);
		list = longer;
	}
	return list;
}

static void ambiguous(const char *word, size_t length, struct error *err)
{
	char list[256] = "";

	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (keys[i].no_abbreviation ||
		    strncmp(keys[i].name, word, length) != 0)
			continue;
		if (list[0])
			strcat(list, ", ");
		strcat(list, keys[i].name);
	}
	error_set(err, ERROR_USAGE,
		  "sort key '%.*s' is ambiguous: it may be any of %s",
		  (int)length, word, list);
}

/* The key WORD means: its name, or what all names that it begins mean. */
static const struct sort_key *find_key(const char *word, size_t length,
				       struct error *err)
{
	const struct sort_key *found = NULL;
	char *all;

	for (size_t i = 0; i < KEY_COUNT; i++)
		if (strlen(keys[i].name) == length &&
		    !memcmp(keys[i].name, word, length))
			return &keys[i];
	for (size_t i = 0; length && i < KEY_COUNT; i++) {
		if (keys[i].no_abbreviation ||
		    strncmp(keys[i].name, word, length) != 0)
			continue;
		if (found && found->compare != keys[i].compare) {
			ambiguous(word, length, err);
			return NULL;
		}
		found = &keys[i];
	}
	if (found)
		return found;
	all = key_names();
	error_set(err, ERROR_USAGE, "there is no sort key '%.*s'; there are %s",
		  (int)(length < 40 ? length : 40), word, all);
	free(all);
	return NULL;
}

bool sort_parse(struct sort_order *order, const char *text, struct error *err)
{
	for (;;) {
		size_t length = strcspn(text, ",");
		const struct sort_key *key = find_key(text, length, err);

		if (!key)
			return false;
		if (order->count == SORT_KEYS_MAX)
			return error_set(err, ERROR_USAGE,
					 "more than %d sort keys",
					 SORT_KEYS_MAX);
		order->keys[order->count++] = key;
		if (!text[length])
			return true;
		text += length + 1;
	}
}

struct context {
	const struct view *view;
	const struct sort_order *order;
};

static int compare(const void *a, const void *b, void *context)
{
	const struct context *c = context;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	for (size_t i = 0; i < c->order->count; i++) {
		int order = c->order->keys[i]->compare(c->view, x, y);

		if (order)
			return order;
	}
	/* Nothing else may decide: two runs must print the same. */
	if (by_standard_name(c->view, x, y))
		return by_standard_name(c->view, x, y);
	return compare_u64(x, y);
}

void sort_functions(const struct view *view, const struct sort_order *order,
		    uint32_t *functions, size_t count)
{
	struct context context = { view, order };

	if (count == 0)
		return;
	qsort_r(functions, count, sizeof(*functions), compare, &context);
	if (!order->reverse)
		return;
	for (size_t i = 0; i < count / 2; i++) {
		uint32_t swap = functions[i];

		functions[i] = functions[count - 1 - i];
		functions[count - 1 - i] = swap;
	}
}

char *sort_title(const struct view *view, const struct sort_order *order)
{
	char *title = memory_copy("");

	for (size_t i = 0; i < order->count; i++) {
		const struct sort_key *k = order->keys[i];
		const char *own = k->title;
		char *longer;

		if (view->kind == VIEW_SAMPLED && k->sampled_title)
			own = k->sampled_title;
		longer = memory_format("%s%s%s", title, i ? ", " : "", own);
		free(title);
		title = longer;
	}
	return title;
}

int sort_compare_nodes(const struct view *view, uint32_t a, uint32_t b)
{
	int order = by_file(view, a, b);

	if (!order)
		order = by_line(view, a, b);
	if (!order)
		order = by_name(view, a, b);
	return order ? order : compare_u64(a, b);
}
