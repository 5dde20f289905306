#include "tools/prof/view/table.h"
#include "tools/prof/view/facts.h"
#include "tools/prof/view/interval.h"

#include <inttypes.h>

static const char *clock_words(const struct model *model)
{
	static const char *const words[] = {
		[ARENA_CLOCK_CPU] = " of CPU time",
		[ARENA_CLOCK_WALL] = " of wall time",
		[ARENA_CLOCK_CYCLES] = " of cycles",
		[ARENA_CLOCK_INSTRUCTIONS] = " of instructions",
		[ARENA_CLOCK_CACHE_MISSES] = " of cache misses",
		[ARENA_CLOCK_BRANCH_MISSES] = " of branch misses",
		[ARENA_CLOCK_PAGE_FAULTS] = " of page faults",
	};

	return model->clock < sizeof(words) / sizeof(words[0]) &&
			       words[model->clock]
		       ? words[model->clock]
		       : "";
}

void table_print_total(const struct view *view)
{
	const struct model *m = view->model;

	if (view->kind == VIEW_SAMPLED) {
		fprintf(view->out,
			"         %" PRIu64 " samples in %.3f %s%s\n",
			m->total.samples, view_seconds(m->total.ns),
			facts_unit(m->clock), clock_words(m));
		return;
	}
	fprintf(view->out, "         %" PRIu64 " function calls ", m->calls);
	if (m->calls != m->primitive_calls)
		fprintf(view->out, "(%" PRIu64 " primitive calls) ",
			m->primitive_calls);
	if (view->kind == VIEW_MIXED)
		fprintf(view->out, "and %" PRIu64 " samples ",
			m->total.samples);
	fprintf(view->out, "in %.3f seconds\n", view_seconds(m->total.ns));
}

static void print_row(const struct view *view, const struct column_set *set,
		      uint32_t function)
{
	const struct model_function *f = &view->model->functions[function];
	char cell[COLUMN_CELL];
	size_t used = 0;

	for (size_t i = 0; i < set->count; i++) {
		column_format(set->list[i], view, f, cell);
		used += (size_t)fprintf(view->out, "%*s ", set->list[i]->width,
					cell);
	}
	view_print_name(view, view->names[function], used);
}

/* Whether a row of ROWS rests on too few samples to be ranked. */
static bool any_thin(const struct view *view, const struct rows *rows)
{
	if (view->kind == VIEW_EXACT)
		return false;
	for (size_t i = 0; i < rows->count; i++)
		if (column_is_thin(&view->model->functions[rows->functions[i]]))
			return true;
	return false;
}

void table_print(const struct view *view, const struct rows *rows,
		 const struct column_set *chosen)
{
	struct column_set set = { .count = 0 };

	if (chosen && chosen->count)
		set = *chosen;
	else
		columns_default(view, &set);
	fprintf(view->out, "%s\n", rows->notes);
	if (rows->count == 0)
		return;
	for (size_t i = 0; i < set.count; i++)
		fprintf(view->out, "%*s ", set.list[i]->width,
			set.list[i]->title);
	fputs("filename:lineno(function)\n", view->out);
	for (size_t i = 0; i < rows->count; i++)
		print_row(view, &set, rows->functions[i]);
	if (any_thin(view, rows))
		fprintf(view->out,
			"\n   ~ fewer than %d samples in the function itself: "
			"too few to rank it by\n",
			INTERVAL_THIN);
	fputs("\n\n", view->out);
}
