/* model_test.c - functions, edges and lines: cases done by hand. */
#include "lib/analysis/model.h"
#include "tests/tap.h"
#include "tests/unit/fake_symbols.h"

static struct model_function *function_of(const struct model *m, unsigned f)
{
	for (size_t i = 0; i < m->function_count; i++)
		if (m->functions[i].symbol == &functions[f])
			return &m->functions[i];
	return NULL;
}

static const struct model_edge *edge_of(const struct model *m, unsigned caller,
					unsigned callee, uint32_t line)
{
	for (size_t i = 0; i < m->edge_count; i++) {
		const struct model_edge *e = &m->edges[i];

		if (m->functions[e->caller].symbol == &functions[caller] &&
		    m->functions[e->callee].symbol == &functions[callee] &&
		    e->site.line == line)
			return e;
	}
	return NULL;
}

static void recursion_is_counted_once(void)
{
	struct arena_build b = arena_build_new(ARENA_MODE_TRACE);
	uint32_t node = arena_build_thread(&b, 1, "main");
	struct profile *p;
	struct model *m;

	arena_build_module(&b, BASE, BASE + ADDRESSES, 0, "/bin/fake");
	for (int i = 0; i < 10; i++) {
		node = arena_build_node(&b, 1, node, BASE + 0x100,
					BASE + 0x102);
		arena_build_at(&b, node)->calls = 5;
		arena_build_at(&b, node)->self = 10;
	}
	p = finish(&b);
	m = build(&p, 1, true);
	IS_U64(function_of(m, 1)->calls, 50, "all calls");
	IS_U64(function_of(m, 1)->primitive_calls, 5, "primitive calls");
	IS_U64(function_of(m, 1)->cumulative.ns, 100,
	       "a recursive function's time counts once");
	IS_U64(edge_of(m, 1, 1, 3)->cumulative.ns, 90,
	       "and so does its edge to itself");
	IS_U64(edge_of(m, 1, 1, 3)->primitive_calls, 5,
	       "the edge's first calls are its primitive ones");
	OK(m->exact_calls && !m->sampled && m->clock == ARENA_CLOCK_WALL,
	   "the model says that calls are exact, on which clock");
	free_all(m, &p, 1);
}

static void folded_recursion_counts_calls(void)
{
	struct arena_build b = arena_build_new(ARENA_MODE_COUNT);
	uint32_t first = arena_build_node(
		&b, 1, arena_build_thread(&b, 1, "main"), BASE + 0x100, 0);
	uint32_t second =
		arena_build_node(&b, 1, first, BASE + 0x100, BASE + 0x102);
	uint32_t folded =
		arena_build_node(&b, 1, second, BASE + 0x100, BASE + 0x102);
	struct profile *p;
	struct model *m;

	arena_build_module(&b, BASE, BASE + ADDRESSES, 0, "/bin/fake");
	arena_build_at(&b, first)->calls = 4;
	arena_build_at(&b, second)->calls = 4;
	arena_build_at(&b, second)->self = 100;
	arena_build_at(&b, folded)->calls = 992;
	arena_build_at(&b, folded)->target = second;
	p = finish(&b);
	m = build(&p, 1, true);
	IS_U64(function_of(m, 1)->calls, 1000, "folded calls are counted");
	IS_U64(function_of(m, 1)->primitive_calls, 4, "but are not primitive");
	IS_U64(function_of(m, 1)->cumulative.ns, 100, "and add no time");
	OK(m->exact_calls && m->sampled, "count mode has exact calls, sampled "
					 "times");
	free_all(m, &p, 1);
}

static void leaf_positions_share_a_node(void)
{
	struct arena_build b = arena_build_new(ARENA_MODE_SAMPLE);
	uint32_t root = arena_build_thread(&b, 1, "main"), up;
	struct profile *p;
	struct model *m;

	arena_build_module(&b, BASE, BASE + ADDRESSES, 0, "/bin/fake");
	up = arena_build_node(&b, 1, root, BASE + 0x102, 0);
	for (uint64_t line = 0; line < 6; line += 2) {
		uint32_t n =
			arena_build_node(&b, 1, up, BASE + 0x200 + line, 0);

		arena_build_at(&b, n)->self = 10;
		arena_build_at(&b, n)->samples = 1;
	}
	p = finish(&b);
	m = build(&p, 1, true);
	IS_U64(m->node_count, 3, "three pcs of one function are one node");
	IS_U64(m->line_count, 3, "but three lines");
	OK(m->lines[0].position.line == 1 && m->lines[2].position.line == 5,
	   "which are sorted");
	IS_U64(m->edge_count, 2, "the edge into it is one");
	OK(m->edges[1].site.address == 0x102 && m->edges[1].site.line == 3,
	   "from the caller's pc");
	free_all(m, &p, 1);
}

