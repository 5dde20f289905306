#include "tools/prof/view/table.h"
#include "tools/prof/view/interval.h"

#include <inttypes.h>
#include <string.h>

#define CELL_SIZE 48

struct column {
	const char *title;
	int width;
	void (*format)(const struct view *view, const struct model_function *f,
		       char *cell);
};

static void format_ncalls(const struct view *view,
			  const struct model_function *f, char *cell)
{
	(void)view;
	if (f->calls == f->primitive_calls)
		snprintf(cell, CELL_SIZE, "%" PRIu64, f->calls);
	else
		snprintf(cell, CELL_SIZE, "%" PRIu64 "/%" PRIu64, f->calls,
			 f->primitive_calls);
}

/* Something was seen of the function itself, but too little. */
static bool is_thin(const struct model_function *f)
{
	return f->self.samples > 0 && f->self.samples < INTERVAL_THIN;
}

static void format_samples(const struct view *view,
			   const struct model_function *f, char *cell)
{
	(void)view;
	snprintf(cell, CELL_SIZE, "%s%" PRIu64, is_thin(f) ? "~" : "",
		 f->self.samples);
}

static void format_seconds(char *cell, double ns)
{
	snprintf(cell, CELL_SIZE, "%.3f", ns * 1e-9);
}

static void format_tottime(const struct view *view,
			   const struct model_function *f, char *cell)
{
	(void)view;
	format_seconds(cell, (double)f->self.ns);
}

static void format_cumtime(const struct view *view,
			   const struct model_function *f, char *cell)
{
	(void)view;
	format_seconds(cell, (double)f->cumulative.ns);
}

/* pstats divides the own time by all calls, and the cumulative time by the
 * primitive ones: those are what it consists of. */
static void format_percall(const struct view *view,
			   const struct model_function *f, char *cell)
{
	(void)view;
	if (f->calls)
		format_seconds(cell, (double)f->self.ns / (double)f->calls);
}

static void format_cumulative_percall(const struct view *view,
				      const struct model_function *f,
				      char *cell)
{
	(void)view;
	if (f->primitive_calls)
		format_seconds(cell, (double)f->cumulative.ns /
					     (double)f->primitive_calls);
}

/* What samples say nothing about, at the end of a thread, has no error. */
static uint64_t sampled_ns(const struct model *model)
{
	uint64_t ns = model->total.ns;

	for (size_t i = 0; i < model->thread_count; i++)
		ns -= model->threads[i].unsampled_ns;
	return ns;
}

static void format_interval(const struct view *view,
			    const struct model_function *f, char *cell)
{
	format_seconds(cell, interval_95_ns(f->self.ns, sampled_ns(view->model),
					    view->model->total.samples));
}

static void format_share(const struct view *view, uint64_t ns, char *cell)
{
	uint64_t total = view->model->total.ns;

	if (total)
		snprintf(cell, CELL_SIZE, "%.1f",
			 100.0 * (double)ns / (double)total);
}

static void format_self_share(const struct view *view,
			      const struct model_function *f, char *cell)
{
	format_share(view, f->self.ns, cell);
}

static void format_cumulative_share(const struct view *view,
				    const struct model_function *f, char *cell)
{
	format_share(view, f->cumulative.ns, cell);
}

static const struct column exact_columns[] = {
	{ "ncalls", 9, format_ncalls },
	{ "tottime", 8, format_tottime },
	{ "percall", 8, format_percall },
	{ "cumtime", 8, format_cumtime },
	{ "percall", 8, format_cumulative_percall },
	{ NULL, 0, NULL },
};

static const struct column counted_columns[] = {
	{ "ncalls", 9, format_ncalls },
	{ "tottime", 8, format_tottime },
	{ "+-95%", 7, format_interval },
	{ "percall", 8, format_percall },
	{ "cumtime", 8, format_cumtime },
	{ "percall", 8, format_cumulative_percall },
	{ NULL, 0, NULL },
};

static const struct column sampled_columns[] = {
	{ "samples", 9, format_samples },
	{ "tottime", 8, format_tottime },
	{ "+-95%", 7, format_interval },
	{ "self%", 6, format_self_share },
	{ "cumtime", 8, format_cumtime },
	{ "cum%", 6, format_cumulative_share },
	{ NULL, 0, NULL },
};

static const struct column *const columns[VIEW_KIND_COUNT] = {
	[VIEW_EXACT] = exact_columns,
	[VIEW_COUNTED] = counted_columns,
	[VIEW_SAMPLED] = sampled_columns,
};

static const char *clock_words(const struct model *model)
{
	static const char *const words[] = {
		[ARENA_CLOCK_CPU] = " of CPU time",
		[ARENA_CLOCK_WALL] = " of wall time",
	};

	return model->clock == ARENA_CLOCK_CPU ||
			       model->clock == ARENA_CLOCK_WALL
		       ? words[model->clock]
		       : "";
}

void table_print_total(const struct view *view)
{
	const struct model *m = view->model;

	if (view->kind == VIEW_SAMPLED) {
		fprintf(view->out,
			"         %" PRIu64 " samples in %.3f seconds%s\n",
			m->total.samples, view_seconds(m->total.ns),
			clock_words(m));
		return;
	}
	fprintf(view->out, "         %" PRIu64 " function calls ", m->calls);
	if (m->calls != m->primitive_calls)
		fprintf(view->out, "(%" PRIu64 " primitive calls) ",
			m->primitive_calls);
	fprintf(view->out, "in %.3f seconds\n", view_seconds(m->total.ns));
}

static void print_row(const struct view *view, const struct column *c,
		      uint32_t function)
{
	const struct model_function *f = &view->model->functions[function];
	char cell[CELL_SIZE];
	size_t used = 0;

	for (; c->title; c++) {
		cell[0] = '\0';
		c->format(view, f, cell);
		used += (size_t)fprintf(view->out, "%*s ", c->width, cell);
	}
	view_print_name(view, view->names[function], used);
}

/* Whether a row of ROWS rests on too few samples to be ranked. */
static bool any_thin(const struct view *view, const struct rows *rows)
{
	if (view->kind != VIEW_SAMPLED)
		return false;
	for (size_t i = 0; i < rows->count; i++)
		if (is_thin(&view->model->functions[rows->functions[i]]))
			return true;
	return false;
}

void table_print(const struct view *view, const struct rows *rows)
{
	const struct column *set = columns[view->kind];

	fprintf(view->out, "%s\n", rows->notes);
	if (rows->count == 0)
		return;
	for (const struct column *c = set; c->title; c++)
		fprintf(view->out, "%*s ", c->width, c->title);
	fputs("filename:lineno(function)\n", view->out);
	for (size_t i = 0; i < rows->count; i++)
		print_row(view, set, rows->functions[i]);
	if (any_thin(view, rows))
		fprintf(view->out,
			"\n   ~ fewer than %d samples in the function itself: "
			"too few to rank it by\n",
			INTERVAL_THIN);
	fputs("\n\n", view->out);
}
