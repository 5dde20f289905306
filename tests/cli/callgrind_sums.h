/* callgrind_sums.h - the part of callgrind_strict.c that adds up; only that
 * file includes it, behind its tables.
 */
#ifndef PROF_TESTS_CALLGRIND_SUMS_H
#define PROF_TESTS_CALLGRIND_SUMS_H

/* Strongly connected components by Tarjan's algorithm, without recursion. */
struct search {
	int *first, *next; /* edge lists by caller; -1 ends */
	int *low, *index, *at, *stack, *path;
	int counter, depth, top, components;
};

static void search_step(struct search *s)
{
	int v = s->path[s->depth - 1];
	int e = s->at[v];

	if (e >= 0) {
		int w = edges[e].callee;

		s->at[v] = s->next[e];
		if (!s->index[w]) {
			s->index[w] = s->low[w] = ++s->counter;
			s->stack[s->top++] = w;
			s->path[s->depth++] = w;
		} else if (table[w].component < 0 && s->index[w] < s->low[v]) {
			s->low[v] = s->index[w];
		}
		return;
	}
	s->depth--;
	if (s->depth && s->low[v] < s->low[s->path[s->depth - 1]])
		s->low[s->path[s->depth - 1]] = s->low[v];
	if (s->low[v] != s->index[v])
		return;
	do {
		table[s->stack[--s->top]].component = s->components;
	} while (s->stack[s->top] != v);
	s->components++;
}

static int *ints(size_t count, int value)
{
	int *p = grown(NULL, (count + 1) * sizeof(*p));

	for (size_t i = 0; i <= count; i++)
		p[i] = value;
	return p;
}

/* Number the components; what it allocates lives as long as the program. */
static int find_components(void)
{
	size_t n = (size_t)functions.count;
	struct search s = {
		.first = ints(n, -1),
		.next = ints(edge_count, -1),
		.low = ints(n, 0),
		.index = ints(n, 0),
		.stack = ints(n, 0),
		.path = ints(n, 0),
	};

	for (size_t i = 0; i < edge_count; i++) {
		s.next[i] = s.first[edges[i].caller];
		s.first[edges[i].caller] = (int)i;
	}
	s.at = s.first;
	for (int i = 1; i < functions.count; i++)
		function_at(i)->component = -1;
	for (int i = 1; i < functions.count; i++) {
		if (s.index[i])
			continue;
		s.index[i] = s.low[i] = ++s.counter;
		s.stack[s.top++] = i;
		s.path[s.depth++] = i;
		while (s.depth)
			search_step(&s);
	}
	return s.components;
}

static void check_totals(void)
{
	for (int e = 0; e < events; e++) {
		if (sum[e] != totals[e])
			problem("event %d: self costs sum to %" PRIu64
				", totals: %" PRIu64,
				e, sum[e], totals[e]);
		if (has_summary && summary[e] != totals[e])
			problem("event %d: summary: %" PRIu64
				", totals: %" PRIu64,
				e, summary[e], totals[e]);
	}
}

static void check_edges(void)
{
	for (size_t i = 0; i < edge_count; i++)
		for (int e = 0; e < events; e++)
			if (edges[i].cost[e] > totals[e])
				problem("event %d: %s -> %s costs %" PRIu64
					" of %" PRIu64,
					e, functions.list[edges[i].caller].text,
					functions.list[edges[i].callee].text,
					edges[i].cost[e], totals[e]);
}

static bool is_root(int function)
{
	const char *object = objects.list[functions.list[function].object].text;

	return object && !strcmp(object, "[thread]");
}

/* No edge costs more than its callee does, or the cycle that the callee is in.
 */
static void check_callees(const struct function *components)
{
	for (size_t i = 0; i < edge_count; i++) {
		const struct function *to =
			&components[table[edges[i].callee].component];

		for (int e = 0; to->incoming && e < events; e++)
			if (edges[i].cost[e] > to->in[e])
				problem("event %d: %s -> %s costs more than "
					"the callee",
					e, functions.list[edges[i].caller].text,
					functions.list[edges[i].callee].text);
	}
}

/* What enters a component is what its functions cost and what leaves it. */
static void check_balance(int components)
{
	struct function *c = grown(NULL, ((size_t)components + 1) * sizeof(*c));
	int *member = ints((size_t)components, 0);

	memset(c, 0, ((size_t)components + 1) * sizeof(*c));
	for (int i = 1; i < functions.count; i++) {
		member[table[i].component] = i;
		for (int e = 0; e < events; e++)
			c[table[i].component].self[e] += table[i].self[e];
	}
	for (size_t i = 0; i < edge_count; i++) {
		struct function *from = &c[table[edges[i].caller].component];
		struct function *to = &c[table[edges[i].callee].component];

		if (from == to)
			continue;
		to->incoming++;
		for (int e = 0; e < events; e++) {
			from->out[e] += edges[i].cost[e];
			to->in[e] += edges[i].cost[e];
		}
	}
	check_callees(c);
	for (int i = 0; i < components; i++) {
		const char *name = functions.list[member[i]].text;

		if (!c[i].incoming && is_root(member[i]))
			continue;
		if (!c[i].incoming)
			problem("%s is entered from nowhere", name);
		for (int e = 0; c[i].incoming && e < events; e++)
			if (c[i].in[e] != c[i].self[e] + c[i].out[e])
				problem("event %d: %s: inclusive %" PRIu64
					", self %" PRIu64 " + calls %" PRIu64,
					e, name, c[i].in[e], c[i].self[e],
					c[i].out[e]);
	}
}

#endif
