#include "lib/analysis/lines.h"

#include "lib/base/array.h"

#include <stdlib.h>
#include <string.h>

#define NOT_UNDER UINT32_MAX

struct making {
	struct line_table *table;
	size_t capacity;
	bool failed;
};

static void add_entry(struct making *m, const struct model_position *at,
		      struct model_cost cost, uint64_t calls)
{
	struct line_table *t = m->table;
	struct line_cost *grown =
		array_grow(t->list, &m->capacity, t->count + 1, sizeof(*grown));

	if (!grown) {
		m->failed = true;
		return;
	}
	t->list = grown;
	grown[t->count++] =
		(struct line_cost){ at->file, at->line, cost, calls };
	t->total.ns += cost.ns;
	t->total.samples += cost.samples;
}

static int compare_lines(const void *a, const void *b)
{
	const struct line_cost *x = a, *y = b;
	int order = 0;

	if (x->file != y->file)
		order = !x->file ? -1 : !y->file ? 1 : strcmp(x->file, y->file);
	if (order)
		return order;
	return x->line < y->line ? -1 : x->line > y->line;
}

/* Sort the entries and make one of those that are of one line. */
static void merge(struct line_table *t)
{
	size_t kept = 0;

	if (!t->count)
		return;
	qsort(t->list, t->count, sizeof(*t->list), compare_lines);
	for (size_t i = 1; i < t->count; i++) {
		struct line_cost *to = &t->list[kept];
		const struct line_cost *from = &t->list[i];

		if (compare_lines(to, from)) {
			t->list[++kept] = *from;
			continue;
		}
		to->cost.ns += from->cost.ns;
		to->cost.samples += from->cost.samples;
		to->calls += from->calls;
	}
	t->count = kept + 1;
}

/* What the members' callees cost, at the lines that call them. UNDER is, for
 * each node, the nearest node up to it that a member called, unless a member is
 * between. */
static void add_calls(struct making *m, const struct model *model,
		      const bool *members, uint32_t *under)
{
	for (size_t i = 0; i < model->node_count; i++) {
		const struct model_node *n = &model->nodes[i];
		const struct model_node *top;
		bool called = n->parent != MODEL_NONE &&
			      members[model->nodes[n->parent].function];

		if (called)
			under[i] = (uint32_t)i;
		else
			under[i] = n->parent == MODEL_NONE ? NOT_UNDER
							   : under[n->parent];
		if (called && n->calls && !n->inlined)
			add_entry(m, &n->site, (struct model_cost){ 0, 0 },
				  n->calls);
		/* A member's own cost has lines of its own. */
		if (members[n->function] || under[i] == NOT_UNDER)
			continue;
		top = &model->nodes[under[i]];
		if (n->self.ns || n->self.samples)
			add_entry(m, &top->site, n->self, 0);
	}
}

bool line_table_make(struct line_table *table, const struct model *model,
		     const bool *members)
{
	struct making m = { .table = table };
	uint32_t *under =
		reallocarray(NULL, model->node_count + 1, sizeof(*under));

	*table = (struct line_table){ 0 };
	if (!under)
		return false;
	for (size_t i = 0; i < model->line_count; i++)
		if (members[model->lines[i].function])
			add_entry(&m, &model->lines[i].position,
				  model->lines[i].self, 0);
	add_calls(&m, model, members, under);
	free(under);
	if (m.failed) {
		line_table_free(table);
		return false;
	}
	merge(table);
	return true;
}

void line_table_free(struct line_table *table)
{
	free(table->list);
	*table = (struct line_table){ 0 };
}

const struct line_cost *line_table_find(const struct line_table *t,
					const char *file, uint32_t line)
{
	const struct line_cost want = { .file = file, .line = line };

	return t->count ? bsearch(&want, t->list, t->count, sizeof(want),
				  compare_lines)
			: NULL;
}
