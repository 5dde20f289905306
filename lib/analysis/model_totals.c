/* model_totals.c - from the tree to functions, edges and totals.
 *
 * A subtree counts for a function where that function is not already above it,
 * and for an edge where that edge is not already above it, whatever its site.
 * So nothing exceeds the total; and since no path leaves a cycle of functions
 * and comes back, each edge between cycles stands once on a path, and there
 * what goes in is what stays and what goes out.
 */
#include "lib/analysis/model_parts.h"
#include "lib/base/array.h"
#include "lib/base/hash.h"

#include <stdlib.h>
#include <string.h>

/* The walk: a list of children for each node, and what is on the path. */
struct walk {
	struct model_builder *b;
	uint32_t *child;	  /* first of each node */
	uint32_t *sibling;	  /* next of each node */
	uint32_t *edge;		  /* by which each node is entered */
	uint32_t *function_depth; /* times each function is on the path */
	struct idmap edge_map, pair_map;
	uint32_t *edge_pair; /* of each edge: its caller and callee */
	uint32_t *edge_site;
	size_t edge_pair_capacity, edge_site_capacity;
	uint32_t *pair_depth; /* times each pair is on the path */
	uint32_t *pair_edge;  /* some edge of each pair */
	size_t pair_count, pair_depth_capacity, pair_edge_capacity;
};

static void add_cost(struct model_cost *to, const struct model_cost *cost)
{
	to->ns += cost->ns;
	to->samples += cost->samples;
}

static bool grow_u32(struct walk *w, uint32_t **array, size_t *capacity,
		     size_t needed)
{
	uint32_t *grown = array_grow(*array, capacity, needed, sizeof(**array));

	if (!grown)
		return model_no_memory(w->b);
	*array = grown;
	return true;
}

/* Number of the pair (CALLER, CALLEE), which edge EDGE, if new, is one of. */
static uint32_t intern_pair(struct walk *w, uint32_t caller, uint32_t callee,
			    uint32_t edge)
{
	uint64_t hash = hash_u64((uint64_t)caller << 32 | callee);
	uint32_t id = (uint32_t)w->pair_count;

	IDMAP_EACH(&w->pair_map, hash, known)
	{
		const struct model_edge *e =
			&w->b->model->edges[w->pair_edge[known]];

		if (e->caller == caller && e->callee == callee)
			return known;
	}
	if (!grow_u32(w, &w->pair_depth, &w->pair_depth_capacity, id + 1) ||
	    !grow_u32(w, &w->pair_edge, &w->pair_edge_capacity, id + 1))
		return MODEL_NONE;
	w->pair_depth[id] = 0;
	w->pair_edge[id] = edge;
	if (!idmap_add(&w->pair_map, hash, id)) {
		model_no_memory(w->b);
		return MODEL_NONE;
	}
	w->pair_count++;
	return id;
}

static bool add_edge(struct walk *w, uint64_t hash, uint32_t caller,
		     uint32_t callee, uint32_t site)
{
	struct model_builder *b = w->b;
	struct model *m = b->model;
	uint32_t id = (uint32_t)m->edge_count;
	struct model_edge *edges = array_grow(m->edges, &b->edge_capacity,
					      id + (size_t)1, sizeof(*edges));

	if (!edges)
		return model_no_memory(b);
	m->edges = edges;
	edges[id] = (struct model_edge){ .caller = caller,
					 .callee = callee,
					 .inlined = true,
					 .site = b->positions[site] };
	if (!grow_u32(w, &w->edge_pair, &w->edge_pair_capacity, id + 1) ||
	    !grow_u32(w, &w->edge_site, &w->edge_site_capacity, id + 1))
		return false;
	w->edge_site[id] = site;
	w->edge_pair[id] = intern_pair(w, caller, callee, id);
	if (w->edge_pair[id] == MODEL_NONE)
		return false;
	if (!idmap_add(&w->edge_map, hash, id))
		return model_no_memory(b);
	m->edge_count++;
	return true;
}

/* Number of the edge by which NODE, which has a parent, is entered. */
static uint32_t intern_edge(struct walk *w, uint32_t node)
{
	const struct model *m = w->b->model;
	uint32_t callee = m->nodes[node].function;
	uint32_t caller = m->nodes[m->nodes[node].parent].function;
	uint32_t site = w->b->growth[node].site;
	uint64_t hash =
		hash_add(hash_u64((uint64_t)caller << 32 | callee), site);

	IDMAP_EACH(&w->edge_map, hash, id)
	{
		const struct model_edge *e = &m->edges[id];

		if (e->caller == caller && e->callee == callee &&
		    w->edge_site[id] == site)
			return id;
	}
	return add_edge(w, hash, caller, callee, site)
		       ? (uint32_t)m->edge_count - 1
		       : MODEL_NONE;
}

static bool enter_edge(struct walk *w, uint32_t id)
{
	struct model *m = w->b->model;
	const struct model_node *n = &m->nodes[id];
	uint32_t edge = intern_edge(w, id);
	struct model_edge *e;

	if (edge == MODEL_NONE)
		return false;
	w->edge[id] = edge;
	e = &m->edges[edge];
	e->calls += n->calls;
	e->activations++;
	e->inlined = e->inlined && n->inlined;
	add_cost(&e->self, &n->self);
	if (w->pair_depth[w->edge_pair[edge]]++ == 0) {
		e->primitive_calls += n->calls;
		add_cost(&e->cumulative, &n->cumulative);
	}
	return true;
}

