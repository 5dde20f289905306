#include "tools/prof/view/diff.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/printable.h"
#include "tools/prof/view/facts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const class_names[DIFF_CLASS_COUNT] = {
	[DIFF_REGRESSION] = "regression",
	[DIFF_IMPROVEMENT] = "improvement",
	[DIFF_NEW] = "new",
	[DIFF_DROPPED] = "dropped",
	[DIFF_UNTOUCHED] = "untouched",
};

static const char *const titles[DIFF_CLASS_COUNT] = {
	[DIFF_REGRESSION] = "Regressions",
	[DIFF_IMPROVEMENT] = "Improvements",
	[DIFF_NEW] = "New",
	[DIFF_DROPPED] = "Dropped",
	[DIFF_UNTOUCHED] = "Untouched",
};

const char *diff_class_title(enum diff_class kind)
{
	return titles[kind];
}

const char *diff_class_name(enum diff_class kind)
{
	return class_names[kind];
}

char *diff_row_name(const struct diff_row *row)
{
	const struct symbol_function *s = row->symbol;
	const char *path = s->file ? s->file : s->module;
	const char *slash = strrchr(path, '/');
	const char *base = slash && slash[1] ? slash + 1 : path;
	char *raw, *shown;

	if (s->file)
		raw = memory_format("%s:%" PRIu32 "(%s)", base, s->line,
				    s->name);
	else if (!strncmp(s->name, base, strlen(base)))
		raw = memory_format("{%s}", s->name);
	else
		raw = memory_format("{%s:%s}", base, s->name);
	shown = printable(raw);
	free(raw);
	return shown;
}

static double seconds(double ns)
{
	return ns * 1e-9;
}

static bool compares(const struct diff_row *row)
{
	return row->ns[DIFF_BASE] > 0 && row->ns[DIFF_HEAD] > 0;
}

void diff_percent(char *text, size_t size, const struct diff_row *row)
{
	text[0] = '\0';
	if (compares(row) && row->margin > 0)
		snprintf(text, size, "%+.1f %%", 100 * row->change);
}

bool diff_fails(const struct diff_view *view)
{
	const struct diff *d = view->diff;

	if (view->fail_over < 0)
		return false;
	if (d->total.kind == DIFF_REGRESSION &&
	    d->total.change > view->fail_over)
		return true;
	for (size_t i = 0; i < d->count; i++)
		if (d->rows[i].kind == DIFF_REGRESSION &&
		    d->rows[i].change > view->fail_over)
			return true;
	return false;
}

size_t diff_count(const struct diff *d, enum diff_class kind)
{
	size_t count = 0;

	for (size_t i = 0; i < d->count; i++)
		count += d->rows[i].kind == kind &&
			 (kind != DIFF_UNTOUCHED || d->rows[i].ns[0] > 0 ||
			  d->rows[i].ns[1] > 0);
	return count;
}

static void print_calls(const struct diff_view *view,
			const struct diff_row *row)
{
	if (row->calls_differ)
		fprintf(view->out, "  (calls %.15g -> %.15g)",
			row->calls[DIFF_BASE], row->calls[DIFF_HEAD]);
}

static void print_row(const struct diff_view *view, const struct diff_row *row)
{
	char percent[32], margin[32] = "", *name = diff_row_name(row);

	diff_percent(percent, sizeof(percent), row);
	if (percent[0])
		snprintf(margin, sizeof(margin), "+-%.1f", 100 * row->margin);
	fprintf(view->out, "%9.4f %9.4f %+9.4f %9s %7s %7.1g  %s",
		seconds(row->ns[DIFF_BASE]), seconds(row->ns[DIFF_HEAD]),
		seconds(row->ns[DIFF_HEAD] - row->ns[DIFF_BASE]), percent,
		margin, row->p, name);
	print_calls(view, row);
	fputc('\n', view->out);
	free(name);
}

