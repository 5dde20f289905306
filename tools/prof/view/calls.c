#include "tools/prof/view/calls.h"
#include "lib/base/bisect.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/printable.h"
#include "tools/prof/view/shorten.h"

#include <inttypes.h>
#include <stdlib.h>

static int compare_links(const void *a, const void *b, void *context)
{
	const struct calls_link *x = a, *y = b;

	if (x->function != y->function)
		return x->function < y->function ? -1 : 1;
	return sort_compare_nodes(context, x->other, y->other);
}

static void add_link(struct calls_link *to, const struct calls_link *from)
{
	to->calls += from->calls;
	to->primitive_calls += from->primitive_calls;
	to->self.ns += from->self.ns;
	to->self.samples += from->self.samples;
	to->cumulative.ns += from->cumulative.ns;
	to->cumulative.samples += from->cumulative.samples;
}

void calls_gather(struct calls_links *links, const struct view *view,
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
		links->list[links->count++] = (struct calls_link){
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
		struct calls_link *last = &links->list[kept];
		const struct calls_link *l = &links->list[i];

		if (last->function == l->function && last->other == l->other)
			add_link(last, l);
		else
			links->list[++kept] = *l;
	}
	links->count = kept + 1;
}

static void print_link(const struct view *view, const struct calls_link *l,
		       size_t used, size_t first)
{
	char calls[48];

	if (view->kind == VIEW_MIXED && !l->calls)
		calls[0] = '\0';
	else if (view->kind == VIEW_SAMPLED)
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

const struct calls_link *calls_of(const struct calls_links *links,
				  uint32_t function, size_t *count)
{
	size_t first =
		bisect_below(links->list, links->count, function, function);

	for (*count = 0; first + *count < links->count; ++*count)
		if (links->list[first + *count].function != function)
			break;
	return &links->list[first];
}

static void print_function(const struct view *view,
			   const struct calls_links *links, uint32_t function,
			   size_t width, const char *arrow)
{
	char *name = memory_copy(view->names[function]);
	size_t count, pad;
	const struct calls_link *list = calls_of(links, function, &count);

	shorten(name, width - 2);
	pad = width - printable_width(name);
	fprintf(view->out, "%s%*s%s ", name, (int)pad, "", arrow);
	free(name);
	for (size_t i = 0; i < count; i++) {
		if (i)
			fprintf(view->out, "%*s", (int)width + 1, "");
		print_link(view, &list[i], width + (i ? 1 : 3), i == 0);
	}
	if (count == 0)
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
	struct calls_links links;

	fprintf(view->out, "%s\n", rows->notes);
	if (rows->count == 0)
		return;
	calls_gather(&links, view, direction);
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
