/* callgrind_graph.c - from contexts to edges.
 *
 * A subtree counts for an edge where that edge, whatever its call site, is not
 * on the path already. So no edge exceeds the total, and what enters a cycle of
 * functions is what stays in it and what leaves it. It holds for any labels
 * that contexts are given, and so for recursion that is told apart.
 */
#include "tools/prof/export/callgrind_graph.h"
#include "lib/base/array.h"
#include "lib/base/hash.h"
#include "lib/base/idmap.h"
#include "tools/prof/cli/memory.h"

#include <stdlib.h>
#include <string.h>

/* A caller and a callee, by label. */
struct pair {
	uint32_t caller, callee;
	uint32_t depth; /* times it is on the path */
};

struct callgrind_graph {
	const struct model *model;
	const struct callgrind_names *names;
	struct callgrind_graph_options options;
	bool *is_root; /* of each function: stands for a thread */

	/* Of each context: */
	uint32_t *child, *sibling; /* first and next; MODEL_NONE: none */
	uint32_t *label, *pair;
	uint64_t *calls;      /* made in its subtree */
	uint32_t *first_self; /* in self_order; one more at the end */

	uint32_t *self_order; /* the model's selves by context */
	uint32_t *depth;      /* times each function is on the path */
	struct pair *pairs;
	size_t pair_count, pair_capacity;
	struct idmap pair_map;
	struct callgrind_item *items;
	size_t item_count, item_capacity;
	struct idmap item_map;
};

enum callgrind_event callgrind_clock_event(unsigned clock)
{
	unsigned event = clock - ARENA_CLOCK_CYCLES + CALLGRIND_CYCLES;

	return clock < ARENA_CLOCK_CYCLES || event > CALLGRIND_PAGE_FAULTS
		       ? CALLGRIND_TIME
		       : (enum callgrind_event)event;
}

/* What THREAD's costs are of: processes may have recorded by different clocks.
 */
static enum callgrind_event event_of(const struct model *m, uint32_t thread)
{
	const struct model_thread *t = &m->threads[thread];

	return callgrind_clock_event(
		m->processes[t->process].profile->header.clock);
}

static void link_children(struct callgrind_graph *g)
{
	const struct model *m = g->model;

	memset(g->child, 0xff, m->node_count * sizeof(*g->child));
	memset(g->sibling, 0xff, m->node_count * sizeof(*g->sibling));
	for (size_t i = m->node_count; i-- > 0;) {
		uint32_t parent = m->nodes[i].parent;

		if (parent == MODEL_NONE)
			continue;
		g->sibling[i] = g->child[parent];
		g->child[parent] = (uint32_t)i;
	}
}

/* Children come after their parents. */
static void sum_calls(struct callgrind_graph *g)
{
	const struct model *m = g->model;

	for (size_t i = 0; i < m->node_count; i++)
		g->calls[i] = m->nodes[i].calls;
	for (size_t i = m->node_count; i-- > 0;)
		if (m->nodes[i].parent != MODEL_NONE)
			g->calls[m->nodes[i].parent] += g->calls[i];
}

static void sort_selves(struct callgrind_graph *g)
{
	const struct model *m = g->model;

	for (size_t i = 0; i < m->self_count; i++)
		g->first_self[m->selves[i].node + 1]++;
	for (size_t i = 0; i < m->node_count; i++)
		g->first_self[i + 1] += g->first_self[i];
	/* Filled from the back, which moves each start to its place. */
	for (size_t i = m->self_count; i-- > 0;)
		g->self_order[--g->first_self[m->selves[i].node + 1]] =
			(uint32_t)i;
	memmove(g->first_self, g->first_self + 1,
		m->node_count * sizeof(*g->first_self));
	g->first_self[m->node_count] = (uint32_t)m->self_count;
}

