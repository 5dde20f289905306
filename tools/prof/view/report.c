#include "tools/prof/view/report.h"
#include "tools/prof/view/advice.h"
#include "tools/prof/view/calls.h"
#include "tools/prof/view/header.h"
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
	rows_select(&rows, view, order, &settings->restrictions, NULL);
	table_print(view, &rows);
	rows_free(&rows);
	advice_print(view);
}

void report_print(const struct model *model, const char *session,
		  const struct report_settings *settings, FILE *out)
{
	struct view view = {
		.out = out,
		.width = settings->width,
		.full_paths = settings->full_paths,
		.threads = settings->threads,
	};
	struct sort_order order = settings->order;

	if (order.count == 0)
		sort_parse(&order, "tottime", NULL);
	view_prepare(&view, model);
	header_print(&view, session);
	if (!settings->callers && !settings->callees)
		print_table(&view, &order, settings);
	if (settings->callers)
		print_calls(&view, &order, settings, CALLS_CALLERS);
	if (settings->callees)
		print_calls(&view, &order, settings, CALLS_CALLEES);
	view_free(&view);
}
