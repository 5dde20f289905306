/* data_json.c - a report as JSON. */
#include "tools/prof/cli/memory.h"
#include "tools/prof/view/by.h"
#include "tools/prof/view/calls.h"
#include "tools/prof/view/data.h"
#include "tools/prof/view/facts.h"
#include "tools/prof/view/json.h"
#include "tools/prof/view/slowest.h"

#include <stdlib.h>

static void put_rank(struct json *j, uint32_t rank)
{
	json_name(j, "rank");
	if (rank == UINT32_MAX)
		json_null(j);
	else
		json_u64(j, rank);
}

static void put_losses(struct json *j, const struct arena_header *h)
{
	json_name(j, "losses");
	json_object(j);
	for (const struct facts_cause *c = facts_losses; c->what; c++)
		if (h->losses[c->index] && !c->harmless)
			json_put_u64(j, c->what, h->losses[c->index]);
	json_end_object(j);
}

static void put_times(struct json *j, const struct profile *p)
{
	const struct arena_header *h = &p->header;
	uint64_t waiting = 0;

	json_put_seconds(j, "started", h->start_real_ns);
	json_put_seconds(j, "real", p->wall_ns);
	json_put_seconds(j, "user", h->user_ns);
	json_put_seconds(j, "sys", h->sys_ns);
	json_name(j, "waiting");
	if (facts_waiting(p, &waiting))
		json_seconds(j, waiting);
	else
		json_null(j);
}

static void put_process(struct json *j, const struct profile *p)
{
	const struct arena_header *h = &p->header;
	struct facts_samples samples = facts_samples(p);
	char *end = facts_end(p);

	json_object(j);
	json_put_text(j, "file", p->path);
	json_put_text(j, "program", h->program);
	json_name(j, "command");
	json_array(j);
	for (int i = 0; i < p->argc; i++)
		json_text(j, p->argv[i]);
	json_end_array(j);
	json_put_u64(j, "pid", h->pid);
	json_put_u64(j, "parent", h->ppid);
	put_rank(j, h->rank);
	json_put_text(j, "host", h->host);
	json_put_text(j, "session", h->session);
	json_put_text(j, "mode", facts_mode(h));
	json_put_text(j, "clock", facts_clock(h));
	json_put_text(j, "end", end);
	put_times(j, p);
	json_put_u64(j, "threads", p->thread_count);
	json_put_u64(j, "samples", samples.samples);
	json_put_u64(j, "cut_stacks", samples.cut);
	json_put_u64(j, "asked_hz", h->hz);
	json_put_seconds(j, "hook_overhead", p->overhead_ns);
	json_put_seconds(j, "hook_uncertainty", p->overhead_error_ns);
	json_put_u64(j, "calls_left_out_by_function",
		     p->left_out[ARENA_BY_FUNCTION]);
	json_put_u64(j, "calls_left_out_by_depth", p->left_out[ARENA_BY_DEPTH]);
	json_put_u64(j, "calls_left_out_by_duration",
		     p->left_out[ARENA_BY_DURATION]);
	json_put_seconds(j, "time_left_out_by_duration", p->left_out_ns);
	put_losses(j, h);
	json_end_object(j);
	free(end);
}

static void put_processes(struct json *j, const struct model *m)
{
	json_name(j, "processes");
	json_array(j);
	for (size_t i = 0; i < m->process_count; i++)
		put_process(j, m->processes[i].profile);
	json_end_array(j);
}

static void put_total(struct json *j, const struct view *view)
{
	const struct model *m = view->model;

	json_name(j, "total");
	json_object(j);
	json_put_seconds(j, "seconds", m->total.ns);
	if (view->kind != VIEW_SAMPLED) {
		json_put_u64(j, "ncalls", m->calls);
		json_put_u64(j, "primitive_calls", m->primitive_calls);
	}
	if (view->kind != VIEW_EXACT)
		json_put_u64(j, "samples", m->total.samples);
	json_end_object(j);
}

static void put_symbol(struct json *j, const struct view *view,
		       uint32_t function)
{
	const struct symbol_function *s =
		view->model->functions[function].symbol;

	json_put_text(j, "name", s->name);
	json_put_text(j, "file", s->file);
	json_put_u64(j, "line", s->line);
	json_put_text(j, "module", s->module);
}