struct callgrind_graph *callgrind_graph_new(
	const struct model *model, const struct callgrind_names *names,
	const struct callgrind_graph_options *options)
{
	struct callgrind_graph *g = memory_array(1, sizeof(*g));
	size_t nodes = model->node_count + 2;

	g->model = model;
	g->names = names;
	g->options = *options;
	g->is_root = memory_array(model->function_count, sizeof(*g->is_root));
	for (size_t i = 0; i < model->thread_count; i++)
		g->is_root[model->nodes[model->threads[i].root].function] =
			true;
	g->child = memory_array(nodes, sizeof(*g->child));
	g->sibling = memory_array(nodes, sizeof(*g->sibling));
	g->label = memory_array(nodes, sizeof(*g->label));
	g->pair = memory_array(nodes, sizeof(*g->pair));
	g->calls = memory_array(nodes, sizeof(*g->calls));
	g->first_self = memory_array(nodes, sizeof(*g->first_self));
	g->self_order = memory_array(model->self_count, sizeof(uint32_t));
	g->depth = memory_array(model->function_count, sizeof(*g->depth));
	link_children(g);
	sum_calls(g);
	sort_selves(g);
	return g;
}

void callgrind_graph_free(struct callgrind_graph *g)
{
	free(g->is_root);
	free(g->child);
	free(g->sibling);
	free(g->label);
	free(g->pair);
	free(g->calls);
	free(g->first_self);
	free(g->self_order);
	free(g->depth);
	free(g->pairs);
	idmap_free(&g->pair_map);
	free(g->items);
	idmap_free(&g->item_map);
	free(g);
}

static uint32_t intern_pair(struct callgrind_graph *g, uint32_t caller,
			    uint32_t callee)
{
	uint64_t hash = hash_u64((uint64_t)caller << 32 | callee);
	uint32_t id = (uint32_t)g->pair_count;
	struct pair *grown;

	IDMAP_EACH(&g->pair_map, hash, known)
	if (g->pairs[known].caller == caller &&
	    g->pairs[known].callee == callee)
		return known;
	grown = array_grow(g->pairs, &g->pair_capacity, id + (size_t)1,
			   sizeof(*grown));
	if (!grown || !idmap_add(&g->pair_map, hash, id))
		memory_fail();
	g->pairs = grown;
	grown[id] = (struct pair){ caller, callee, 0 };
	g->pair_count++;
	return id;
}

/* POSITION as an item of OWNER has it. A thread's root or a region has no
 * code: where it calls from is an address of some other object. */
static struct model_position place(const struct callgrind_graph *g,
				   uint32_t owner,
				   const struct model_position *position,
				   bool *foreign)
{
	uint32_t function = callgrind_label_function(owner);
	const char *own = callgrind_names_file(g->names, function);
	struct model_position at = *position;

	if (!g->options.instr || g->model->functions[function].synthetic)
		at.address = 0;
	if (g->is_root[function])
		at = (struct model_position){ 0 };
	if (!at.file || !strcmp(at.file, own))
		at.file = own;
	*foreign = at.file != own;
	return at;
}

static struct callgrind_item *intern_item(struct callgrind_graph *g,
					  uint32_t owner, uint32_t callee,
					  const struct model_position *position)
{
	struct callgrind_item new = { .owner = owner, .callee = callee };
	uint32_t id = (uint32_t)g->item_count;
	struct callgrind_item *grown;
	uint64_t hash;

	new.at = place(g, owner, position, &new.foreign);
	hash = hash_add(hash_add(hash_u64((uint64_t)owner << 32 | callee),
				 hash_pointer(new.at.file)),
			new.at.address * 31 + new.at.line);
	IDMAP_EACH(&g->item_map, hash, known)
	{
		struct callgrind_item *i = &g->items[known];

		if (i->owner == owner && i->callee == callee &&
		    i->at.file == new.at.file && i->at.line == new.at.line &&
		    i->at.address == new.at.address)
			return i;
	}
	grown = array_grow(g->items, &g->item_capacity, id + (size_t)1,
			   sizeof(*grown));
	if (!grown || !idmap_add(&g->item_map, hash, id))
		memory_fail();
	g->items = grown;
	grown[id] = new;
	g->item_count++;
	return &grown[id];
}

static void enter_edge(struct callgrind_graph *g, uint32_t id)
{
	const struct model_node *n = &g->model->nodes[id];
	uint32_t caller = g->label[n->parent];
	struct callgrind_item *item =
		intern_item(g, caller, g->label[id], &n->site);

	item->calls += g->model->exact_calls ? n->calls : 1;
	g->pair[id] = intern_pair(g, caller, g->label[id]);
	if (g->pairs[g->pair[id]].depth++)
		return;
	item->cost.of[event_of(g->model, n->thread)] += n->cumulative.ns;
	item->cost.of[CALLGRIND_SAMPLES] += n->cumulative.samples;
	item->cost.of[CALLGRIND_CALLS] += g->calls[id];
}

