#include "tools/prof/view/lines.h"

#include <stdlib.h>

static void put_count(struct json *j, const char *name, bool known,
		      uint64_t count)
{
	json_name(j, name);
	if (known)
		json_u64(j, count);
	else
		json_null(j);
}

/* LINE, 0 for unknown, of FILE. COST and HIT may be NULL. */
static void put_line(const struct lines_view *view, struct json *j,
		     const char *file, uint32_t line,
		     const struct line_cost *cost, const struct hit *hit)
{
	static const struct line_cost none;

	if (!cost)
		cost = &none;
	json_object(j);
	json_put_text(j, "file", file);
	put_count(j, "line", line, line);
	put_count(j, "hits", hit && !hit->unknown, hit ? hit->count : 0);
	put_count(j, "calls", view->model->exact_calls, cost->calls);
	put_count(j, "samples", view->model->sampled, cost->cost.samples);
	json_put_seconds(j, "seconds", cost->cost.ns);
}

static void put_own_lines(const struct lines_view *view,
			  const struct lines_function *f,
			  const struct lines_open *o, struct json *j)
{
	const char *file = f->symbol->file;

	for (uint32_t line = o->first; line && line <= o->last; line++) {
		const struct line_cost *cost =
			line_table_find(&o->table, file, line);
		const struct hit *hit = hits_find(view->hits, file, line);
		char *text = source_line(&o->source, line);

		if (text || cost || hit) {
			put_line(view, j, file, line, cost, hit);
			json_put_text(j, "text", text);
			json_end_object(j);
		}
		free(text);
	}
}

void lines_write_json(const struct lines_view *view,
		      const struct lines_function *f, struct json *j)
{
	struct lines_open o;

	lines_open(&o, view, f);
	json_object(j);
	json_put_text(j, "name", f->symbol->name);
	json_put_text(j, "file", f->symbol->file);
	put_count(j, "line", f->symbol->line, f->symbol->line);
	json_put_text(j, "module", f->symbol->module);
	json_name(j, "source_found");
	json_bool(j, o.source.count > 0);
	json_name(j, "counts_hits");
	json_bool(j, o.counts);
	put_count(j, "samples", view->model->sampled, o.table.total.samples);
	json_put_seconds(j, "seconds", o.table.total.ns);
	json_name(j, "lines");
	json_array(j);
	put_own_lines(view, f, &o, j);
	for (size_t i = 0; i < o.table.count; i++) {
		const struct line_cost *l = &o.table.list[i];

		if (!lines_elsewhere(&o, f, l))
			continue;
		put_line(view, j, l->file, l->line, l, NULL);
		json_put_text(j, "text", NULL);
		json_end_object(j);
	}
	json_end_array(j);
	json_end_object(j);
	lines_close(&o);
}
