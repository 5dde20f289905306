/* callgrind: for KCachegrind and callgrind_annotate.
 *
 * The order of the lines is what KCachegrind 22.12 wants. Costs are integers,
 * added up once, so own costs, totals and summary are equal; every stack hangs
 * under its thread's root, so nothing is entered from nowhere.
 */
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/printable.h"
#include "tools/prof/export/callgrind_graph.h"
#include "tools/prof/export/exporter.h"
#include "tools/prof/view/facts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct writer {
	const struct model *model;
	struct callgrind_names *names;
	struct callgrind_graph *graph;
	FILE *out;
	bool instr;
	/* The columns, in order. */
	enum callgrind_event events[CALLGRIND_EVENTS];
	int event_count;
};

static const char *const event_names[CALLGRIND_EVENTS] = {
	[CALLGRIND_TIME] = "ns",
	[CALLGRIND_CYCLES] = "cycles",
	[CALLGRIND_INSTRUCTIONS] = "instructions",
	[CALLGRIND_CACHE_MISSES] = "cachemisses",
	[CALLGRIND_BRANCH_MISSES] = "branchmisses",
	[CALLGRIND_PAGE_FAULTS] = "pagefaults",
	[CALLGRIND_SAMPLES] = "samples",
	[CALLGRIND_CALLS] = "calls",
};

static void put_costs(const struct writer *w, const struct callgrind_cost *cost)
{
	for (int i = 0; i < w->event_count; i++)
		fprintf(w->out, " %" PRIu64, cost->of[w->events[i]]);
	putc('\n', w->out);
}

static void put_position(const struct writer *w, uint64_t address,
			 uint32_t line)
{
	if (w->instr)
		fprintf(w->out, "0x%" PRIx64 " ", address);
	fprintf(w->out, "%" PRIu32, line);
}

static void put_call(struct writer *w, const struct callgrind_item *item)
{
	uint32_t caller = callgrind_label_function(item->owner);
	uint32_t callee = callgrind_label_function(item->callee);
	const struct symbol_function *to = w->model->functions[callee].symbol;
	struct callgrind_names *n = w->names;

	/* Without these lines a reader takes the file that it is in, which
	 * within inlined code is not the function's own. */
	if (item->foreign || !callgrind_names_same_place(n, caller, callee)) {
		callgrind_names_put_object(n, w->out, "cob", callee);
		callgrind_names_put_file(n, w->out, "cfi",
					 callgrind_names_file(n, callee));
	}
	callgrind_names_put_function(n, w->out, "cfn", item->callee);
	/* N >= 1 always: callgrind_annotate takes the line after calls=0 for
	 * a self cost. */
	fprintf(w->out, "calls=%" PRIu64 " ", item->calls ? item->calls : 1);
	put_position(w, to->low, to->line);
	putc('\n', w->out);
	put_position(w, item->at.address, item->at.line);
	put_costs(w, &item->cost);
}

/* Write the function that ITEM is the first of; returns how many are its. */
static size_t put_function(struct writer *w, const struct callgrind_item *item,
			   size_t left)
{
	uint32_t label = item->owner;
	uint32_t function = callgrind_label_function(label);
	const char *own = callgrind_names_file(w->names, function);
	const char *current = own;
	size_t i;

	putc('\n', w->out);
	callgrind_names_put_object(w->names, w->out, "ob", function);
	callgrind_names_put_file(w->names, w->out, "fl", own);
	callgrind_names_put_function(w->names, w->out, "fn", label);
	for (i = 0; i < left && item[i].owner == label; i++) {
		if (strcmp(item[i].at.file, current) != 0)
			callgrind_names_put_file(w->names, w->out, "fi",
						 item[i].at.file);
		current = item[i].at.file;
		if (item[i].callee != MODEL_NONE) {
			put_call(w, &item[i]);
			continue;
		}
		put_position(w, item[i].at.address, item[i].at.line);
		put_costs(w, &item[i].cost);
	}
	if (current != own)
		callgrind_names_put_file(w->names, w->out, "fe", own);
	return i;
}

/* A thread that did nothing is there all the same. */
static void put_nothing(struct writer *w, uint32_t thread)
{
	const struct model *m = w->model;
	uint32_t root = m->nodes[m->threads[thread].root].function;
	struct callgrind_item item = {
		.owner = callgrind_label(root, false),
		.callee = MODEL_NONE,
		.at = { .file = callgrind_names_file(w->names, root) },
	};

	put_function(w, &item, 1);
}

/* --- header ---------------------------------------------------------------
 */

static void put_clean(FILE *out, const char *key, const char *text)
{
	char *clean = printable(text);
	size_t length = strlen(clean);

	while (length && clean[length - 1] == ' ')
		clean[--length] = '\0';
	fprintf(out, "%s: %s", key, length ? clean : "???");
	free(clean);
}

