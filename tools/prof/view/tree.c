#include "tools/prof/view/tree.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/printable.h"
#include "tools/prof/view/branches.h"
#include "tools/prof/view/colour.h"
#include "tools/prof/view/shorten.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A name gets so many columns at least: then rather let the line wrap. */
#define NARROWEST 16
#define JOINED	  40  /* a name of several in a row has so many at most */
#define UNLIMITED 100 /* where there is no terminal, for names in a row */

static const char recursive[] = " (recursive)";

struct tree {
	const struct view *view;
	const struct tree_settings *settings;
	struct branches branches;
	uint64_t least_ns;
	bool left_out; /* something was too small to be shown */
	char prefix[4 * TREE_DEPTH];
};

/* How many of the branches are large enough. */
static size_t count_shown(struct tree *t, const struct branch *list,
			  size_t count)
{
	size_t shown = 0;

	while (shown < count && list[shown].cost.ns >= t->least_ns &&
	       (list[shown].cost.ns || !t->least_ns))
		shown++;
	t->left_out |= shown < count;
	return shown;
}

static double percent(const struct tree *t, uint64_t ns)
{
	uint64_t total = t->view->model->total.ns;

	return total ? 100.0 * (double)ns / (double)total : 0;
}

static void format_calls(const struct tree *t, const struct branch_line *l,
			 char cell[48])
{
	const struct model_cost *own =
		t->settings->bottom_up ? &l->branch->cost : &l->self;

	cell[0] = '\0';
	if (t->view->kind == VIEW_SAMPLED)
		snprintf(cell, 48, "%" PRIu64, own->samples);
	else if (t->settings->bottom_up && l->branch->calls)
		snprintf(cell, 48, "%" PRIu64, l->branch->calls);
	else if (l->calls != l->primitive_calls)
		snprintf(cell, 48, "%" PRIu64 "/%" PRIu64, l->calls,
			 l->primitive_calls);
	else if (l->calls)
		snprintf(cell, 48, "%" PRIu64, l->calls);
}

static char *function_name(const struct tree *t, uint32_t function)
{
	const struct symbol_function *s =
		t->view->model->functions[function].symbol;

	return s->file ? printable(s->name)
		       : memory_copy(t->view->names[function]);
}

/* "  file.c:12", or nothing where the name says it or it is not known. */
static char *function_place(const struct tree *t, uint32_t function)
{
	const struct symbol_function *s =
		t->view->model->functions[function].symbol;
	char *raw, *shown;

	if (!s->file)
		return memory_copy("");
	raw = memory_format("  %s:%" PRIu32, view_file(t->view, function),
			    s->line);
	shown = printable(raw);
	free(raw);
	return shown;
}

/* The name, in LEFT columns where that is not 0; to be freed. */
static char *fitted_name(const struct tree *t, const struct branch_line *l,
			 size_t left)
{
	size_t again = l->recursive ? sizeof(recursive) - 1 : 0;
	char *name = function_name(t, l->branch->function);

	if (left)
		shorten(name, left > again + 12 ? left - again : 12);
	return name;
}

/* Columns that print_function takes without a place. */
static size_t function_width(const struct tree *t, const struct branch_line *l,
			     size_t left)
{
	char *name = fitted_name(t, l, left);
	size_t width = printable_width(name);

	free(name);
	return width + (l->recursive ? sizeof(recursive) - 1 : 0);
}

/* Print the name; and where it is defined if there is room and PLACE. Returns
 * the columns taken. */
static size_t print_function(const struct tree *t, const struct branch_line *l,
			     size_t left, enum colour colour, bool place)
{
	char *name = fitted_name(t, l, left), *where;
	size_t taken = function_width(t, l, left), wide;

	colour_put(t->view, colour, name);
	if (l->recursive)
		fputs(recursive, t->view->out);
	where = function_place(t, l->branch->function);
	wide = printable_width(where);
	if (place && (!left || taken + wide <= left)) {
		colour_put(t->view, COLOUR_DIM, where);
		taken += wide;
	}
	free(name);
	free(where);
	return taken;
}

