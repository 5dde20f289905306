#include "tools/prof/view/slowest.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/view/facts.h"

#include <stdlib.h>
#include <string.h>

static int compare_calls(const void *a, const void *b)
{
	const struct model_call *x = *(const struct model_call *const *)a;
	const struct model_call *y = *(const struct model_call *const *)b;

	if (x->ns != y->ns)
		return x->ns > y->ns ? -1 : 1;
	if (x->begin_ns != y->begin_ns)
		return x->begin_ns < y->begin_ns ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

void slowest_select(struct slowest *slowest, const struct view *view,
		    const struct rows *rows, size_t limit)
{
	const struct model *m = view->model;
	bool *wanted = memory_array(m->function_count, sizeof(*wanted));

	memset(slowest, 0, sizeof(*slowest));
	slowest->list = memory_array(m->slow_count, sizeof(*slowest->list));
	for (size_t i = 0; i < rows->count; i++)
		wanted[rows->functions[i]] = true;
	for (size_t i = 0; i < m->slow_count; i++)
		if (wanted[m->nodes[m->slow[i].node].function])
			slowest->list[slowest->all++] = &m->slow[i];
	qsort(slowest->list, slowest->all, sizeof(*slowest->list),
	      compare_calls);
	slowest->count = slowest->all < limit ? slowest->all : limit;
	free(wanted);
}

void slowest_free(struct slowest *slowest)
{
	free(slowest->list);
	memset(slowest, 0, sizeof(*slowest));
}

static void print_call(const struct view *view, const struct model_call *call)
{
	const struct model_node *nodes = view->model->nodes;
	const struct model_node *n = &nodes[call->node];
	char took[32];
	int used;

	facts_duration(took, sizeof(took), (double)call->ns);
	used = fprintf(view->out, " %9s %10.6f  ", took,
		       view_seconds(call->begin_ns));
	if (call->open)
		used += fprintf(view->out, "(not ended) ");
	view_print_name(view, view->names[n->function],
			used > 0 ? (size_t)used : 0);
	while (n->parent != MODEL_NONE) {
		n = &nodes[n->parent];
		used = fprintf(view->out, "%26s", "<- ");
		view_print_name(view, view->names[n->function],
				used > 0 ? (size_t)used : 0);
	}
}

void slowest_print(const struct view *view, const struct slowest *slowest)
{
	fprintf(view->out,
		"   Slowest calls: %zu of %zu kept (%d of each function and "
		"thread)\n\n",
		slowest->count, slowest->all, ARENA_SLOW_CALLS);
	if (!slowest->count)
		return;
	fprintf(view->out, " %9s %10s  filename:lineno(function) and callers\n",
		"took", "began at");
	for (size_t i = 0; i < slowest->count; i++)
		print_call(view, slowest->list[i]);
	fputc('\n', view->out);
}