static void print_class(const struct diff_view *view, enum diff_class kind)
{
	const struct diff *d = view->diff;
	size_t count = diff_count(d, kind);

	fprintf(view->out, "%s: %zu%s\n", titles[kind], count,
		kind == DIFF_UNTOUCHED && count && !view->all
			? " (--all lists them)"
			: "");
	if (!count || (kind == DIFF_UNTOUCHED && !view->all))
		return;
	fputs("     base      head    change   change    +-95%       p  "
	      "function\n",
	      view->out);
	for (size_t i = 0; i < d->count; i++)
		if (d->rows[i].kind == kind &&
		    (d->rows[i].ns[0] > 0 || d->rows[i].ns[1] > 0 ||
		     d->rows[i].calls_differ))
			print_row(view, &d->rows[i]);
	fputc('\n', view->out);
}

/* What changed its calls, though not its time. */
static void print_changed_calls(const struct diff_view *view)
{
	const struct diff *d = view->diff;
	bool any = false;

	for (size_t i = 0; i < d->count; i++) {
		const struct diff_row *row = &d->rows[i];
		char *name;

		if (row->kind != DIFF_UNTOUCHED || !row->calls_differ)
			continue;
		if (!any)
			fputs("Calls changed, time not:\n", view->out);
		any = true;
		name = diff_row_name(row);
		fprintf(view->out, "%15.15g -> %-15.15g  %s\n",
			row->calls[DIFF_BASE], row->calls[DIFF_HEAD], name);
		free(name);
	}
	if (any)
		fputc('\n', view->out);
}

static void print_noise(const struct diff_view *view)
{
	const struct diff *d = view->diff;

	if (d->pairs) {
		fprintf(view->out,
			"run in turns: %zu pairs; noise of one run: %.1f %%\n",
			d->pairs, 100 * d->noise);
		return;
	}
	if (d->runs[DIFF_BASE] > 1 && d->runs[DIFF_HEAD] > 1)
		fputs("not five or more a side in turns: what the machine did "
		      "meanwhile may count as change\n",
		      view->out);
	fprintf(view->out, "noise of one run: %.1f %% (%s)\n", 100 * d->noise,
		d->runs[DIFF_BASE] + d->runs[DIFF_HEAD] > 2
			? "between runs"
			: "assumed; several runs a side would tell");
	if (d->machine_removed)
		fprintf(view->out,
			"all functions alike: %+.1f %%; taken out of their "
			"changes, as the machine's\n",
			100 * d->machine);
	else if (d->machine != 0)
		fprintf(view->out,
			"all functions alike: %+.1f %%; more than the runs of "
			"one side differ by\n",
			100 * d->machine);
}

static void print_sides(const struct diff_view *view)
{
	const struct diff *d = view->diff;

	for (int side = 0; side < DIFF_SIDES; side++) {
		char *name = printable(view->names[side]);

		fprintf(view->out, "%s: %s, %zu run%s", side ? "head" : "base",
			name, d->runs[side], d->runs[side] == 1 ? "" : "s");
		if (d->used[side] < d->runs[side])
			fprintf(view->out, " (the %zu that went best)",
				d->used[side]);
		if (d->sampled)
			fprintf(view->out, ", %.0f samples",
				d->total.samples[side]);
		fputc('\n', view->out);
		free(name);
	}
}

void diff_print(const struct diff_view *view)
{
	const struct diff_row *total = &view->diff->total;

	print_sides(view);
	fprintf(view->out,
		"own time in %s, a run: %.4f -> %.4f, %+.4f, %+.1f %%",
		facts_unit(view->diff->clock), seconds(total->ns[DIFF_BASE]),
		seconds(total->ns[DIFF_HEAD]),
		seconds(total->ns[DIFF_HEAD] - total->ns[DIFF_BASE]),
		100 * total->change);
	if (total->margin > 0)
		fprintf(view->out, " +-%.1f (%s)\n", 100 * total->margin,
			diff_class_name(total->kind));
	else
		fputs(" (one run a side: not judged)\n", view->out);
	if (view->diff->exact_calls)
		fprintf(view->out, "calls a run: %.15g -> %.15g\n",
			total->calls[DIFF_BASE], total->calls[DIFF_HEAD]);
	print_noise(view);
	fputc('\n', view->out);
	for (int kind = 0; kind < DIFF_CLASS_COUNT; kind++)
		print_class(view, (enum diff_class)kind);
	print_changed_calls(view);
	if (view->fail_over >= 0)
		fprintf(view->out, "%s: regressions over %.3g %%\n",
			diff_fails(view) ? "FAIL" : "ok: no",
			100 * view->fail_over);
}