/* Columns left for what comes after USED ones; 0: as many as it takes. */
static size_t room(const struct tree *t, size_t used)
{
	size_t width = t->view->width;

	if (!width)
		return 0;
	return width > used + NARROWEST ? width - used : NARROWEST;
}

/* Print the numbers and the tree's lines; returns the columns taken. */
static size_t print_numbers(const struct tree *t, const struct branch_line *l,
			    const char *mark, enum colour *colour)
{
	const struct view *view = t->view;
	const struct branch *b = l->branch;
	double share = percent(t, b->cost.ns);
	char cells[128], calls[48];
	int used;

	*colour = colour_by_share(share);
	used = snprintf(cells, sizeof(cells), "%6.1f %8.3f", share,
			view_seconds(b->cost.ns));
	colour_put(view, *colour, cells);
	format_calls(t, l, calls);
	if (!t->settings->bottom_up)
		used += fprintf(view->out, " %8.3f", view_seconds(l->self.ns));
	used += fprintf(view->out, " %10s  ", calls);
	colour_put(view, COLOUR_DIM, t->prefix);
	colour_put(view, COLOUR_DIM, mark);
	return (size_t)used + printable_width(t->prefix) +
	       printable_width(mark);
}

/* Marks before a line: one of several below a function, the last of those, and
 * the only one, which needs no column of its own; then what stands below
 * each. */
struct marks {
	const char *one, *last, *only;
	const char *below_one, *below_last;
	const char *caller; /* between a function and its only caller */
};

static const struct marks *marks_of(const struct view *view)
{
	static const struct marks plain = {
		"+ ", "` ", "> ", "| ", "  ", " < "
	};
	static const struct marks drawn = {
		"├ ", "└ ", "╰ ", "│ ", "  ", " ← "
	};

	return view->utf8 ? &drawn : &plain;
}

static void print_branches(struct tree *t, struct branch_entries *entries,
			   size_t depth);

/* Bottom-up, what comes by one way only needs no lines of its own: replace
 * NEXT, the callers, by the callers of the only one as long as there is but
 * one, with all of the cost of B, and its name fits. Returns the levels. */
static size_t join_callers(struct tree *t, const struct branch *b,
			   struct branch_entries *next, size_t used)
{
	size_t end = t->view->width ? t->view->width : UNLIMITED;
	size_t longest = t->view->width ? JOINED : 0, levels = 0, count;
	const char *arrow = marks_of(t->view)->caller;
	bool fits = true;

	for (; fits; levels += fits) {
		struct branch *list = branches_make(&t->branches, next, &count);
		struct branch_entries more = { 0 };
		struct branch_line line;

		fits = count == 1 && list[0].cost.ns == b->cost.ns;
		if (fits) {
			branches_expand(&t->branches, next, &list[0], &more,
					&line);
			used += printable_width(arrow) +
				function_width(t, &line, longest);
			fits = used <= end;
		}
		if (fits) {
			colour_put(t->view, COLOUR_DIM, arrow);
			print_function(t, &line, longest, COLOUR_NONE, false);
			free(next->list);
			*next = more;
		} else {
			free(more.list);
		}
		free(list);
	}
	return levels;
}

static void print_branch(struct tree *t, const struct branch_entries *entries,
			 const struct branch *b, const char *mark,
			 const char *below, size_t depth)
{
	size_t length = strlen(t->prefix), used;
	struct branch_entries next = { 0 };
	struct branch_line line;
	enum colour colour;

	branches_expand(&t->branches, entries, b, &next, &line);
	used = print_numbers(t, &line, mark, &colour);
	used += print_function(t, &line, room(t, used), colour,
			       !t->settings->bottom_up || depth == 0);
	if (t->settings->bottom_up && depth > 0)
		depth += join_callers(t, b, &next, used);
	fputc('\n', t->view->out);
	if (depth + 1 < t->settings->depth &&
	    length + strlen(below) < sizeof(t->prefix)) {
		strcpy(t->prefix + length, below);
		print_branches(t, &next, depth + 1);
		t->prefix[length] = '\0';
	} else {
		t->left_out |= next.count > 0;
	}
	free(next.list);
}

