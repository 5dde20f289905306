#include "tools/prof/view/by.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/printable.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* More groups than this are shown by their dearest and cheapest only. */
enum { ALL_SHOWN = 24, DEAREST_SHOWN = 12, CHEAPEST_SHOWN = 4 };

#define LABEL_WIDTH 9

static enum spread_measure measure_of(const struct view *view,
				      const struct sort_order *order)
{
	switch (sort_kind(order->keys[0])) {
	case SORT_BY_CUMULATIVE:
		return SPREAD_CUMULATIVE;
	case SORT_BY_CALLS:
		return view->kind == VIEW_SAMPLED ? SPREAD_SELF : SPREAD_CALLS;
	default:
		return SPREAD_SELF;
	}
}

static const char *const measure_names[] = {
	[SPREAD_SELF] = "internal time",
	[SPREAD_CUMULATIVE] = "cumulative time",
	[SPREAD_CALLS] = "calls",
};

static const char *plural(enum groups_kind kind)
{
	static const char *const words[GROUPS_KIND_COUNT] = {
		[GROUPS_PROCESS] = "processes", [GROUPS_RANK] = "ranks",
		[GROUPS_THREAD] = "threads",	[GROUPS_HOST] = "hosts",
		[GROUPS_RUN] = "runs",
	};

	return words[kind];
}

static uint64_t sum_of(const struct groups *groups)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < groups->count; i++)
		sum += groups->list[i].total.ns;
	return sum;
}

static void print_group(const struct view *view, const struct groups *groups,
			const struct group *g, double mean)
{
	double total = mean * (double)groups->count;
	size_t used = (size_t)fprintf(
		view->out, "%*s %8.3f %6.1f ", LABEL_WIDTH, g->label,
		view_seconds(g->total.ns),
		total > 0 ? 100.0 * (double)g->total.ns / total : 0);

	used += (size_t)fprintf(
		view->out, "%+8.1f%% ",
		mean > 0 ? 100.0 * ((double)g->total.ns / mean - 1) : 0);
	if (groups->kind != GROUPS_THREAD)
		used += (size_t)fprintf(view->out, "%7zu ", g->threads);
	view_print_name(view, g->what, used);
}

static int by_total(const void *a, const void *b)
{
	const struct group *x = *(const struct group *const *)a;
	const struct group *y = *(const struct group *const *)b;

	if (x->total.ns != y->total.ns)
		return x->total.ns < y->total.ns ? 1 : -1;
	return (x > y) - (x < y);
}

static void print_extremes(const struct view *view, const struct groups *groups,
			   double mean)
{
	const struct group **order =
		memory_array(groups->count, sizeof(*order));

	for (size_t i = 0; i < groups->count; i++)
		order[i] = &groups->list[i];
	qsort(order, groups->count, sizeof(*order), by_total);
	for (size_t i = 0; i < DEAREST_SHOWN; i++)
		print_group(view, groups, order[i], mean);
	fprintf(view->out, "%*s (%zu between)\n", LABEL_WIDTH, "...",
		groups->count - DEAREST_SHOWN - CHEAPEST_SHOWN);
	for (size_t i = groups->count - CHEAPEST_SHOWN; i < groups->count; i++)
		print_group(view, groups, order[i], mean);
	free(order);
}

void by_print_groups(const struct view *view, const struct groups *groups)
{
	double mean = (double)sum_of(groups) / (double)groups->count;

	fprintf(view->out, "%*s %8s %6s %9s ", LABEL_WIDTH,
		groups_names[groups->kind], "seconds", "share", "of mean");
	fputs(groups->kind == GROUPS_THREAD ? "name\n" : "threads  program\n",
	      view->out);
	if (groups->count > ALL_SHOWN)
		print_extremes(view, groups, mean);
	else
		for (size_t i = 0; i < groups->count; i++)
			print_group(view, groups, &groups->list[i], mean);
	if (groups->rest.threads)
		fprintf(view->out,
			"%*s %8.3f  in processes without a rank: not below\n",
			LABEL_WIDTH, "-", view_seconds(groups->rest.total.ns));
	fputc('\n', view->out);
}