static void put_column(struct json *j, const struct column *c,
		       const struct view *view, const struct model_function *f)
{
	struct column_value v = { 0 };
	bool known = c->get(view, f, &v);

	json_name(j, c->name);
	if (!known)
		json_null(j);
	else if (c->type == COLUMN_SECONDS || c->type == COLUMN_DURATION)
		json_number(j, v.number * 1e-9, 9);
	else if (c->type == COLUMN_PERCENT)
		json_number(j, v.number, 6);
	else
		json_u64(j, v.count);
	if (known && c->type == COLUMN_CALLS)
		json_put_u64(j, "primitive_calls", v.primitive);
}

static void put_links(struct json *j, const char *name, const struct view *view,
		      const struct calls_links *links, uint32_t function)
{
	size_t count;
	const struct calls_link *l = calls_of(links, function, &count);

	json_name(j, name);
	json_array(j);
	for (; count--; l++) {
		json_object(j);
		put_symbol(j, view, l->other);
		if (view->kind != VIEW_SAMPLED) {
			json_put_u64(j, "ncalls", l->calls);
			json_put_u64(j, "primitive_calls", l->primitive_calls);
		}
		if (view->kind != VIEW_EXACT)
			json_put_u64(j, "samples", l->self.samples);
		json_put_seconds(j, "tottime", l->self.ns);
		json_put_seconds(j, "cumtime", l->cumulative.ns);
		json_end_object(j);
	}
	json_end_array(j);
}

/* Callers and callees, as far as they were asked for. */
struct both_links {
	bool up, down;
	struct calls_links callers, callees;
};

static void put_functions(struct json *j, const struct view *view,
			  const struct rows *rows,
			  const struct both_links *links)
{
	json_name(j, "functions");
	json_array(j);
	for (size_t i = 0; i < rows->count; i++) {
		uint32_t n = rows->functions[i];
		const struct model_function *f = &view->model->functions[n];

		json_object(j);
		put_symbol(j, view, n);
		for (const struct column *c = columns; c->name; c++)
			if (column_exists(c, view->model))
				put_column(j, c, view, f);
		json_name(j, "thin");
		json_bool(j, column_is_thin(f));
		if (links->up)
			put_links(j, "callers", view, &links->callers, n);
		if (links->down)
			put_links(j, "callees", view, &links->callees, n);
		json_end_object(j);
	}
	json_end_array(j);
}

static void put_call(struct json *j, const struct view *view,
		     const struct model_call *call)
{
	const struct model *m = view->model;
	const struct model_node *n = &m->nodes[call->node];
	const struct model_thread *t = &m->threads[n->thread];

	json_object(j);
	json_put_seconds(j, "seconds", call->ns);
	json_put_seconds(j, "began", call->begin_ns);
	json_name(j, "ended");
	json_bool(j, !call->open);
	json_put_u64(j, "pid", m->processes[t->process].profile->header.pid);
	json_put_u64(j, "thread", t->serial);
	json_name(j, "stack");
	json_array(j);
	for (; n->parent != MODEL_NONE; n = &m->nodes[n->parent]) {
		json_object(j);
		put_symbol(j, view, n->function);
		json_end_object(j);
	}
	json_end_array(j);
	json_end_object(j);
}

static void put_slowest(struct json *j, const struct view *view,
			const struct rows *rows, size_t limit)
{
	struct slowest slowest;

	slowest_select(&slowest, view, rows, limit);
	json_name(j, "slowest");
	json_array(j);
	for (size_t i = 0; i < slowest.count; i++)
		put_call(j, view, slowest.list[i]);
	json_end_array(j);
	slowest_free(&slowest);
}

static void put_table(struct json *j, const struct view *view,
		      const struct sort_order *order,
		      const struct report_settings *settings)
{
	struct both_links links = { .up = settings->callers,
				    .down = settings->callees };
	const struct restrictions *more = NULL;
	struct rows rows;

	if (links.up) {
		calls_gather(&links.callers, view, CALLS_CALLERS);
		more = &settings->of_callers;
	}
	if (links.down) {
		calls_gather(&links.callees, view, CALLS_CALLEES);
		more = &settings->of_callees;
	}
	rows_select(&rows, view, order, &settings->restrictions, more);
	json_put_u64(j, "function_count", rows.all);
	put_functions(j, view, &rows, &links);
	if (settings->slowest)
		put_slowest(j, view, &rows, settings->slowest);
	rows_free(&rows);
	free(links.callers.list);
	free(links.callees.list);
}