static void inlined_functions_get_nodes(void)
{
	struct arena_build b = arena_build_new(ARENA_MODE_SAMPLE);
	uint32_t root = arena_build_thread(&b, 1, "main"), n;
	struct profile *p;
	struct model *m;

	arena_build_module(&b, BASE, BASE + ADDRESSES, 0, "/bin/fake");
	n = arena_build_node(&b, 1, root, BASE + 0x111, 0);
	arena_build_at(&b, n)->self = 10;
	p = finish(&b);
	m = build(&p, 1, true);
	/* At 0x111 f6 is inlined into f1. */
	OK(function_of(m, 6) && function_of(m, 6)->inlined_only &&
		   function_of(m, 6)->self.ns == 10,
	   "code inlined is its function's own time");
	OK(function_of(m, 1) && !function_of(m, 1)->inlined_only &&
		   function_of(m, 1)->cumulative.ns == 10,
	   "and its container's cumulative time");
	OK(edge_of(m, 1, 6, 101) && edge_of(m, 1, 6, 101)->inlined &&
		   !edge_of(m, 1, 6, 101)->site.address,
	   "entered at the line of the call, without an instruction");
	model_free(m);
	m = build(&p, 1, false);
	OK(!function_of(m, 6) && function_of(m, 1)->self.ns == 10,
	   "without inlines it is the container's own time");
	OK(m->lines[0].position.line == 1 &&
		   !strcmp(m->lines[0].position.file, "/src/3.c"),
	   "at the line that it really is at");
	free_all(m, &p, 1);
}

/* gcc gives an inlined function's hook the return address of the function
 * around it. */
static void hooks_of_inlined_functions(void)
{
	struct arena_build b = arena_build_new(ARENA_MODE_TRACE);
	uint32_t root = arena_build_thread(&b, 1, "main"), n;
	struct profile *p;
	struct model *m;

	arena_build_module(&b, BASE, BASE + ADDRESSES, 0, "/bin/fake");
	n = arena_build_node(&b, 1, root, BASE + 0x100, 0);
	n = arena_build_node(&b, 1, n, BASE + 0x200, BASE + 0x104);
	arena_build_node(&b, 1, n, BASE + 0x300, BASE + 0x104);
	arena_build_node(&b, 1, n, BASE + 0x400, BASE + 0x902);
	arena_build_node(&b, 1, n, BASE + 0x500, BASE + 0x207);
	p = finish(&b);
	m = build(&p, 1, true);
	OK(edge_of(m, 1, 2, 5), "a call in the caller");
	OK(edge_of(m, 2, 3, 0) && edge_of(m, 2, 3, 0)->inlined,
	   "from the address that its caller was called from: inlined");
	OK(edge_of(m, 2, 4, 0) && !edge_of(m, 2, 4, 0)->inlined &&
		   !strcmp(edge_of(m, 2, 4, 0)->site.file, "/src/1.c"),
	   "by way of code without hooks: the caller's file, no line");
	OK(edge_of(m, 2, 5, 7), "a call that is not");
	free_all(m, &p, 1);
}

static void regions_are_functions(void)
{
	struct arena_build b = arena_build_new(ARENA_MODE_TRACE);
	uint32_t root = arena_build_thread(&b, 1, "main"), n;
	const struct model_function *region = NULL;
	struct profile *p;
	struct model *m;

	arena_build_module(&b, BASE, BASE + ADDRESSES, 0, "/bin/fake");
	arena_build_name(&b, ARENA_REGION_BIT | 42, "solve");
	n = arena_build_node(&b, 1, root, BASE + 0x100, 0);
	n = arena_build_node(&b, 1, n, ARENA_REGION_BIT | 42, BASE + 0x105);
	arena_build_at(&b, n)->calls = 2;
	arena_build_at(&b, n)->self = 7;
	arena_build_node(&b, 1, n, BASE + 0x200, BASE + 0x106);
	p = finish(&b);
	m = build(&p, 1, true);
	for (size_t i = 0; i < m->function_count; i++)
		if (!strcmp(m->functions[i].symbol->name, "solve"))
			region = &m->functions[i];
	OK(region && region->synthetic && region->calls == 2 &&
		   region->self.ns == 7,
	   "a region is a function of its own");
	IS_STR(region ? region->symbol->module : "", "[region]",
	       "of no module");
	OK(m->edges[2].site.line == 7 && m->edges[2].site.address == 0x106,
	   "a call in a region is at its line in the function around it");
	free_all(m, &p, 1);
}