static void format_value(char cell[32], enum spread_measure measure,
			 double value, bool whole)
{
	if (measure != SPREAD_CALLS)
		snprintf(cell, 32, "%.3f", value * 1e-9);
	else
		snprintf(cell, 32, whole ? "%.0f" : "%.1f", value);
}

static void print_row(const struct view *view, const struct groups *groups,
		      const struct spread *s, enum spread_measure measure,
		      const char *name)
{
	char sum[32], mean[32], min[32], max[32], imbalance[32];
	size_t count = groups->count, used;

	format_value(sum, measure, (double)s->sum, true);
	format_value(mean, measure, (double)s->sum / (double)count, false);
	format_value(min, measure, (double)s->min, true);
	format_value(max, measure, (double)s->max, true);
	snprintf(imbalance, sizeof(imbalance), "%s%.1f", s->chance ? "~" : "",
		 spread_imbalance(s, count));
	used = (size_t)fprintf(view->out, "%9s %8s %8s %8s %7s %*s ", sum, mean,
			       min, max, imbalance, LABEL_WIDTH,
			       s->sum ? groups->list[s->max_at].label : "");
	view_print_name(view, name, used);
}

const char *by_column(enum spread_measure measure)
{
	static const char *const titles[] = {
		[SPREAD_SELF] = "tottime",
		[SPREAD_CUMULATIVE] = "cumtime",
		[SPREAD_CALLS] = "ncalls",
	};

	return titles[measure];
}

static void print_rows(const struct by *by)
{
	FILE *out = by->view.out;
	bool chance = false;

	fprintf(out, "%s\n", by->rows.notes);
	if (by->rows.count == 0)
		return;
	fprintf(out, "%9s %8s %8s %8s %7s %*s filename:lineno(function)\n",
		by_column(by->measure), "mean", "min", "max", "imbal%",
		LABEL_WIDTH, "max in");
	for (size_t i = 0; i < by->rows.count; i++) {
		uint32_t function = by->rows.functions[i];

		print_row(&by->view, by->groups, &by->spread[function],
			  by->measure, by->view.names[function]);
		chance |= by->spread[function].chance;
	}
	if (chance)
		fputs("\n   ~ no more than what chance does to so few "
		      "samples\n",
		      out);
	fputs("\n\n", out);
}

void by_make(struct by *by, const struct view *view,
	     const struct groups *groups, const struct sort_order *order,
	     const struct restrictions *restrictions, bool values)
{
	size_t functions = view->model->function_count;

	memset(by, 0, sizeof(*by));
	by->view = *view;
	by->groups = groups;
	by->measure = measure_of(view, order);
	if (values)
		by->values = memory_array(functions,
					  groups->count * sizeof(uint64_t));
	by->spread = spread_make(view->model, groups, by->measure, by->values);
	by->excess = memory_array(functions, sizeof(*by->excess));
	for (size_t i = 0; i < functions; i++)
		by->excess[i] =
			by->spread[i].sum
				? spread_excess(&by->spread[i], groups->count)
				: -1;
	by->view.excess = by->excess;
	rows_select(&by->rows, &by->view, order, restrictions, NULL);
}

void by_free(struct by *by)
{
	rows_free(&by->rows);
	free(by->spread);
	free(by->values);
	free(by->excess);
}

void by_print(const struct view *view, const struct groups *groups,
	      const struct sort_order *order,
	      const struct restrictions *restrictions)
{
	struct by by;

	by_make(&by, view, groups, order, restrictions, false);
	fprintf(view->out, "         %zu %s; %s in %s, mean of all %s\n\n",
		groups->count, plural(groups->kind), measure_names[by.measure],
		by.measure == SPREAD_CALLS ? "number" : "seconds",
		plural(groups->kind));
	by_print_groups(view, groups);
	print_rows(&by);
	by_free(&by);
}
