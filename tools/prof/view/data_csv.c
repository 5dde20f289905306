/* data_csv.c - a report as CSV. */
#include "tools/prof/cli/memory.h"
#include "tools/prof/view/by.h"
#include "tools/prof/view/calls.h"
#include "tools/prof/view/data.h"
#include "tools/prof/view/slowest.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void put_text(FILE *out, const char *text)
{
	if (!text)
		return;
	if (!text[strcspn(text, ",\"\r\n")]) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void put_seconds(FILE *out, uint64_t ns)
{
	fprintf(out, "%" PRIu64 ".%09" PRIu64, ns / 1000000000,
		ns % 1000000000);
}

/* Name, file, line and module: the end of each row. */
static void put_symbol(const struct view *view, uint32_t function)
{
	const struct symbol_function *s =
		view->model->functions[function].symbol;

	put_text(view->out, s->name);
	fputc(',', view->out);
	put_text(view->out, s->file);
	fprintf(view->out, ",%" PRIu32 ",", s->line);
	put_text(view->out, s->module);
}

static void put_column(const struct column *c, const struct view *view,
		       const struct model_function *f)
{
	struct column_value v = { 0 };
	bool known = c->get(view, f, &v);

	if (known && (c->type == COLUMN_SECONDS || c->type == COLUMN_DURATION))
		fprintf(view->out, "%.9f", v.number * 1e-9);
	else if (known && c->type == COLUMN_PERCENT)
		fprintf(view->out, "%.6f", v.number);
	else if (known)
		fprintf(view->out, "%" PRIu64, v.count);
	if (c->type == COLUMN_CALLS)
		fputc(',', view->out);
	if (known && c->type == COLUMN_CALLS)
		fprintf(view->out, "%" PRIu64, v.primitive);
	fputc(',', view->out);
}

static void put_titles(const struct view *view, const char *first)
{
	fputs(first, view->out);
	for (const struct column *c = columns; c->name; c++) {
		if (!column_exists(c, view->model))
			continue;
		fprintf(view->out, "%s,", c->name);
		if (c->type == COLUMN_CALLS)
			fputs("primitive_calls,", view->out);
	}
	fputs("name,file,line,module\n", view->out);
}

/* LABEL, where not NULL, is the first field of each row. WHOLE decides on the
 * columns: a part of it may lack what others have. */
static void put_rows(const struct view *view, const struct model *whole,
		     const struct rows *rows, const char *label)
{
	for (size_t i = 0; i < rows->count; i++) {
		uint32_t n = rows->functions[i];

		if (label) {
			put_text(view->out, label);
			fputc(',', view->out);
		}
		for (const struct column *c = columns; c->name; c++)
			if (column_exists(c, whole))
				put_column(c, view, &view->model->functions[n]);
		put_symbol(view, n);
		fputc('\n', view->out);
	}
}

static void put_links(const struct view *view, const struct rows *rows,
		      enum calls_direction direction)
{
	struct calls_links links;

	calls_gather(&links, view, direction);
	for (size_t i = 0; i < rows->count; i++) {
		size_t count;
		const struct calls_link *l =
			calls_of(&links, rows->functions[i], &count);

		for (; count--; l++) {
			uint32_t up = l->other, down = l->function;

			if (direction == CALLS_CALLEES) {
				up = l->function;
				down = l->other;
			}
			fprintf(view->out,
				"%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",",
				l->calls, l->primitive_calls, l->self.samples);
			put_seconds(view->out, l->self.ns);
			fputc(',', view->out);
			put_seconds(view->out, l->cumulative.ns);
			fputc(',', view->out);
			put_symbol(view, up);
			fputc(',', view->out);
			put_symbol(view, down);
			fputc('\n', view->out);
		}
	}
	free(links.list);
}

static void print_links(const struct view *view, const struct sort_order *order,
			const struct report_settings *s)
{
	struct rows rows;

	fputs("ncalls,primitive_calls,samples,tottime,cumtime,caller,"
	      "caller_file,caller_line,caller_module,callee,callee_file,"
	      "callee_line,callee_module\n",
	      view->out);
	if (s->callers) {
		rows_select(&rows, view, order, &s->restrictions,
			    &s->of_callers);
		put_links(view, &rows, CALLS_CALLERS);
		rows_free(&rows);
	}
	if (s->callees) {
		rows_select(&rows, view, order, &s->restrictions,
			    &s->of_callees);
		put_links(view, &rows, CALLS_CALLEES);
		rows_free(&rows);
	}
}

static void put_value(FILE *out, enum spread_measure measure, uint64_t value)
{
	if (measure == SPREAD_CALLS)
		fprintf(out, "%" PRIu64, value);
	else
		put_seconds(out, value);
	fputc(',', out);
}

static void print_by(const struct view *view, const struct sort_order *order,
		     const struct report_settings *s,
		     const struct groups *groups)
{
	size_t count = groups->count;
	struct by by;

	by_make(&by, view, groups, order, &s->restrictions, true);
	fprintf(view->out, "%s,mean,min,max,imbalance%%,chance,min_in,max_in,",
		by_column(by.measure));
	for (size_t g = 0; g < count; g++)
		fprintf(view->out, "%s %s,", groups_names[groups->kind],
			groups->list[g].label);
	fputs("name,file,line,module\n", view->out);
	for (size_t i = 0; i < by.rows.count; i++) {
		uint32_t n = by.rows.functions[i];
		const struct spread *sp = &by.spread[n];
		double unit = by.measure == SPREAD_CALLS ? 1 : 1e-9;

		put_value(view->out, by.measure, sp->sum);
		fprintf(view->out, "%.9f,",
			unit * (double)sp->sum / (double)count);
		put_value(view->out, by.measure, sp->min);
		put_value(view->out, by.measure, sp->max);
		fprintf(view->out, "%.3f,%d,%s,%s,",
			spread_imbalance(sp, count), sp->chance,
			groups->list[sp->min_at].label,
			groups->list[sp->max_at].label);
		for (size_t g = 0; g < count; g++)
			put_value(view->out, by.measure,
				  by.values[n * count + g]);
		put_symbol(view, n);
		fputc('\n', view->out);
	}
	by_free(&by);
}

static void print_split(const struct view *view, const struct sort_order *order,
			const struct report_settings *s,
			const struct groups *groups)
{
	struct slicer *slicer = slicer_new(view->model);
	struct view part = *view;
	char *first = memory_format("%s,", groups_names[groups->kind]);
	struct rows rows;

	if (!slicer)
		memory_fail();
	put_titles(view, first);
	for (uint32_t g = 0; g < groups->count; g++) {
		part.model = slicer_take(slicer, groups->of_thread, g);
		rows_select(&rows, &part, order, &s->restrictions, NULL);
		put_rows(&part, view->model, &rows, groups->list[g].label);
		rows_free(&rows);
	}
	slicer_free(slicer);
	free(first);
}

/* The stack is in one field: names from the function outwards, a line each. */
static void print_slowest(const struct view *view, const struct rows *rows,
			  size_t limit)
{
	const struct model *m = view->model;
	struct slowest slowest;

	slowest_select(&slowest, view, rows, limit);
	fputs("seconds,began,ended,pid,thread,name,file,line,module,callers\n",
	      view->out);
	for (size_t i = 0; i < slowest.count; i++) {
		const struct model_call *call = slowest.list[i];
		const struct model_node *n = &m->nodes[call->node];
		const struct model_thread *t = &m->threads[n->thread];
		char *stack = memory_copy("");

		put_seconds(view->out, call->ns);
		fputc(',', view->out);
		put_seconds(view->out, call->begin_ns);
		fprintf(view->out, ",%d,%" PRIu32 ",%" PRIu32 ",", !call->open,
			m->processes[t->process].profile->header.pid,
			t->serial);
		put_symbol(view, n->function);
		for (n = &m->nodes[n->parent]; n->parent != MODEL_NONE;
		     n = &m->nodes[n->parent]) {
			char *longer = memory_format(
				"%s%s%s", stack, *stack ? "\n" : "",
				m->functions[n->function].symbol->name);

			free(stack);
			stack = longer;
		}
		fputc(',', view->out);
		put_text(view->out, stack);
		fputc('\n', view->out);
		free(stack);
	}
	slowest_free(&slowest);
}

void data_print_csv(const struct view *view, const struct sort_order *order,
		    const struct report_settings *s)
{
	struct groups groups;
	struct rows rows;

	if (s->by || s->split) {
		groups_make(&groups, view->model, s->groups);
		if (s->by && groups.count)
			print_by(view, order, s, &groups);
		else
			print_split(view, order, s, &groups);
		groups_free(&groups);
		return;
	}
	if (s->callers || s->callees) {
		print_links(view, order, s);
		return;
	}
	rows_select(&rows, view, order, &s->restrictions, NULL);
	if (s->slowest) {
		print_slowest(view, &rows, s->slowest);
		rows_free(&rows);
		return;
	}
	put_titles(view, "");
	put_rows(view, view->model, &rows, NULL);
	rows_free(&rows);
}
