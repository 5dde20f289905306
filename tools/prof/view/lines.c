#include "tools/prof/view/lines.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/printable.h"
#include "tools/prof/view/facts.h"
#include "tools/prof/view/interval.h"
#include "tools/prof/view/view.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Columns before the source: those of line_profiler. */
#define USED_COLUMNS 50

/* What belongs to one table while it is printed. */
struct printing {
	const struct lines_view *view;
	const struct lines_function *f;
	struct lines_open open;
	bool unknown; /* the hits of some line are not */
	bool thin;    /* some line has too few samples */
};

static const char *time_mark(struct printing *p, const struct model_cost *cost)
{
	if (!p->view->model->sampled || !cost->samples ||
	    cost->samples >= INTERVAL_THIN)
		return "";
	p->thin = true;
	return "~";
}

static void print_number(FILE *out, int width, uint64_t value)
{
	fprintf(out, " %*" PRIu64, width, value);
}

static void print_hits(struct printing *p, const struct hit *hit,
		       const struct line_cost *line, uint64_t *divisor)
{
	FILE *out = p->view->out;

	*divisor = 0;
	if (hit && hit->unknown) {
		p->unknown = true;
		fprintf(out, " %9s", "?");
	} else if (hit) {
		*divisor = hit->count;
		print_number(out, 9, hit->count);
	} else if (!p->open.counts && line && line->calls) {
		*divisor = line->calls;
		print_number(out, 9, line->calls);
	} else {
		fprintf(out, " %9s", "");
	}
}

static void print_times(struct printing *p, const struct line_cost *line,
			uint64_t divisor)
{
	FILE *out = p->view->out;
	char text[32];

	if (!line || (!line->cost.ns && !line->cost.samples)) {
		fprintf(out, " %12s %8s %8s", "", "", "");
		return;
	}
	snprintf(text, sizeof(text), "%s%" PRIu64, time_mark(p, &line->cost),
		 line->cost.ns);
	fprintf(out, " %12s", text);
	if (divisor)
		fprintf(out, " %8.1f", (double)line->cost.ns / (double)divisor);
	else
		fprintf(out, " %8s", "");
	fprintf(out, " %8.1f",
		p->open.table.total.ns ? 100.0 * (double)line->cost.ns /
						 (double)p->open.table.total.ns
				       : 0);
}

static void print_source(const struct printing *p, uint32_t line)
{
	char *text = source_line(&p->open.source, line);
	size_t width = p->view->settings->width;

	if (text && text[0]) {
		if (width > USED_COLUMNS + 20)
			printable_cut(text, width - USED_COLUMNS);
		fprintf(p->view->out, "  %s", text);
	}
	fputc('\n', p->view->out);
	free(text);
}

static void print_line(struct printing *p, uint32_t line)
{
	const char *file = p->f->symbol->file;
	const struct line_cost *cost =
		line_table_find(&p->open.table, file, line);
	const struct hit *hit = hits_find(p->view->hits, file, line);
	uint64_t divisor;

	/* Without the source, only what there is something to say about. */
	if (!p->open.source.count && !cost && !hit)
		return;
	fprintf(p->view->out, "%6" PRIu32, line);
	print_hits(p, hit, cost, &divisor);
	print_times(p, cost, divisor);
	print_source(p, line);
}

/* What is in none of the function's lines: elsewhere, or nowhere. */
static void print_rest(struct printing *p)
{
	for (size_t i = 0; i < p->open.table.count; i++) {
		const struct line_cost *l = &p->open.table.list[i];
		const char *slash = l->file ? strrchr(l->file, '/') : NULL;
		char *name;

		if (!lines_elsewhere(&p->open, p->f, l))
			continue;
		fprintf(p->view->out, "%6s %9s", "", "");
		print_times(p, l, 0);
		name = printable(slash ? slash + 1 : l->file ? l->file : "");
		if (l->line)
			fprintf(p->view->out, "  (%s:%" PRIu32 ")\n", name,
				l->line);
		else
			fprintf(p->view->out, "  (no line known)\n");
		free(name);
	}
}

