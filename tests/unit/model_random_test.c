/* model_random_test.c - random trees against a slow sum over stacks; big ones.
 *
 * The oracle never builds a tree: it takes each context's whole stack,
 * innermost to outermost, and asks who is on it.
 */
#include "lib/analysis/model.h"
#include "tests/tap.h"
#include "tests/unit/random_profile.h"

#include <time.h>

#define STACK_MAX  512
#define RANDOM_RUN 400

/* One function on a stack, innermost first, and how it was entered. */
struct level {
	const struct symbol_function *function;
	struct model_position site;
	bool inlined;
};

struct sum {
	const struct symbol_function *caller, *callee;
	struct model_position site;
	uint64_t calls, primitive;
	struct model_cost self, cumulative;
};

struct oracle {
	struct sum functions[SYNTHETIC]; /* callee only */
	size_t function_count;
	struct sum edges[4096];
	size_t edge_count;
	uint64_t ns, samples;
};

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool same_position(const struct model_position *a,
			  const struct model_position *b)
{
	return a->line == b->line && a->address == b->address &&
	       same_text(a->file, b->file);
}

static struct sum *sum_of(struct sum *sums, size_t *count, size_t limit,
			  const struct sum *key)
{
	for (size_t i = 0; i < *count; i++)
		if (sums[i].caller == key->caller &&
		    sums[i].callee == key->callee &&
		    same_position(&sums[i].site, &key->site))
			return &sums[i];
	if (*count == limit)
		abort();
	sums[*count] = *key;
	return &sums[(*count)++];
}

static struct model_position position_of(const struct profile_node *n,
					 uint64_t address)
{
	struct model_position p = { 0 };
	const struct symbol_location *l;

	if (n->parent == PROFILE_NONE || (n->fn & ARENA_REGION_BIT))
		return p;
	l = &locations[(address - BASE) % ADDRESSES];
	p.file = l->frames[0].file;
	p.line = l->frames[0].line;
	p.address = l->instruction;
	return p;
}

/* Append the functions that node I is in; returns the new depth. */
static size_t push_sampled(struct level *stack, size_t depth,
			   const struct profile *p, uint32_t i, bool inlines)
{
	const struct profile_node *n = &p->nodes[i];
	const struct profile_node *up = &p->nodes[n->parent];
	const struct symbol_location *l =
		&locations[(n->fn - BASE) % ADDRESSES];
	size_t last = l->frame_count - 1;

	for (size_t f = inlines ? 0 : last; f < last; f++)
		stack[depth++] = (struct level){ l->frames[f].function,
						 { l->frames[f + 1].file,
						   l->frames[f + 1].line, 0 },
						 true };
	stack[depth++] = (struct level){ l->frames[last].function,
					 position_of(up, up->fn), false };
	return depth;
}

static size_t push_traced(struct level *stack, size_t depth,
			  const struct profile *p, uint32_t i)
{
	const struct profile_node *n = &p->nodes[i];
	const struct symbol_location *l =
		&locations[(n->fn - BASE) % ADDRESSES];

	stack[depth++] = (struct level){ l->frames[l->frame_count - 1].function,
					 n->site ? position_of(n, n->site)
						 : (struct model_position){ 0 },
					 false };
	return depth;
}

static size_t stack_of(struct level *stack, const struct profile *p, uint32_t i,
		       const struct symbol_function *root, bool inlines)
{
	bool sampled = p->header.mode == ARENA_MODE_SAMPLE;
	size_t depth = 0;

	for (; p->nodes[i].parent != PROFILE_NONE; i = p->nodes[i].parent) {
		if (depth + 8 > STACK_MAX)
			abort();
		depth = sampled ? push_sampled(stack, depth, p, i, inlines)
				: push_traced(stack, depth, p, i);
	}
	stack[depth++] = (struct level){ .function = root };
	return depth;
}

static void add(struct model_cost *to, const struct profile_node *n)
{
	to->ns += n->self_ns;
	to->samples += n->samples;
}

static bool on_stack(const struct level *stack, size_t from, size_t depth,
		     const struct symbol_function *caller,
		     const struct symbol_function *callee)
{
	for (size_t i = from; i < depth; i++)
		if (stack[i].function == callee &&
		    (!caller ||
		     (i + 1 < depth && stack[i + 1].function == caller)))
			return true;
	return false;
}

static void add_functions(struct oracle *o, const struct level *stack,
			  size_t depth, const struct profile_node *n)
{
	for (size_t i = 0; i < depth; i++) {
		struct sum key = { .callee = stack[i].function };
		struct sum *s = sum_of(o->functions, &o->function_count,
				       SYNTHETIC, &key);
		bool outermost =
			!on_stack(stack, i + 1, depth, NULL, stack[i].function);

		if (outermost)
			add(&s->cumulative, n);
		if (i)
			continue;
		add(&s->self, n);
		s->calls += n->calls;
		s->primitive += outermost ? n->calls : 0;
	}
}

