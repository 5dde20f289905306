#include "tools/prof/view/calls.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/printable.h"
#include "tools/prof/view/shorten.h"

#include <inttypes.h>
#include <stdlib.h>

/* A caller (or callee) of one function, all call sites added up. */
struct link {
	uint32_t function; /* whose line it is */
	uint32_t other;
	uint64_t calls, primitive_calls;
	struct model_cost self, cumulative;
};

struct links {
	struct link *list; /* sorted by function, then as pstats sorts */
	size_t count;
};

static int compare_links(const void *a, const void *b, void *context)
{
	const struct link *x = a, *y = b;

	if (x->function != y->function)
		return x->function < y->function ? -1 : 1;
	return sort_compare_nodes(context, x->other, y->other);
}

static void add_link(struct link *to, const struct link *from)
{
	to->calls += from->calls;
	to->primitive_calls += from->primitive_calls;
	to->self.ns += from->self.ns;
	to->self.samples += from->self.samples;
	to->cumulative.ns += from->cumulative.ns;
	to->cumulative.samples += from->cumulative.samples;
}

static void gather(struct links *links, const struct view *view,
		   enum calls_direction direction)
{
	const struct model *m = view->model;
	size_t kept = 0;

	links->list = memory_array(m->edge_count, sizeof(*links->list));
	links->count = 0;
	for (size_t i = 0; i < m->edge_count; i++) {
		const struct model_edge *e = &m->edges[i];
		bool up = direction == CALLS_CALLERS;

		if (!view_shows(view, e->caller) ||
		    !view_shows(view, e->callee))
			continue;
		links->list[links->count++] = (struct link){
			.function = up ? e->callee : e->caller,
			.other = up ? e->caller : e->callee,
			.calls = e->calls,
			.primitive_calls = e->primitive_calls,
			.self = e->self,
			.cumulative = e->cumulative,
		};
	}
	if (links->count == 0)
		return;
	qsort_r(links->list, links->count, sizeof(*links->list), compare_links,
		(void *)view);
	for (size_t i = 1; i < links->count; i++) {
		struct link *last = &links->list[kept];
		const struct link *l = &links->list[i];

		if (last->function == l->function && last->other == l->other)
			add_link(last, l);
		else
			links->list[++kept] = *l;
	}
	links->count = kept + 1;
}

static void print_link(const struct view *view, const struct link *l,
		       size_t used, size_t first)
{
	char calls[48];

	if (view->kind == VIEW_SAMPLED)
		snprintf(calls, sizeof(calls), "%" PRIu64, l->self.samples);
	else if (l->calls != l->primitive_calls)
		snprintf(calls, sizeof(calls), "%" PRIu64 "/%" PRIu64, l->calls,
			 l->primitive_calls);
	else
		snprintf(calls, sizeof(calls), "%" PRIu64, l->calls);
	/* pstats makes the column two wider for all but the first line, whose
	 * arrow takes that room. */
	used += (size_t)fprintf(view->out, "%*s %8.3f %8.3f  ", first ? 7 : 9,
				calls, view_seconds(l->self.ns),
				view_seconds(l->cumulative.ns));
	view_print_name(view, view->names[l->other], used);
}

static void print_function(const struct view *view, const struct links *links,
			   uint32_t function, size_t width, const char *arrow)
{
	char *name = memory_copy(view->names[function]);
	size_t low = 0, high = links->count, pad;
	bool first = true;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (links->list[middle].function < function)
			low = middle + 1;
		else
			high = middle;
	}
	shorten(name, width - 2);
	pad = width - printable_width(name);
	fprintf(view->out, "%s%*s%s ", name, (int)pad, "", arrow);
	free(name);
	for (; low < links->count && links->list[low].function == function;
	     low++) {
		if (!first)
			fprintf(view->out, "%*s", (int)width + 1, "");
		print_link(view, &links->list[low], width + (first ? 3 : 1),
			   first);
		first = false;
	}
	if (first)
		fputc('\n', view->out);
}

/* Width of the first column: the longest name and two, but on a terminal no
 * more than a good third. */
static size_t name_width(const struct view *view, const struct rows *rows)
{
	size_t width = sizeof("Function ") - 1;

	for (size_t i = 0; i < rows->count; i++) {
		size_t w = printable_width(view->names[rows->functions[i]]) + 2;

		if (w > width)
			width = w;
	}
	if (view->width && width > view->width * 3 / 8)
		width = view->width * 3 / 8;
	return width < 12 ? 12 : width;
}

void calls_print(const struct view *view, const struct rows *rows,
		 enum calls_direction direction)
{
	bool up = direction == CALLS_CALLERS;
	size_t width = name_width(view, rows);
	struct links links;

	fprintf(view->out, "%s\n", rows->notes);
	if (rows->count == 0)
		return;
	gather(&links, view, direction);
	fprintf(view->out, "%-*s%s\n", (int)width, "Function ",
		up ? "was called by..." : "called...");
	fprintf(view->out, "%*s%10s  tottime  cumtime\n", (int)width, "",
		view->kind == VIEW_SAMPLED ? "samples" : "ncalls");
	for (size_t i = 0; i < rows->count; i++)
		print_function(view, &links, rows->functions[i], width,
			       up ? "<-" : "->");
	fputs("\n\n", view->out);
	free(links.list);
}