/* How far off the share of half of a function's time may be, in percent. */
static double half_interval(const struct model *m,
			    const struct model_cost *total)
{
	double samples;

	if (!total->samples || !total->ns)
		return 100;
	model_sampled_ns(m, &samples);
	samples *= (double)total->samples / (double)m->total.samples;
	return 100 * interval_95_ns(total->ns / 2, total->ns, samples) /
	       (double)total->ns;
}

static void print_total(const struct printing *p)
{
	const struct model *m = p->view->model;
	const struct model_cost *total = &p->open.table.total;
	FILE *out = p->view->out;

	fprintf(out, "Total time: %g %s", view_seconds(total->ns),
		m->clock < ARENA_CLOCK_CYCLES ? "s" : facts_unit(m->clock));
	if (m->total.ns)
		fprintf(out, ", %.1f %% of the profile",
			100.0 * (double)total->ns / (double)m->total.ns);
	if (m->sampled)
		fprintf(out, "; %" PRIu64 " samples (a line's %% Time +-%.1f)",
			total->samples, half_interval(m, total));
	fputc('\n', out);
}

static void print_head(const struct printing *p)
{
	const struct symbol_function *s = p->f->symbol;
	char *file = printable(s->file ? s->file : "unknown");
	char *name = printable(s->name);
	FILE *out = p->view->out;

	print_total(p);
	fprintf(out, "File: %s%s\nFunction: %s at line %" PRIu32 "\n\n", file,
		p->open.source.count || !s->file ? "" : " (not found)", name,
		s->line);
	fprintf(out, "Line # %9s %12s %8s %8s  Line Contents\n",
		p->open.counts ? "Hits" : "Calls", "Time",
		p->open.counts ? "Per Hit" : "Per Call", "% Time");
	fputs("============================================================"
	      "==\n",
	      out);
	free(file);
	free(name);
}

static void print_notes(const struct printing *p)
{
	FILE *out = p->view->out;

	if (p->unknown)
		fputs("   ? not known: it does not follow from the blocks that "
		      "were counted\n",
		      out);
	if (p->thin)
		fprintf(out, "   ~ fewer than %d samples\n", INTERVAL_THIN);
	if (p->view->traced)
		fputs("   Hooks see no lines: the function's own time stands "
		      "in its first.\n",
		      out);
	fputc('\n', out);
}

/* The last line to print: of the code, or with a cost. */
static uint32_t find_last(const struct lines_open *o,
			  const struct lines_function *f)
{
	uint32_t last = f->last_line;

	for (size_t i = 0; !f->last_line && i < o->table.count; i++) {
		const struct line_cost *l = &o->table.list[i];

		if (l->file == f->symbol->file && l->line > last)
			last = l->line;
	}
	return last < f->symbol->line ? f->symbol->line : last;
}

/* Whether some line of the function has a counter. */
static bool has_hits(const struct lines_open *o, const struct hits *hits,
		     const char *file)
{
	for (uint32_t line = o->first; line && line <= o->last; line++)
		if (hits_find(hits, file, line))
			return true;
	return false;
}

void lines_open(struct lines_open *o, const struct lines_view *view,
		const struct lines_function *f)
{
	if (!line_table_make(&o->table, view->model, f->members))
		memory_fail();
	source_open(&o->source, view->model, f->symbol->file,
		    view->settings->source_directory);
	o->first = f->symbol->line;
	o->last = o->first ? find_last(o, f) : 0;
	o->counts = has_hits(o, view->hits, f->symbol->file);
}

void lines_close(struct lines_open *o)
{
	source_free(&o->source);
	line_table_free(&o->table);
}

bool lines_elsewhere(const struct lines_open *o, const struct lines_function *f,
		     const struct line_cost *l)
{
	bool inside = l->file == f->symbol->file && l->line &&
		      l->line >= o->first && l->line <= o->last;

	return !inside && (l->cost.ns || l->cost.samples);
}

void lines_print(const struct lines_view *view, const struct lines_function *f)
{
	struct printing p = { .view = view, .f = f };

	lines_open(&p.open, view, f);
	print_head(&p);
	for (uint32_t line = p.open.first; line && line <= p.open.last; line++)
		print_line(&p, line);
	print_rest(&p);
	print_notes(&p);
	lines_close(&p.open);
}
