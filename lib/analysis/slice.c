#include "lib/analysis/slice.h"

#include <stdlib.h>
#include <string.h>

struct slicer {
	const struct model *whole;
	struct model part;
	uint32_t *child;   /* first of each node */
	uint32_t *sibling; /* next of each node */
	uint32_t *depth;   /* times each function is on the path */
};

static void link_nodes(struct slicer *s)
{
	const struct model *m = s->whole;

	memset(s->child, 0xff, m->node_count * sizeof(*s->child));
	memset(s->sibling, 0xff, m->node_count * sizeof(*s->sibling));
	for (size_t i = m->node_count; i-- > 0;) {
		uint32_t parent = m->nodes[i].parent;

		if (parent == MODEL_NONE)
			continue;
		s->sibling[i] = s->child[parent];
		s->child[parent] = (uint32_t)i;
	}
}

struct slicer *slicer_new(const struct model *model)
{
	struct slicer *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->whole = model;
	s->part = *model;
	s->part.edges = NULL;
	s->part.edge_count = 0;
	s->part.lines = NULL;
	s->part.line_count = 0;
	s->part.functions =
		calloc(model->function_count + 1, sizeof(*model->functions));
	s->part.threads =
		calloc(model->thread_count + 1, sizeof(*model->threads));
	s->child = calloc(model->node_count + 1, sizeof(uint32_t));
	s->sibling = calloc(model->node_count + 1, sizeof(uint32_t));
	s->depth = calloc(model->function_count + 1, sizeof(uint32_t));
	if (s->part.functions && s->part.threads && s->child && s->sibling &&
	    s->depth) {
		link_nodes(s);
		return s;
	}
	slicer_free(s);
	return NULL;
}

void slicer_free(struct slicer *s)
{
	if (!s)
		return;
	free(s->part.functions);
	free(s->part.threads);
	free(s->child);
	free(s->sibling);
	free(s->depth);
	free(s);
}

static void add_cost(struct model_cost *to, const struct model_cost *cost)
{
	to->ns += cost->ns;
	to->samples += cost->samples;
}

/* As in model_totals.c: recursion counts once. */
static void enter(struct slicer *s, uint32_t id)
{
	const struct model_node *n = &s->whole->nodes[id];
	struct model_function *f = &s->part.functions[n->function];

	f->calls += n->calls;
	add_cost(&f->self, &n->self);
	if (s->depth[n->function]++ == 0) {
		f->primitive_calls += n->calls;
		add_cost(&f->cumulative, &n->cumulative);
	}
}

/* Depth first without a stack: the tree may be deeper than any. */
static void walk_thread(struct slicer *s, uint32_t root)
{
	const struct model_node *nodes = s->whole->nodes;
	uint32_t id = root;

	for (;;) {
		enter(s, id);
		if (s->child[id] != MODEL_NONE) {
			id = s->child[id];
			continue;
		}
		s->depth[nodes[id].function]--;
		while (id != root && s->sibling[id] == MODEL_NONE) {
			id = nodes[id].parent;
			s->depth[nodes[id].function]--;
		}
		if (id == root)
			return;
		id = s->sibling[id];
	}
}

static void clear(struct slicer *s)
{
	struct model *part = &s->part;

	for (size_t i = 0; i < part->function_count; i++) {
		const struct model_function *f = &s->whole->functions[i];

		part->functions[i] = (struct model_function){
			.symbol = f->symbol,
			.inlined_only = f->inlined_only,
			.synthetic = f->synthetic,
		};
	}
	part->thread_count = 0;
	part->total = (struct model_cost){ 0, 0 };
	part->calls = part->primitive_calls = 0;
}

const struct model *slicer_take(struct slicer *s, const uint32_t *group,
				uint32_t wanted)
{
	struct model *part = &s->part;

	clear(s);
	for (size_t i = 0; i < s->whole->thread_count; i++) {
		const struct model_thread *t = &s->whole->threads[i];

		if (group[i] != wanted)
			continue;
		part->threads[part->thread_count++] = *t;
		add_cost(&part->total, &t->total);
		walk_thread(s, t->root);
	}
	for (size_t i = 0; i < part->function_count; i++) {
		part->calls += part->functions[i].calls;
		part->primitive_calls += part->functions[i].primitive_calls;
	}
	return part;
}