static void add_edges(struct oracle *o, const struct level *stack, size_t depth,
		      const struct profile_node *n)
{
	for (size_t i = 0; i + 1 < depth; i++) {
		struct sum key = { .caller = stack[i + 1].function,
				   .callee = stack[i].function,
				   .site = stack[i].site };
		struct sum *s = sum_of(o->edges, &o->edge_count, 4096, &key);
		bool outermost =
			!on_stack(stack, i + 1, depth, key.caller, key.callee);

		if (outermost)
			add(&s->cumulative, n);
		if (i)
			continue;
		add(&s->self, n);
		s->calls += n->calls;
		s->primitive += outermost ? n->calls : 0;
	}
}

static void ask_oracle(struct oracle *o, const struct model *m, bool inlines)
{
	struct level stack[STACK_MAX];

	for (size_t t = 0; t < m->thread_count; t++) {
		const struct model_thread *thread = &m->threads[t];
		const struct profile *p = m->processes[thread->process].profile;
		const struct symbol_function *root =
			m->functions[m->nodes[thread->root].function].symbol;

		for (uint32_t i = 0; i < p->node_count; i++) {
			const struct profile_node *n = &p->nodes[i];
			size_t depth;

			if (p->threads[n->thread].record.serial !=
			    thread->serial)
				continue;
			depth = stack_of(stack, p, i, root, inlines);
			add_functions(o, stack, depth, n);
			add_edges(o, stack, depth, n);
			o->ns += n->self_ns;
			o->samples += n->samples;
		}
	}
}

static bool same_cost(struct model_cost a, struct model_cost b)
{
	return a.ns == b.ns && a.samples == b.samples;
}

static bool functions_agree(const struct model *m, const struct oracle *o)
{
	size_t found = 0;

	for (size_t i = 0; i < m->function_count; i++)
		for (size_t k = 0; k < o->function_count; k++) {
			const struct model_function *f = &m->functions[i];
			const struct sum *s = &o->functions[k];

			if (f->symbol == s->callee)
				found +=
					f->calls == s->calls &&
					f->primitive_calls == s->primitive &&
					same_cost(f->self, s->self) &&
					same_cost(f->cumulative, s->cumulative);
		}
	return found == m->function_count && found == o->function_count;
}

static bool edges_agree(const struct model *m, const struct oracle *o)
{
	size_t found = 0;

	for (size_t i = 0; i < m->edge_count; i++)
		for (size_t k = 0; k < o->edge_count; k++) {
			const struct model_edge *e = &m->edges[i];
			const struct sum *s = &o->edges[k];

			if (m->functions[e->caller].symbol == s->caller &&
			    m->functions[e->callee].symbol == s->callee &&
			    same_position(&e->site, &s->site))
				found +=
					e->calls == s->calls &&
					e->primitive_calls == s->primitive &&
					same_cost(e->self, s->self) &&
					same_cost(e->cumulative, s->cumulative);
		}
	return found == m->edge_count && found == o->edge_count;
}

/* ---- Properties that need no oracle. ---- */

static bool sums_hold(const struct model *m, uint64_t ns, uint64_t samples)
{
	struct model_cost f = { 0 }, n = { 0 }, l = { 0 }, t = { 0 };

	for (size_t i = 0; i < m->function_count; i++) {
		f.ns += m->functions[i].self.ns;
		f.samples += m->functions[i].self.samples;
	}
	for (size_t i = 0; i < m->node_count; i++) {
		n.ns += m->nodes[i].self.ns;
		n.samples += m->nodes[i].self.samples;
	}
	for (size_t i = 0; i < m->line_count; i++) {
		l.ns += m->lines[i].self.ns;
		l.samples += m->lines[i].self.samples;
	}
	for (size_t i = 0; i < m->thread_count; i++) {
		t.ns += m->threads[i].total.ns;
		t.samples += m->threads[i].total.samples;
	}
	return same_cost(f, m->total) && same_cost(n, m->total) &&
	       same_cost(l, m->total) && same_cost(t, m->total) &&
	       m->total.ns == ns && m->total.samples == samples;
}

static bool nothing_exceeds_total(const struct model *m)
{
	for (size_t i = 0; i < m->function_count; i++)
		if (m->functions[i].cumulative.ns > m->total.ns ||
		    m->functions[i].self.ns > m->functions[i].cumulative.ns)
			return false;
	for (size_t i = 0; i < m->edge_count; i++)
		if (m->edges[i].cumulative.ns > m->total.ns)
			return false;
	return true;
}

/* Nodes with one parent, function and site are one; parents come first. */
static bool nodes_are_merged(const struct model *m)
{
	for (size_t i = 0; i < m->node_count; i++) {
		const struct model_node *a = &m->nodes[i];

		if (a->parent != MODEL_NONE && a->parent >= i)
			return false;
		for (size_t k = i + 1; k < m->node_count; k++) {
			const struct model_node *b = &m->nodes[k];

			if (a->parent != MODEL_NONE && a->parent == b->parent &&
			    a->function == b->function &&
			    a->inlined == b->inlined &&
			    a->site.file == b->site.file &&
			    a->site.line == b->site.line &&
			    a->site.address == b->site.address)
				return false;
		}
	}
	return true;
}

