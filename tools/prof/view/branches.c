#include "tools/prof/view/branches.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/view/sort.h"

#include <stdlib.h>
#include <string.h>

static struct branch_entry *add_entry(struct branch_entries *to)
{
	if (to->count == to->capacity) {
		size_t capacity = to->capacity ? 2 * to->capacity : 16;
		struct branch_entry *list =
			memory_array(capacity, sizeof(*list));

		if (to->count)
			memcpy(list, to->list, to->count * sizeof(*list));
		free(to->list);
		to->list = list;
		to->capacity = capacity;
	}
	return &to->list[to->count++];
}

static void add_cost(struct model_cost *to, const struct model_cost *cost)
{
	to->ns += cost->ns;
	to->samples += cost->samples;
}

/* Top-down: the callees of NODE. Those of its own function are NODE again, with
 * theirs: recursion, which goes as deep as it likes, takes no stack here. */
static void add_callees(const struct branches *b, uint32_t node,
			struct branch_entries *to, struct branch_line *line)
{
	const struct model_node *nodes = b->view->model->nodes;
	uint32_t function = nodes[node].function, id = node;

	for (;;) {
		bool again = id == node || nodes[id].function == function;

		if (again) {
			add_cost(&line->self, &nodes[id].self);
			line->calls += nodes[id].calls;
			line->recursive |= id != node;
		} else {
			*add_entry(to) = (struct branch_entry){
				nodes[id].function, id, nodes[id].cumulative, 0
			};
		}
		if (again && b->child[id] != MODEL_NONE) {
			id = b->child[id];
			continue;
		}
		while (id != node && b->sibling[id] == MODEL_NONE)
			id = nodes[id].parent;
		if (id == node)
			return;
		id = b->sibling[id];
	}
}

/* Bottom-up: the caller of the entry E, past its own recursion; none for main,
 * which the same few functions of libc call in every program. */
static void add_caller(const struct branches *b, const struct branch_entry *e,
		       struct branch_entries *to, struct branch_line *line)
{
	const struct model *m = b->view->model;
	uint32_t up = m->nodes[e->node].parent;

	if (!strcmp(m->functions[e->function].symbol->name, "main"))
		return;
	while (up != MODEL_NONE &&
	       m->nodes[up].function == m->nodes[e->node].function) {
		up = m->nodes[up].parent;
		line->recursive = true;
	}
	if (up == MODEL_NONE ||
	    (b->view->is_root[m->nodes[up].function] && !b->view->threads))
		return;
	*add_entry(to) = (struct branch_entry){ m->nodes[up].function, up,
						e->cost, e->calls };
}

static int by_function(const void *a, const void *b)
{
	const struct branch_entry *x = a, *y = b;

	if (x->function != y->function)
		return x->function < y->function ? -1 : 1;
	return (x->node > y->node) - (x->node < y->node);
}

static int by_cost(const void *a, const void *b, void *context)
{
	const struct branch *x = a, *y = b;
	const struct branches *of = context;

	if (x->cost.ns != y->cost.ns)
		return x->cost.ns < y->cost.ns ? 1 : -1;
	return sort_compare_nodes(of->view, x->function, y->function);
}

struct branch *branches_make(const struct branches *b,
			     struct branch_entries *entries, size_t *count)
{
	struct branch *list = memory_array(entries->count, sizeof(*list));

	*count = 0;
	if (entries->count == 0)
		return list;
	qsort(entries->list, entries->count, sizeof(*entries->list),
	      by_function);
	for (size_t i = 0; i < entries->count; i++) {
		const struct branch_entry *e = &entries->list[i];

		if (*count == 0 || list[*count - 1].function != e->function)
			list[(*count)++] =
				(struct branch){ .function = e->function,
						 .first = i };
		list[*count - 1].count++;
		list[*count - 1].calls += e->calls;
		add_cost(&list[*count - 1].cost, &e->cost);
	}
	qsort_r(list, *count, sizeof(*list), by_cost, (void *)b);
	return list;
}

void branches_at_roots(const struct branches *b, struct branch_entries *to,
		       struct model_cost *outside)
{
	const struct model *m = b->view->model;

	for (size_t i = 0; i < m->thread_count; i++) {
		uint32_t root = m->threads[i].root;
		struct branch_line line = { 0 };

		if (b->view->threads) {
			*add_entry(to) = (struct branch_entry){
				m->nodes[root].function, root,
				m->nodes[root].cumulative, 0
			};
			continue;
		}
		add_callees(b, root, to, &line);
		add_cost(outside, &line.self);
	}
}

static bool is_outermost(const struct model *m, uint32_t node)
{
	uint32_t function = m->nodes[node].function;

	for (uint32_t up = m->nodes[node].parent; up != MODEL_NONE;
	     up = m->nodes[up].parent)
		if (m->nodes[up].function == function)
			return false;
	return true;
}

void branches_at(const struct branches *b, uint32_t function,
		 struct branch_entries *to)
{
	const struct model *m = b->view->model;

	for (uint32_t i = b->first[function]; i != MODEL_NONE; i = b->next[i]) {
		const struct model_node *n = &m->nodes[i];

		if (b->bottom_up)
			*add_entry(to) =
				(struct branch_entry){ function, i, n->self,
						       n->calls };
		else if (is_outermost(m, i))
			*add_entry(to) =
				(struct branch_entry){ function, i,
						       n->cumulative, 0 };
	}
}

static uint32_t *no_nodes(size_t count)
{
	uint32_t *list = memory_array(count, sizeof(*list));

	memset(list, 0xff, count * sizeof(*list)); /* MODEL_NONE */
	return list;
}

void branches_begin(struct branches *b, const struct view *view, bool bottom_up)
{
	const struct model *m = view->model;

	b->view = view;
	b->bottom_up = bottom_up;
	b->child = no_nodes(m->node_count);
	b->sibling = no_nodes(m->node_count);
	b->first = no_nodes(m->function_count);
	b->next = no_nodes(m->node_count);
	for (size_t i = m->node_count; i-- > 0;) {
		const struct model_node *n = &m->nodes[i];

		b->next[i] = b->first[n->function];
		b->first[n->function] = (uint32_t)i;
		if (n->parent == MODEL_NONE)
			continue;
		b->sibling[i] = b->child[n->parent];
		b->child[n->parent] = (uint32_t)i;
	}
}

void branches_end(struct branches *b)
{
	free(b->child);
	free(b->sibling);
	free(b->first);
	free(b->next);
}

void branches_expand(const struct branches *b,
		     const struct branch_entries *entries,
		     const struct branch *branch, struct branch_entries *next,
		     struct branch_line *line)
{
	*line = (struct branch_line){ .branch = branch };
	for (size_t i = 0; i < branch->count; i++) {
		const struct branch_entry *e =
			&entries->list[branch->first + i];

		line->primitive_calls += b->view->model->nodes[e->node].calls;
		if (b->bottom_up)
			add_caller(b, e, next, line);
		else
			add_callees(b, e->node, next, line);
	}
}
