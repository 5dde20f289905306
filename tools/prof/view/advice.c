#include "tools/prof/view/advice.h"

#include <stdlib.h>
#include <string.h>

enum {
	MOST_NAMES = 8,
	/* A function is worth leaving out where a twentieth of all calls are
	 * its: each call costs the same, whatever is called. */
	SHARE = 20
};

static uint64_t overhead_ns(const struct model *model)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < model->process_count; i++)
		sum += model->processes[i].profile->overhead_ns;
	return sum;
}

/* How long the program itself took. On a busy machine much of its wall time may
 * be other programs': then its processor time, less the hooks', tells more. */
static uint64_t own_ns(const struct model *model, uint64_t overhead)
{
	uint64_t cpu = 0;

	for (size_t i = 0; i < model->process_count; i++) {
		const struct arena_header *h =
			&model->processes[i].profile->header;

		cpu += h->user_ns + h->sys_ns;
	}
	cpu = cpu > overhead ? cpu - overhead : 0;
	return cpu && cpu < model->total.ns ? cpu : model->total.ns;
}

static int by_calls(const void *a, const void *b)
{
	const struct model_function *x =
		*(const struct model_function *const *)a;
	const struct model_function *y =
		*(const struct model_function *const *)b;

	if (x->calls != y->calls)
		return x->calls < y->calls ? 1 : -1;
	return strcmp(x->symbol->name, y->symbol->name);
}

/* Of all calls that had hooks: those that a filter left out had them, too. */
static uint64_t all_calls(const struct model *model)
{
	uint64_t sum = model->calls;

	for (size_t i = 0; i < model->process_count; i++)
		for (int why = 0; why < ARENA_LEFT_OUT_COUNT; why++)
			sum += model->processes[i].profile->left_out[why];
	return sum;
}

/* The functions with so many calls, most first; their number. */
static size_t find(const struct model *model, const struct model_function **out)
{
	uint64_t enough = all_calls(model) / SHARE;
	size_t count = 0;

	for (size_t i = 0; i < model->function_count; i++) {
		const struct model_function *f = &model->functions[i];

		/* There are at most SHARE of them. */
		if (!f->synthetic && f->calls > enough)
			out[count++] = f;
	}
	qsort(out, count, sizeof(*out), by_calls);
	return count < MOST_NAMES ? count : MOST_NAMES;
}

/* The compiler compares with names without parameters, and takes a comma for
 * the end of one. */
#define NAME_ENDS "(,<"

/* A pattern for the filter: what is no plain part of a name ends it. */
#define PATTERN_ENDS "(,<[*?\\'"

/* Whether the name of CANDIDATE[I] up to one of ENDS, and as it goes on with a
 * template's arguments or without, is not that of one before. */
static bool is_new(const struct model_function *const *candidate, size_t i,
		   const char *ends)
{
	const char *name = candidate[i]->symbol->name;
	size_t length = strcspn(name, ends);

	while (i-- > 0) {
		const char *other = candidate[i]->symbol->name;

		if (strcspn(other, ends) == length &&
		    !memcmp(name, other, length) &&
		    (name[length] == '(') == (other[length] == '('))
			return false;
	}
	return true;
}

static void print_name(const struct view *view, const char *name)
{
	fprintf(view->out, "%.*s", (int)strcspn(name, NAME_ENDS), name);
}

static void print_pattern(const struct view *view, const char *name)
{
	size_t length = strcspn(name, PATTERN_ENDS);

	fprintf(view->out, " --exclude='%.*s%s'", (int)length, name,
		name[length] && name[length] != '(' ? "*" : "");
}

void advice_print(const struct view *view)
{
	const struct model *model = view->model;
	const struct model_function *candidates[SHARE];
	uint64_t overhead = overhead_ns(model), own = own_ns(model, overhead);
	size_t count;

	if (view->kind != VIEW_EXACT || overhead <= own / 2)
		return;
	count = find(model, candidates);
	if (!count)
		return;
	fprintf(view->out,
		"The hooks took %.1f times as long as the program. To leave "
		"out what is called\nmost, compile (gcc, which takes parts of "
		"names, too) with\n"
		"    -finstrument-functions-exclude-function-list=",
		(double)overhead / (double)(own + 1));
	for (size_t i = 0; i < count; i++) {
		if (!is_new(candidates, i, NAME_ENDS))
			continue;
		if (i)
			fputc(',', view->out);
		print_name(view, candidates[i]->symbol->name);
	}
	fputs("\nor use --mode=count, whose hooks read no clock. To have it "
	      "out of the profile\nonly: prof run",
	      view->out);
	for (size_t i = 0; i < count; i++)
		if (is_new(candidates, i, PATTERN_ENDS))
			print_pattern(view, candidates[i]->symbol->name);
	fputs("\n\n", view->out);
}