static void threads_have_roots_of_their_own(void)
{
	struct profile *p[3];
	struct model *m;
	size_t roots = 0;

	synthetic_count = 0;
	for (uint32_t i = 0; i < 3; i++) {
		struct arena_build b = arena_build_new(ARENA_MODE_SAMPLE);

		arena_build_header(&b)->pid = i < 2 ? 1 : 2;
		for (uint32_t t = 1; t <= 2; t++) {
			arena_build_thread(&b, t, t == 1 ? "" : "w\n");
			arena_build_record(&b, t)->unsampled_ns = 100;
		}
		arena_build_record(&b, 2)->merged = 4;
		p[i] = finish(&b);
	}
	m = build(p, 1, true);
	IS_STR(m->functions[0].symbol->name, "thread 1 (build)",
	       "a thread without a name has its program's");
	IS_STR(m->functions[1].symbol->name, "thread 2 (w?, 5 threads)",
	       "names are printable, and say how many they stand for");
	IS_U64(m->functions[0].self.ns, 100,
	       "what no sample caught is the root's own time");
	IS_U64(m->threads[1].total.ns, 100, "and part of the thread's total");
	model_free(m);
	synthetic_count = 0;
	m = build(p, 3, true);
	for (size_t i = 0; i < m->function_count; i++)
		roots += m->functions[i].synthetic;
	IS_U64(roots, 6, "each thread of each process has its own root");
	IS_STR(m->functions[0].symbol->name, "thread 1 of 1 (build)",
	       "named by its process where there are several");
	IS_U64(m->total.ns, 600, "the total is that of all");
	free_all(m, p, 3);
}

/* Samples of the given weights in one thread more of B. */
static void add_samples(struct arena_build *b, uint32_t serial,
			const uint64_t *weights, size_t count)
{
	uint32_t root = arena_build_thread(b, serial, "t");
	uint32_t node = arena_build_node(b, serial, root, 0x1000, 0);

	for (size_t i = 0; i < count; i++) {
		uint64_t units = weights[i] / ARENA_WEIGHT_UNIT;

		arena_build_at(b, node)->self += weights[i];
		arena_build_at(b, node)->samples++;
		arena_build_record(b, serial)->samples++;
		arena_build_record(b, serial)->weight_squares += units * units;
	}
}

/* n samples of weights w tell as much as sum(w)^2 / sum(w^2) equal ones. */
static void samples_of_unequal_weight_tell_less(void)
{
	static const uint64_t equal[] = { 64000, 64000, 64000, 64000 };
	static const uint64_t unequal[] = { 6400, 6400, 12800, 64000 };
	struct arena_build b = arena_build_new(ARENA_MODE_SAMPLE);
	double squares = 4 * 64000.0 * 64000 + 2 * 6400.0 * 6400 +
			 12800.0 * 12800 + 64000.0 * 64000;
	double sum = 4 * 64000 + 2 * 6400 + 12800 + 64000;
	struct profile *p[2];
	struct model *m;
	double samples;

	add_samples(&b, 1, equal, 4);
	add_samples(&b, 2, unequal, 4);
	p[0] = finish(&b);
	IS_U64((uint64_t)(p[0]->threads[0].spread * 1e6), 1000000,
	       "equal weights have no spread");
	m = build(p, 1, true);
	IS_U64(model_sampled_ns(m, &samples), (uint64_t)sum,
	       "all time was sampled");
	OK(samples > sum * sum / squares * 0.999 &&
		   samples < sum * sum / squares * 1.001,
	   "and the samples of both threads count by their weights");
	free_all(m, p, 1);

	b = arena_build_new(ARENA_MODE_SAMPLE);
	add_samples(&b, 1, unequal, 4);
	arena_build_record(&b, 1)->weight_squares = 0;
	add_samples(&b, 2, equal, 4);
	arena_build_record(&b, 2)->weight_squares = 1;
	p[0] = finish(&b);
	IS_U64((uint64_t)(p[0]->threads[0].spread * 1e6), 1000000,
	       "weights not known are taken to be equal");
	IS_U64((uint64_t)(p[0]->threads[1].spread * 1e6), 1000000,
	       "and no samples tell more than their number");
	profile_free(p[0]);
}

static void sums_beyond_64_bits_fail(void)
{
	struct profile *p[8];
	struct error err = { 0 };
	struct model *m;

	for (int i = 0; i < 8; i++) {
		struct arena_build b = arena_build_new(ARENA_MODE_SAMPLE);

		arena_build_thread(&b, 1, "x");
		arena_build_record(&b, 1)->unsampled_ns =
			(UINT64_C(1) << 62) - 1;
		p[i] = finish(&b);
	}
	m = model_build(p, 8, NULL, NULL, &err);
	OK(!m && err.code == ERROR_FORMAT, "a total beyond 64 bits fails");
	free_all(m, p, 8);
}

int main(void)
{
	fake_symbols();
	recursion_is_counted_once();
	folded_recursion_counts_calls();
	leaf_positions_share_a_node();
	inlined_functions_get_nodes();
	hooks_of_inlined_functions();
	regions_are_functions();
	threads_have_roots_of_their_own();
	samples_of_unequal_weight_tell_less();
	sums_beyond_64_bits_fail();
	return tap_done();
}