static void put_command(const struct writer *w, const struct profile *p)
{
	char *command = facts_command(p);

	put_clean(w->out, "cmd", command);
	free(command);
}

static bool several_hosts(const struct model *m)
{
	for (size_t i = 1; i < m->process_count; i++)
		if (strcmp(m->processes[i].profile->header.host,
			   m->processes[0].profile->header.host) != 0)
			return true;
	return false;
}

/* "thread 2 (worker, tid 4712) of rank 3 on n7": only what tells apart. */
static void put_thread_description(const struct writer *w,
				   const struct model_thread *t)
{
	const struct profile *p = w->model->processes[t->process].profile;
	char *name =
		printable(t->name && *t->name ? t->name : p->header.program);
	char *host = printable(p->header.host);

	fprintf(w->out, "desc: Trigger: thread %" PRIu32 " (%s%stid %" PRIu32,
		t->serial, name, *name ? ", " : "", t->tid);
	if (t->merged)
		fprintf(w->out, " and %" PRIu32 " more", t->merged);
	putc(')', w->out);
	if (p->header.rank != UINT32_MAX && w->model->process_count > 1)
		fprintf(w->out, " of rank %" PRIu32, p->header.rank);
	if (*host && several_hosts(w->model))
		fprintf(w->out, " on %s", host);
	putc('\n', w->out);
	free(host);
	free(name);
}

static void put_whole_description(const struct writer *w)
{
	const struct model *m = w->model;

	fprintf(w->out, "desc: Trigger: %zu thread%s of %zu process%s\n",
		m->thread_count, m->thread_count == 1 ? "" : "s",
		m->process_count, m->process_count == 1 ? "" : "es");
}

struct notes {
	uint64_t overhead_ns, error_ns, samples, cut;
	bool lost, without_end;
};

/* Of the process of thread T, or of all. */
static struct notes take_notes(const struct model *m,
			       const struct model_thread *t)
{
	struct notes n = { 0 };

	for (size_t i = 0; i < m->process_count; i++) {
		const struct profile *p = m->processes[i].profile;
		struct facts_samples own = facts_samples(p);

		if (t && t->process != i)
			continue;
		n.overhead_ns += p->overhead_ns;
		n.error_ns += p->overhead_error_ns;
		n.samples += own.samples;
		n.cut += own.cut;
		n.lost |= facts_lost(p);
		n.without_end |= p->header.end == ARENA_END_NONE;
	}
	return n;
}

/* What a reader of the numbers should know. */
static void put_notes(const struct writer *w, const struct model_thread *t)
{
	const struct model *m = w->model;
	const char *where = t ? " (of the whole process)" : "";
	struct notes n = take_notes(m, t);

	fprintf(w->out, "desc: Timerange: all that was %s%s\n",
		m->sampled ? "sampled" : "recorded",
		n.without_end ? ", up to an end without notice" : "");
	if (!m->exact_calls)
		fputs("desc: Calls: contexts that samples saw (the program "
		      "was sampled: it was not counted)\n",
		      w->out);
	if (n.overhead_ns)
		fprintf(w->out,
			"desc: Overhead: %" PRIu64 " ns of the hooks' cost "
			"taken out, give or take %" PRIu64 " ns%s\n",
			n.overhead_ns, n.error_ns, where);
	if (n.cut)
		fprintf(w->out,
			"desc: Cut: %" PRIu64 " of %" PRIu64 " stacks end "
			"before their outermost frame%s\n",
			n.cut, n.samples, where);
	if (n.lost)
		fprintf(w->out,
			"desc: Lost: something is missing; prof info says "
			"what%s\n",
			where);
}

/* The clock of all whose cost is time; 0 where they differ. */
static unsigned time_clock(const struct model *m)
{
	unsigned clock = 0;

	for (size_t i = 0; i < m->process_count; i++) {
		unsigned own = m->processes[i].profile->header.clock;

		if (callgrind_clock_event(own) != CALLGRIND_TIME)
			continue;
		if (clock && own != clock)
			return 0;
		clock = own;
	}
	return clock;
}

static void put_events(const struct writer *w)
{
	static const char *const times[] = {
		[0] = "Time (ns)",
		[ARENA_CLOCK_CPU] = "CPU time (ns)",
		[ARENA_CLOCK_WALL] = "Wall time (ns)",
	};
	static const char *const names[CALLGRIND_EVENTS] = {
		[CALLGRIND_CYCLES] = "Cycles",
		[CALLGRIND_INSTRUCTIONS] = "Instructions",
		[CALLGRIND_CACHE_MISSES] = "Cache misses",
		[CALLGRIND_BRANCH_MISSES] = "Branch misses",
		[CALLGRIND_PAGE_FAULTS] = "Page faults (millionths)",
		[CALLGRIND_SAMPLES] = "Samples",
		[CALLGRIND_CALLS] = "Calls of functions",
	};

	for (int i = 0; i < w->event_count; i++)
		fprintf(w->out, "event: %s : %s\n", event_names[w->events[i]],
			w->events[i] == CALLGRIND_TIME
				? times[time_clock(w->model)]
				: names[w->events[i]]);
	fprintf(w->out,
		"positions: %s\nevents:", w->instr ? "instr line" : "line");
	for (int i = 0; i < w->event_count; i++)
		fprintf(w->out, " %s", event_names[w->events[i]]);
	putc('\n', w->out);
}

