/* callgrind: for KCachegrind and callgrind_annotate.
 *
 * The order of the lines is what KCachegrind 22.12 wants. Costs are integers
 * that the model added up, so self costs, totals and summary are equal; every
 * stack hangs under its thread's root, so nothing is entered from nowhere.
 */
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/printable.h"
#include "tools/prof/export/callgrind_names.h"
#include "tools/prof/export/exporter.h"
#include "tools/prof/view/facts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What is written about one function: a self cost or a call. */
struct item {
	struct model_position at;
	bool foreign;	 /* at.file is not the function's own: inlined code */
	uint32_t callee; /* MODEL_NONE: a self cost */
	uint64_t calls;
	struct model_cost cost;
};

struct writer {
	const struct model *model;
	struct callgrind_names *names;
	FILE *out;
	bool instr, samples; /* columns written */
	struct item *items;  /* of the function being written */
	size_t *edge_order;  /* edges by caller */
	bool *is_root;	     /* of each function: stands for a thread */
	size_t next_line, next_edge;
	struct model_cost total; /* of self costs written */
};

static int compare_text(const char *a, const char *b)
{
	if (a == b)
		return 0;
	return !a ? -1 : !b ? 1 : strcmp(a, b);
}

static int compare_items(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int order = (int)x->foreign - (int)y->foreign;

	if (!order)
		order = compare_text(x->at.file, y->at.file);
	if (order)
		return order;
	if (x->at.line != y->at.line)
		return x->at.line < y->at.line ? -1 : 1;
	if (x->at.address != y->at.address)
		return x->at.address < y->at.address ? -1 : 1;
	/* Self costs first: MODEL_NONE + 1 is 0. */
	return (x->callee + 1 > y->callee + 1) -
	       (x->callee + 1 < y->callee + 1);
}

static int compare_edges(const void *a, const void *b, void *context)
{
	const struct model_edge *edges = context;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	if (edges[x].caller != edges[y].caller)
		return edges[x].caller < edges[y].caller ? -1 : 1;
	return (x > y) - (x < y);
}

/* POSITION as an item of FUNCTION, whose own file is OWN, has it. */
static void place(const struct writer *w, struct item *item, uint32_t function,
		  const struct model_position *position, const char *own)
{
	item->at = *position;
	/* A thread's root or a region has no code: where it calls from is an
	 * address of some other object. */
	if (!w->instr || w->model->functions[function].synthetic)
		item->at.address = 0;
	if (w->is_root[function])
		item->at = (struct model_position){ 0 };
	if (!item->at.file || !strcmp(item->at.file, own))
		item->at.file = own;
	item->foreign = item->at.file != own;
}

/* N >= 1 always: callgrind_annotate takes the line after calls=0 for a self
 * cost. Without exact counts it is how many contexts were seen. */
static uint64_t call_count(const struct model *m, const struct model_edge *e)
{
	uint64_t n = m->exact_calls ? e->calls : e->activations;

	return n ? n : 1;
}

/* Join what stands at one place, which happens where addresses are left out. */
static size_t merge_items(struct item *items, size_t count)
{
	size_t kept = 0;

	if (count == 0)
		return 0;
	qsort(items, count, sizeof(*items), compare_items);
	for (size_t i = 1; i < count; i++) {
		if (compare_items(&items[kept], &items[i]) != 0) {
			items[++kept] = items[i];
			continue;
		}
		items[kept].calls += items[i].calls;
		items[kept].cost.ns += items[i].cost.ns;
		items[kept].cost.samples += items[i].cost.samples;
	}
	return kept + 1;
}

/* Fill w->items with what FUNCTION has; functions are asked for in order. */
static size_t collect(struct writer *w, uint32_t function)
{
	const struct model *m = w->model;
	const char *own = callgrind_names_file(w->names, function);
	size_t count = 0;

	for (; w->next_line < m->line_count &&
	       m->lines[w->next_line].function == function;
	     w->next_line++) {
		const struct model_line *l = &m->lines[w->next_line];

		if (!l->self.ns && !l->self.samples)
			continue;
		place(w, &w->items[count], function, &l->position, own);
		w->items[count].callee = MODEL_NONE;
		w->items[count].calls = 0;
		w->items[count++].cost = l->self;
	}
	for (; w->next_edge < m->edge_count; w->next_edge++) {
		const struct model_edge *e =
			&m->edges[w->edge_order[w->next_edge]];

		if (e->caller != function)
			break;
		place(w, &w->items[count], function, &e->site, own);
		w->items[count].callee = e->callee;
		w->items[count].calls = call_count(m, e);
		w->items[count++].cost = e->cumulative;
	}
	return merge_items(w->items, count);
}

static void put_cost(const struct writer *w, const struct item *item)
{
	if (w->instr)
		fprintf(w->out, "0x%" PRIx64 " ", item->at.address);
	fprintf(w->out, "%" PRIu32 " %" PRIu64, item->at.line, item->cost.ns);
	if (w->samples)
		fprintf(w->out, " %" PRIu64, item->cost.samples);
	putc('\n', w->out);
}

static void put_call(struct writer *w, uint32_t caller, const struct item *item)
{
	const struct symbol_function *to =
		w->model->functions[item->callee].symbol;
	struct callgrind_names *n = w->names;

	/* Without these lines a reader takes the file that it is in, which
	 * within inlined code is not the function's own. */
	if (item->foreign ||
	    !callgrind_names_same_place(n, caller, item->callee)) {
		callgrind_names_put_object(n, w->out, "cob", item->callee);
		callgrind_names_put_file(n, w->out, "cfi",
					 callgrind_names_file(n, item->callee));
	}
	callgrind_names_put_function(n, w->out, "cfn", item->callee);
	fprintf(w->out, "calls=%" PRIu64 " ", item->calls);
	if (w->instr)
		fprintf(w->out, "0x%" PRIx64 " ", to->low);
	fprintf(w->out, "%" PRIu32 "\n", to->line);
	put_cost(w, item);
}