static void print_branches(struct tree *t, struct branch_entries *entries,
			   size_t depth)
{
	const struct marks *m = marks_of(t->view);
	size_t count, shown;
	struct branch *list = branches_make(&t->branches, entries, &count);

	shown = count_shown(t, list, count);
	for (size_t i = 0; i < shown; i++) {
		bool last = i + 1 == shown;

		if (depth == 0)
			print_branch(t, entries, &list[i], "", "", depth);
		else if (shown == 1)
			print_branch(t, entries, &list[i], m->only, "", depth);
		else
			print_branch(
				t, entries, &list[i], last ? m->last : m->one,
				last ? m->below_last : m->below_one, depth);
	}
	free(list);
}

static void print_titles(const struct tree *t)
{
	const char *calls =
		t->view->kind == VIEW_SAMPLED ? "samples" : "ncalls";

	if (t->settings->bottom_up)
		fprintf(t->view->out,
			"%6s %8s %10s  function, and below it who called it\n",
			"self%", "tottime", calls);
	else
		fprintf(t->view->out,
			"%6s %8s %8s %10s  function, and below it what it "
			"called\n",
			"cum%", "cumtime", "tottime", calls);
}

static void print_whole(struct tree *t)
{
	struct branch_entries start = { 0 };
	struct model_cost outside = { 0, 0 };

	fputs("   Ordered by: cumulative time\n\n", t->view->out);
	print_titles(t);
	branches_at_roots(&t->branches, &start, &outside);
	print_branches(t, &start, 0);
	if (outside.ns && percent(t, outside.ns) >= 0.05)
		fprintf(t->view->out, "%6.1f %8.3f %21s(in no function)\n",
			percent(t, outside.ns), view_seconds(outside.ns), "");
	free(start.list);
}

static uint64_t cost_of(const struct tree *t, uint32_t function)
{
	const struct model_function *f = &t->view->model->functions[function];

	return t->settings->bottom_up ? f->self.ns : f->cumulative.ns;
}

static void print_chosen(struct tree *t, const struct sort_order *order,
			 const struct restrictions *restrictions,
			 const struct restrictions *more)
{
	struct rows rows;

	rows_select(&rows, t->view, order, restrictions, more);
	fprintf(t->view->out, "%s\n", rows.notes);
	if (rows.count)
		print_titles(t);
	for (size_t i = 0; i < rows.count; i++) {
		struct branch_entries start = { 0 };

		if (cost_of(t, rows.functions[i]) < t->least_ns) {
			t->left_out = true;
			continue;
		}
		branches_at(&t->branches, rows.functions[i], &start);
		print_branches(t, &start, 0);
		free(start.list);
	}
	rows_free(&rows);
}

void tree_print(const struct view *view, const struct tree_settings *settings,
		const struct sort_order *order,
		const struct restrictions *restrictions,
		const struct restrictions *more)
{
	struct tree *t = memory_array(1, sizeof(*t));

	t->view = view;
	t->settings = settings;
	t->least_ns =
		(uint64_t)(settings->least * (double)view->model->total.ns);
	branches_begin(&t->branches, view, settings->bottom_up);
	if (settings->bottom_up || restrictions->count || more->count)
		print_chosen(t, order, restrictions, more);
	else
		print_whole(t);
	if (t->left_out)
		fprintf(view->out,
			"\n   left out: what is below %g %% of the total, and "
			"what it leads to\n",
			settings->least * 100);
	fputs("\n\n", view->out);
	branches_end(&t->branches);
	free(t);
}