/* THREAD: the part's one, or MODEL_NONE. */
static void put_header(const struct writer *w, uint32_t thread)
{
	const struct model *m = w->model;
	const struct model_thread *t =
		thread == MODEL_NONE ? NULL : &m->threads[thread];
	const struct profile *p = m->processes[t ? t->process : 0].profile;

	fprintf(w->out,
		"# callgrind format\nversion: 1\ncreator: "
		"prof " PROF_VERSION_TEXT "\npid: %" PRIu32 "\n",
		p->header.pid);
	put_command(w, p);
	if (!t && m->process_count > 1)
		fprintf(w->out, " (and %zu more)", m->process_count - 1);
	fputs("\npart: 1\n", w->out);
	if (t)
		fprintf(w->out, "thread: %" PRIu32 "\n", t->serial);
	if (t)
		put_thread_description(w, t);
	else
		put_whole_description(w);
	put_notes(w, t);
	put_events(w);
}

static void put_part(struct writer *w, uint32_t thread)
{
	struct callgrind_cost total;
	size_t count = callgrind_graph_make(w->graph, thread, &total);
	const struct callgrind_item *items = callgrind_graph_items(w->graph);

	callgrind_names_restart(w->names);
	put_header(w, thread);
	fputs("summary:", w->out);
	put_costs(w, &total);
	if (count == 0 && w->model->thread_count)
		put_nothing(w, thread == MODEL_NONE ? 0 : thread);
	for (size_t i = 0; i < count;)
		i += put_function(w, &items[i], count - i);
	fputs("\ntotals:", w->out);
	put_costs(w, &total);
}

/* --- the whole ------------------------------------------------------------
 */

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

/* Those that some process recorded. */
static void choose_events(struct writer *w)
{
	const struct model *m = w->model;
	bool has[CALLGRIND_EVENTS] = {
		[CALLGRIND_SAMPLES] = m->sampled,
		[CALLGRIND_CALLS] = m->exact_calls,
	};

	for (size_t i = 0; i < m->process_count; i++)
		has[callgrind_clock_event(
			m->processes[i].profile->header.clock)] = true;
	for (int i = 0; i < CALLGRIND_EVENTS; i++)
		if (has[i])
			w->events[w->event_count++] = (enum callgrind_event)i;
}

static bool begin(struct writer *w, const struct model *m,
		  const struct export_options *options, struct error *err)
{
	struct callgrind_graph_options how;

	if (m->process_count == 0)
		return error_set(err, ERROR_FORMAT, "no process to write");
	*w = (struct writer){ .model = m };
	choose_events(w);
	w->instr = options->positions == EXPORT_POSITIONS_INSTR ||
		   (options->positions == EXPORT_POSITIONS_AUTO &&
		    addresses_known(m));
	how.instr = w->instr;
	how.split_recursion = options->split_recursion;
	w->names = callgrind_names_new(m);
	w->graph = callgrind_graph_new(m, w->names, &how);
	return true;
}

static void end(struct writer *w)
{
	callgrind_graph_free(w->graph);
	callgrind_names_free(w->names);
}

static bool write_callgrind(const struct model *m,
			    const struct export_options *options, FILE *out,
			    struct error *err)
{
	struct writer w;

	if (!begin(&w, m, options, err))
		return false;
	w.out = out;
	put_part(&w, MODEL_NONE);
	end(&w);
	return true;
}

static bool write_threads(const struct model *m,
			  const struct export_options *options,
			  struct export_parts *parts, struct error *err)
{
	struct writer w;
	bool ok = true;

	if (!begin(&w, m, options, err))
		return false;
	for (uint32_t i = 0; ok && i < m->thread_count; i++) {
		w.out = parts->next(parts, err);
		ok = w.out != NULL;
		if (ok)
			put_part(&w, i);
	}
	end(&w);
	return ok;
}

extern const struct exporter callgrind_exporter;
const struct exporter callgrind_exporter = {
	.name = "callgrind",
	.help = "for kcachegrind, qcachegrind, callgrind_annotate",
	.prefix = "callgrind.out",
	.open_with = "kcachegrind",
	.inline_nodes = false,
	.write = write_callgrind,
	.write_parts = write_threads,
};