static void add_own_costs(struct callgrind_graph *g, uint32_t id,
			  struct callgrind_cost *total)
{
	const struct model_node *n = &g->model->nodes[id];
	const struct symbol_function *s =
		g->model->functions[n->function].symbol;
	enum callgrind_event event = event_of(g->model, n->thread);
	struct callgrind_item *item;

	for (size_t i = g->first_self[id]; i < g->first_self[id + 1]; i++) {
		const struct model_self *self =
			&g->model->selves[g->self_order[i]];

		item = intern_item(g, g->label[id], MODEL_NONE,
				   &self->position);
		item->cost.of[event] += self->cost.ns;
		item->cost.of[CALLGRIND_SAMPLES] += self->cost.samples;
		total->of[event] += self->cost.ns;
		total->of[CALLGRIND_SAMPLES] += self->cost.samples;
	}
	if (n->calls) {
		struct model_position home = { NULL, s->line, s->low };

		item = intern_item(g, g->label[id], MODEL_NONE, &home);
		item->cost.of[CALLGRIND_CALLS] += n->calls;
		total->of[CALLGRIND_CALLS] += n->calls;
	}
}

static void enter(struct callgrind_graph *g, uint32_t id,
		  struct callgrind_cost *total)
{
	const struct model_node *n = &g->model->nodes[id];
	bool again = g->depth[n->function]++ && g->options.split_recursion;

	g->label[id] = callgrind_label(n->function, again);
	if (n->parent != MODEL_NONE)
		enter_edge(g, id);
	add_own_costs(g, id, total);
}

static void leave(struct callgrind_graph *g, uint32_t id)
{
	const struct model_node *n = &g->model->nodes[id];

	g->depth[n->function]--;
	if (n->parent != MODEL_NONE)
		g->pairs[g->pair[id]].depth--;
}

/* Depth first, by way of the links: the tree may be deeper than any stack. */
static void walk(struct callgrind_graph *g, uint32_t root,
		 struct callgrind_cost *total)
{
	uint32_t id = root;

	for (;;) {
		enter(g, id, total);
		if (g->child[id] != MODEL_NONE) {
			id = g->child[id];
			continue;
		}
		leave(g, id);
		while (id != root && g->sibling[id] == MODEL_NONE) {
			id = g->model->nodes[id].parent;
			leave(g, id);
		}
		if (id == root)
			return;
		id = g->sibling[id];
	}
}

static int compare_items(const void *a, const void *b)
{
	const struct callgrind_item *x = a, *y = b;
	int order = 0;

	if (x->owner != y->owner)
		return x->owner < y->owner ? -1 : 1;
	if (x->foreign != y->foreign)
		return x->foreign ? 1 : -1;
	if (x->at.file != y->at.file)
		order = strcmp(x->at.file, y->at.file);
	if (order)
		return order;
	if (x->at.line != y->at.line)
		return x->at.line < y->at.line ? -1 : 1;
	if (x->at.address != y->at.address)
		return x->at.address < y->at.address ? -1 : 1;
	/* Own costs first: MODEL_NONE + 1 is 0. */
	return (x->callee + 1 > y->callee + 1) -
	       (x->callee + 1 < y->callee + 1);
}

size_t callgrind_graph_make(struct callgrind_graph *g, uint32_t thread,
			    struct callgrind_cost *total)
{
	const struct model *m = g->model;

	idmap_free(&g->pair_map);
	idmap_free(&g->item_map);
	g->pair_count = g->item_count = 0;
	*total = (struct callgrind_cost){ 0 };
	for (uint32_t i = 0; i < m->thread_count; i++)
		if (thread == MODEL_NONE || thread == i)
			walk(g, m->threads[i].root, total);
	if (g->item_count)
		qsort(g->items, g->item_count, sizeof(*g->items),
		      compare_items);
	return g->item_count;
}

const struct callgrind_item *callgrind_graph_items(
	const struct callgrind_graph *g)
{
	return g->items;
}