static void put_group(struct json *j, const struct group *g)
{
	json_put_text(j, "label", g->label);
	json_put_text(j, "of", g->what);
	json_put_seconds(j, "seconds", g->total.ns);
	json_put_u64(j, "samples", g->total.samples);
	json_put_u64(j, "threads", g->threads);
}

static void put_split(struct json *j, const struct view *view,
		      const struct sort_order *order,
		      const struct report_settings *settings,
		      const struct groups *groups)
{
	struct slicer *slicer = slicer_new(view->model);
	struct view part = *view;

	if (!slicer)
		memory_fail();
	json_name(j, "groups");
	json_array(j);
	for (uint32_t g = 0; g < groups->count; g++) {
		part.model = slicer_take(slicer, groups->of_thread, g);
		json_object(j);
		put_group(j, &groups->list[g]);
		put_total(j, &part);
		put_table(j, &part, order, settings);
		json_end_object(j);
	}
	json_end_array(j);
	slicer_free(slicer);
}

static void put_value(struct json *j, enum spread_measure measure,
		      uint64_t value)
{
	if (measure == SPREAD_CALLS)
		json_u64(j, value);
	else
		json_seconds(j, value);
}

static void put_spread(struct json *j, const struct by *by, uint32_t function)
{
	const struct spread *s = &by->spread[function];
	size_t count = by->groups->count;
	double unit = by->measure == SPREAD_CALLS ? 1 : 1e-9;

	json_object(j);
	put_symbol(j, &by->view, function);
	json_name(j, "sum");
	put_value(j, by->measure, s->sum);
	json_name(j, "mean");
	json_number(j, unit * (double)s->sum / (double)count, 9);
	json_name(j, "min");
	put_value(j, by->measure, s->min);
	json_name(j, "max");
	put_value(j, by->measure, s->max);
	json_put_text(j, "min_in", by->groups->list[s->min_at].label);
	json_put_text(j, "max_in", by->groups->list[s->max_at].label);
	json_name(j, "imbalance%");
	json_number(j, spread_imbalance(s, count), 3);
	json_name(j, "chance");
	json_bool(j, s->chance);
	json_name(j, "values");
	json_array(j);
	for (size_t g = 0; g < count; g++)
		put_value(j, by->measure, by->values[function * count + g]);
	json_end_array(j);
	json_end_object(j);
}

static void put_by(struct json *j, const struct view *view,
		   const struct sort_order *order,
		   const struct report_settings *settings,
		   const struct groups *groups)
{
	struct by by;

	by_make(&by, view, groups, order, &settings->restrictions, true);
	json_put_text(j, "measure", by_column(by.measure));
	json_name(j, "groups");
	json_array(j);
	for (size_t g = 0; g < groups->count; g++) {
		json_object(j);
		put_group(j, &groups->list[g]);
		json_end_object(j);
	}
	json_end_array(j);
	json_name(j, "functions");
	json_array(j);
	for (size_t i = 0; i < by.rows.count; i++)
		put_spread(j, &by, by.rows.functions[i]);
	json_end_array(j);
	by_free(&by);
}

static void put_groups(struct json *j, const struct view *view,
		       const struct sort_order *order,
		       const struct report_settings *settings)
{
	struct groups groups;

	groups_make(&groups, view->model, settings->groups);
	json_put_text(j, settings->by ? "by" : "split",
		      groups_names[settings->groups]);
	json_put_seconds(j, "in_no_group", groups.rest.total.ns);
	if (settings->by)
		put_by(j, view, order, settings, &groups);
	else
		put_split(j, view, order, settings, &groups);
	groups_free(&groups);
}

void data_print_json(const struct view *view, const struct sort_order *order,
		     const struct report_settings *settings,
		     const char *session)
{
	static const char *const kinds[VIEW_KIND_COUNT] = {
		[VIEW_EXACT] = "exact",
		[VIEW_COUNTED] = "counted",
		[VIEW_SAMPLED] = "sampled",
		[VIEW_MIXED] = "mixed",
	};
	struct json j = { .out = view->out };
	char *title = sort_title(view, order);

	json_object(&j);
	json_put_text(&j, "format", "libprof report");
	json_put_u64(&j, "version", 1);
	json_put_text(&j, "session", session);
	json_put_text(&j, "kind", kinds[view->kind]);
	put_processes(&j, view->model);
	put_total(&j, view);
	json_put_text(&j, "order", title);
	if (settings->by || settings->split)
		put_groups(&j, view, order, settings);
	else
		put_table(&j, view, order, settings);
	json_end_object(&j);
	free(title);
}