static bool enter(struct walk *w, uint32_t id)
{
	struct model *m = w->b->model;
	const struct model_node *n = &m->nodes[id];
	struct model_function *f = &m->functions[n->function];

	f->calls += n->calls;
	f->inlined_only = f->inlined_only && n->inlined;
	add_cost(&f->self, &n->self);
	if (w->function_depth[n->function]++ == 0) {
		f->primitive_calls += n->calls;
		add_cost(&f->cumulative, &n->cumulative);
	}
	return n->parent == MODEL_NONE || enter_edge(w, id);
}

static void leave(struct walk *w, uint32_t id)
{
	const struct model_node *n = &w->b->model->nodes[id];

	w->function_depth[n->function]--;
	if (n->parent != MODEL_NONE)
		w->pair_depth[w->edge_pair[w->edge[id]]]--;
}

/* Depth first, by way of the links: the tree may be deeper than any stack. */
static bool walk_thread(struct walk *w, uint32_t root)
{
	const struct model_node *nodes = w->b->model->nodes;
	uint32_t id = root;

	for (;;) {
		if (!enter(w, id))
			return false;
		if (w->child[id] != MODEL_NONE) {
			id = w->child[id];
			continue;
		}
		leave(w, id);
		while (id != root && w->sibling[id] == MODEL_NONE) {
			id = nodes[id].parent;
			leave(w, id);
		}
		if (id == root)
			return true;
		id = w->sibling[id];
	}
}

static bool walk_all(struct walk *w)
{
	struct model *m = w->b->model;

	for (size_t i = 0; i < m->thread_count; i++)
		if (!walk_thread(w, m->threads[i].root))
			return false;
	return true;
}

static uint32_t *new_numbers(struct walk *w, size_t count)
{
	uint32_t *numbers = calloc(count + 1, sizeof(*numbers));

	if (!numbers)
		model_no_memory(w->b);
	return numbers;
}

static bool walk_begin(struct walk *w)
{
	struct model *m = w->b->model;
	size_t bytes = m->node_count * sizeof(uint32_t);

	w->child = new_numbers(w, m->node_count);
	w->sibling = new_numbers(w, m->node_count);
	w->edge = new_numbers(w, m->node_count);
	w->function_depth = new_numbers(w, m->function_count);
	if (!w->child || !w->sibling || !w->edge || !w->function_depth)
		return false;
	memset(w->child, 0xff, bytes); /* MODEL_NONE */
	memset(w->sibling, 0xff, bytes);
	for (size_t i = m->node_count; i-- > 0;) {
		uint32_t parent = m->nodes[i].parent;

		if (parent == MODEL_NONE)
			continue;
		w->sibling[i] = w->child[parent];
		w->child[parent] = (uint32_t)i;
	}
	return true;
}

static void walk_end(struct walk *w)
{
	idmap_free(&w->edge_map);
	idmap_free(&w->pair_map);
	free(w->child);
	free(w->sibling);
	free(w->edge);
	free(w->function_depth);
	free(w->edge_pair);
	free(w->edge_site);
	free(w->pair_depth);
	free(w->pair_edge);
}

/* Children come after their parents, so going back sums each subtree once. */
static void sum_subtrees(struct model *m)
{
	for (size_t i = 0; i < m->node_count; i++)
		m->nodes[i].cumulative = m->nodes[i].self;
	for (size_t i = m->node_count; i-- > 0;)
		if (m->nodes[i].parent != MODEL_NONE)
			add_cost(&m->nodes[m->nodes[i].parent].cumulative,
				 &m->nodes[i].cumulative);
	for (size_t i = 0; i < m->thread_count; i++) {
		struct model_thread *t = &m->threads[i];

		t->total = m->nodes[t->root].cumulative;
		add_cost(&m->total, &t->total);
	}
}

static void sum_calls(struct model *m)
{
	for (size_t i = 0; i < m->function_count; i++) {
		m->calls += m->functions[i].calls;
		m->primitive_calls += m->functions[i].primitive_calls;
	}
}

static int compare_text(const char *a, const char *b)
{
	if (a == b)
		return 0;
	if (!a || !b)
		return a ? 1 : -1;
	return strcmp(a, b);
}

static int compare_lines(const void *a, const void *b)
{
	const struct model_line *x = a, *y = b;
	int order;

	if (x->function != y->function)
		return x->function < y->function ? -1 : 1;
	order = compare_text(x->position.file, y->position.file);
	if (order)
		return order;
	if (x->position.line != y->position.line)
		return x->position.line < y->position.line ? -1 : 1;
	if (x->position.address != y->position.address)
		return x->position.address < y->position.address ? -1 : 1;
	return 0;
}

bool model_build_totals(struct model_builder *b)
{
	struct model *m = b->model;
	struct walk w = { .b = b };
	bool ok;

	sum_subtrees(m);
	ok = walk_begin(&w) && walk_all(&w);
	walk_end(&w);
	if (!ok)
		return false;
	sum_calls(m);
	if (m->line_count)
		qsort(m->lines, m->line_count, sizeof(*m->lines),
		      compare_lines);
	return true;
}
