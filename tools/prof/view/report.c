#include "tools/prof/view/report.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/view/advice.h"
#include "tools/prof/view/by.h"
#include "tools/prof/view/calls.h"
#include "tools/prof/view/data.h"
#include "tools/prof/view/header.h"
#include "tools/prof/view/slowest.h"
#include "tools/prof/view/table.h"

static void print_calls(const struct view *view, const struct sort_order *order,
			const struct report_settings *settings,
			enum calls_direction direction)
{
	struct rows rows;

	rows_select(&rows, view, order, &settings->restrictions,
		    direction == CALLS_CALLERS ? &settings->of_callers
					       : &settings->of_callees);
	calls_print(view, &rows, direction);
	rows_free(&rows);
}

static void print_table(const struct view *view, const struct sort_order *order,
			const struct report_settings *settings)
{
	struct rows rows;

	table_print_total(view);
	fputc('\n', view->out);
	if (settings->tree) {
		tree_print(view, &settings->tree_how, order,
			   &settings->restrictions, &settings->of_tree);
		return;
	}
	rows_select(&rows, view, order, &settings->restrictions, NULL);
	if (settings->slowest) {
		struct slowest slowest;

		slowest_select(&slowest, view, &rows, settings->slowest);
		slowest_print(view, &slowest);
		slowest_free(&slowest);
		rows_free(&rows);
		return;
	}
	table_print(view, &rows, &settings->columns);
	rows_free(&rows);
}

/* A table for each group. */
static void print_split(const struct view *view, const struct sort_order *order,
			const struct report_settings *settings,
			const struct groups *groups)
{
	struct slicer *slicer = slicer_new(view->model);
	struct view part = *view;

	if (!slicer)
		memory_fail();
	by_print_groups(view, groups);
	for (uint32_t g = 0; g < groups->count; g++) {
		part.model = slicer_take(slicer, groups->of_thread, g);
		fprintf(view->out, "%s %s: %s\n", groups_names[groups->kind],
			groups->list[g].label, groups->list[g].what);
		print_table(&part, order, settings);
	}
	slicer_free(slicer);
}

static void print_groups(const struct view *view,
			 const struct sort_order *order,
			 const struct report_settings *settings)
{
	struct groups groups;

	groups_make(&groups, view->model, settings->groups);
	if (groups.count == 0)
		fputs("         nothing to compare\n\n", view->out);
	else if (settings->by)
		by_print(view, &groups, order, &settings->restrictions);
	else
		print_split(view, order, settings, &groups);
	groups_free(&groups);
}

static void print_text(const struct view *view, const struct sort_order *order,
		       const struct report_settings *settings,
		       const char *session)
{
	header_print(view, session);
	if (settings->by || settings->split) {
		print_groups(view, order, settings);
	} else if (!settings->callers && !settings->callees) {
		print_table(view, order, settings);
		if (!settings->tree && !settings->slowest)
			advice_print(view);
	}
	if (settings->callers)
		print_calls(view, order, settings, CALLS_CALLERS);
	if (settings->callees)
		print_calls(view, order, settings, CALLS_CALLEES);
}

void report_print(const struct model *model, const char *session,
		  const struct report_settings *settings, FILE *out)
{
	struct view view = {
		.out = out,
		.width = settings->width,
		.full_paths = settings->full_paths,
		.threads = settings->threads,
		.colour = settings->colour,
		.utf8 = settings->utf8,
	};
	struct sort_order order = settings->order;

	if (order.count == 0)
		sort_parse(&order, "tottime", NULL);
	view_prepare(&view, model);
	if (settings->format == REPORT_JSON)
		data_print_json(&view, &order, settings, session);
	else if (settings->format == REPORT_CSV)
		data_print_csv(&view, &order, settings);
	else
		print_text(&view, &order, settings, session);
	view_free(&view);
}
