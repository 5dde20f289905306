#include "tools/prof/cli/memory.h"
#include "tools/prof/view/diff.h"

#include <stdlib.h>

static double seconds(double ns)
{
	return ns * 1e-9;
}

/* TEXT without what would end a cell or a code span. */
static void put_cell(FILE *out, const char *text)
{
	fputc('`', out);
	for (; *text; text++) {
		if (*text == '|')
			fputs("\\|", out);
		else
			fputc(*text == '`' ? '\'' : *text, out);
	}
	fputc('`', out);
}

static void print_markdown_row(const struct diff_view *view,
			       const struct diff_row *row)
{
	char percent[32], *name = diff_row_name(row);
	FILE *out = view->out;

	diff_percent(percent, sizeof(percent), row);
	fputs("| ", out);
	put_cell(out, name);
	fprintf(out, " | %.4f s | %.4f s | %+.4f s | %s",
		seconds(row->ns[DIFF_BASE]), seconds(row->ns[DIFF_HEAD]),
		seconds(row->ns[DIFF_HEAD] - row->ns[DIFF_BASE]), percent);
	if (percent[0])
		fprintf(out, " ±%.1f", 100 * row->margin);
	fputs(" | ", out);
	if (row->calls_differ)
		fprintf(out, "%.15g → %.15g", row->calls[DIFF_BASE],
			row->calls[DIFF_HEAD]);
	fputs(" |\n", out);
	free(name);
}

void diff_print_markdown(const struct diff_view *view)
{
	static const char *const icons[DIFF_CLASS_COUNT] = {
		[DIFF_REGRESSION] = "❌", [DIFF_IMPROVEMENT] = "✅",
		[DIFF_NEW] = "🆕",	 [DIFF_DROPPED] = "🗑️",
		[DIFF_UNTOUCHED] = "➖",
	};
	const struct diff *d = view->diff;
	FILE *out = view->out;

	fprintf(out, "### Profile: %+.1f %%", 100 * d->total.change);
	if (d->total.margin > 0)
		fprintf(out, " ±%.1f own time (%s)\n\n", 100 * d->total.margin,
			diff_class_name(d->total.kind));
	else
		fputs(" own time (one run a side: not judged)\n\n", out);
	for (int kind = 0; kind < DIFF_CLASS_COUNT; kind++)
		fprintf(out, "%s%s %zu %s", kind ? ", " : "", icons[kind],
			diff_count(d, (enum diff_class)kind),
			diff_class_title((enum diff_class)kind));
	fprintf(out, " (%zu runs against %zu)\n\n", d->runs[DIFF_HEAD],
		d->runs[DIFF_BASE]);
	if (!view->all && diff_count(d, DIFF_UNTOUCHED) == d->count)
		return;
	fputs("| function | base | head | change | | calls |\n"
	      "|---|---:|---:|---:|---:|---:|\n",
	      out);
	for (size_t i = 0; i < d->count; i++)
		if (d->rows[i].kind != DIFF_UNTOUCHED || view->all ||
		    d->rows[i].calls_differ)
			print_markdown_row(view, &d->rows[i]);
}