/* With the graph's cycles shrunk to points, what goes into a point is what
 * stays there and what goes out. */
static bool flow_balances(const struct model *m)
{
	static bool reach[SYNTHETIC][SYNTHETIC];
	size_t n = m->function_count;

	memset(reach, 0, sizeof(reach));
	for (size_t i = 0; i < n; i++)
		reach[i][i] = true;
	for (size_t i = 0; i < m->edge_count; i++)
		reach[m->edges[i].caller][m->edges[i].callee] = true;
	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; i < n; i++)
			for (size_t j = 0; j < n; j++)
				reach[i][j] |= reach[i][k] && reach[k][j];
	for (size_t f = 0; f < n; f++) {
		uint64_t in = 0, out = 0;
		bool root = true;

#define INSIDE(x) (reach[f][x] && reach[x][f])
		for (size_t i = 0; i < n; i++)
			out += INSIDE(i) ? m->functions[i].self.ns : 0;
		for (size_t i = 0; i < m->edge_count; i++) {
			const struct model_edge *e = &m->edges[i];

			if (INSIDE(e->caller) && !INSIDE(e->callee))
				out += e->cumulative.ns;
			if (INSIDE(e->caller) || !INSIDE(e->callee))
				continue;
			in += e->cumulative.ns;
			root = false;
		}
#undef INSIDE
		if (root)
			in = m->functions[f].cumulative.ns;
		if (in != out)
			return false;
	}
	return true;
}

/* ---- Random trees. ---- */

struct verdict {
	size_t functions, edges, sums, bounds, merged, flow;
};

static void judge(struct verdict *v, const struct model *m, bool inlines)
{
	static struct oracle o;

	memset(&o, 0, sizeof(o));
	ask_oracle(&o, m, inlines);
	v->functions += functions_agree(m, &o);
	v->edges += edges_agree(m, &o);
	v->sums += sums_hold(m, o.ns, o.samples);
	v->bounds += nothing_exceeds_total(m);
	v->merged += nodes_are_merged(m);
	v->flow += flow_balances(m);
}

static void random_trees(enum arena_mode mode, bool inlines)
{
	struct verdict v = { 0 };

	for (unsigned run = 0; run < RANDOM_RUN; run++) {
		struct profile *p[2];
		struct model *m;

		srandom(run + 1);
		synthetic_count = 0;
		p[0] = random_profile(mode, 100);
		p[1] = random_profile(mode, 200);
		m = build(p, 1 + run % 2, inlines);
		judge(&v, m, inlines);
		free_all(m, p, 2);
	}
	IS_U64(v.functions, RANDOM_RUN, "functions are as the oracle says");
	IS_U64(v.edges, RANDOM_RUN, "edges are as the oracle says");
	IS_U64(v.sums, RANDOM_RUN, "self costs add up to the total");
	IS_U64(v.bounds, RANDOM_RUN, "nothing exceeds the total");
	IS_U64(v.merged, RANDOM_RUN, "equal contexts are one");
	IS_U64(v.flow, RANDOM_RUN, "what goes into a cycle stays or goes out");
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* A chain of a million, then a fan of a million: no stack and no square. */
static void a_million_contexts(enum arena_mode mode, bool deep)
{
	struct arena_build b = arena_build_new(mode);
	uint32_t root = arena_build_thread(&b, 1, "main"), node = root;
	struct profile *p;
	struct model *m;
	double begin, parsed, built;

	b.node_pages = 256;
	arena_build_module(&b, BASE, BASE + ADDRESSES, 0, "/bin/fake");
	srandom(5);
	for (int i = 0; i < 1000000; i++) {
		uint32_t up =
			deep ? node : root + 3 * (uint32_t)(random() % 70);
		uint64_t fn = BASE + (uint64_t)(random() % 0xc00);

		if (!deep && i < 70)
			up = root;
		node = arena_build_node(
			&b, 1, up, fn,
			mode == ARENA_MODE_SAMPLE
				? 0
				: BASE + (uint64_t)(random() % 0xc00));
		arena_build_at(&b, node)->self = 1;
		arena_build_at(&b, node)->calls = 1;
	}
	begin = seconds();
	p = finish(&b);
	parsed = seconds();
	m = build(&p, 1, true);
	built = seconds();
	IS_U64(m->total.ns, 1000000,
	       deep ? "a path of a million contexts"
		    : "a million contexts side by side");
	printf("# %zu nodes: parsed in %.2f s, built in %.2f s\n",
	       m->node_count, parsed - begin, built - parsed);
	free_all(m, &p, 1);
}

int main(void)
{
	fake_symbols();
	random_trees(ARENA_MODE_TRACE, true);
	random_trees(ARENA_MODE_COUNT, true);
	random_trees(ARENA_MODE_SAMPLE, true);
	random_trees(ARENA_MODE_SAMPLE, false);
	a_million_contexts(ARENA_MODE_TRACE, true);
	a_million_contexts(ARENA_MODE_SAMPLE, true);
	a_million_contexts(ARENA_MODE_TRACE, false);
	a_million_contexts(ARENA_MODE_SAMPLE, false);
	return tap_done();
}