static void put_function(struct writer *w, uint32_t function)
{
	size_t count = collect(w, function);
	const char *own = callgrind_names_file(w->names, function);
	const char *current = own;

	if (count == 0)
		return; /* a leaf without cost: its callers' lines name it */
	putc('\n', w->out);
	callgrind_names_put_object(w->names, w->out, "ob", function);
	callgrind_names_put_file(w->names, w->out, "fl", own);
	callgrind_names_put_function(w->names, w->out, "fn", function);
	for (size_t i = 0; i < count; i++) {
		const struct item *item = &w->items[i];

		if (compare_text(item->at.file, current) != 0)
			callgrind_names_put_file(w->names, w->out, "fi",
						 item->at.file);
		current = item->at.file;
		if (item->callee != MODEL_NONE) {
			put_call(w, function, item);
			continue;
		}
		put_cost(w, item);
		w->total.ns += item->cost.ns;
		w->total.samples += item->cost.samples;
	}
	if (current != own)
		callgrind_names_put_file(w->names, w->out, "fe", own);
}

static void put_pair(const struct writer *w, const char *key,
		     const struct model_cost *cost)
{
	fprintf(w->out, "%s: %" PRIu64, key, cost->ns);
	if (w->samples)
		fprintf(w->out, " %" PRIu64, cost->samples);
	putc('\n', w->out);
}

static void put_descriptions(const struct writer *w)
{
	const struct model *m = w->model;

	fprintf(w->out, "desc: Trigger: %zu thread%s of %zu process%s\n",
		m->thread_count, m->thread_count == 1 ? "" : "s",
		m->process_count, m->process_count == 1 ? "" : "es");
	fprintf(w->out, "desc: Timerange: %s\n",
		m->sampled ? "all that was sampled" : "all that was recorded");
	if (!m->exact_calls)
		fputs("desc: Calls: contexts that samples saw (the program "
		      "was sampled: it was not counted)\n",
		      w->out);
}

static void put_header(const struct writer *w)
{
	static const char *const times[] = {
		[0] = "Time",
		[ARENA_CLOCK_CPU] = "CPU time",
		[ARENA_CLOCK_WALL] = "Wall time",
	};
	const struct model *m = w->model;
	const struct profile *first = m->processes[0].profile;
	char *command = facts_command(first);
	unsigned clock = m->clock <= ARENA_CLOCK_WALL ? m->clock : 0;

	fprintf(w->out,
		"# callgrind format\nversion: 1\ncreator: "
		"prof " PROF_VERSION_TEXT "\npid: %" PRIu32 "\ncmd: %s",
		first->header.pid, command[0] ? command : "???");
	free(command);
	if (m->process_count > 1)
		fprintf(w->out, " (and %zu more)", m->process_count - 1);
	fputs("\npart: 1\n", w->out);
	put_descriptions(w);
	fprintf(w->out, "event: ns : %s (ns)\n", times[clock]);
	if (w->samples)
		fputs("event: samples : Samples\n", w->out);
	fprintf(w->out, "positions: %s\nevents: ns%s\n",
		w->instr ? "instr line" : "line", w->samples ? " samples" : "");
	put_pair(w, "summary", &m->total);
}

static bool addresses_known(const struct model *m)
{
	for (size_t i = 0; i < m->line_count; i++)
		if (m->lines[i].position.address)
			return true;
	for (size_t i = 0; i < m->edge_count; i++)
		if (m->edges[i].site.address)
			return true;
	return false;
}

static bool write_callgrind(const struct model *m,
			    const struct export_options *options, FILE *out,
			    struct error *err)
{
	struct writer w = { .model = m, .out = out, .samples = m->sampled };

	if (m->process_count == 0)
		return error_set(err, ERROR_FORMAT, "no process to write");
	w.instr = options->positions == EXPORT_POSITIONS_INSTR ||
		  (options->positions == EXPORT_POSITIONS_AUTO &&
		   addresses_known(m));
	w.names = callgrind_names_new(m);
	w.items = memory_array(m->line_count + m->edge_count, sizeof(*w.items));
	w.edge_order = memory_array(m->edge_count, sizeof(*w.edge_order));
	for (size_t i = 0; i < m->edge_count; i++)
		w.edge_order[i] = i;
	if (m->edge_count)
		qsort_r(w.edge_order, m->edge_count, sizeof(*w.edge_order),
			compare_edges, m->edges);
	w.is_root = memory_array(m->function_count, sizeof(*w.is_root));
	for (size_t i = 0; i < m->thread_count; i++)
		w.is_root[m->nodes[m->threads[i].root].function] = true;
	put_header(&w);
	for (uint32_t i = 0; i < m->function_count; i++)
		put_function(&w, i);
	putc('\n', out);
	put_pair(&w, "totals", &w.total);
	free(w.is_root);
	free(w.edge_order);
	free(w.items);
	callgrind_names_free(w.names);
	return true;
}

extern const struct exporter callgrind_exporter;
const struct exporter callgrind_exporter = {
	.name = "callgrind",
	.help = "for kcachegrind, qcachegrind, callgrind_annotate",
	.prefix = "callgrind.out",
	.open_with = "kcachegrind",
	.inline_nodes = false,
	.write = write_callgrind,
};
