/* prof lines: where in a function the time goes, line by line. */
#include "tools/prof/cli/load.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/message.h"
#include "tools/prof/cli/pick.h"
#include "tools/prof/command.h"
#include "tools/prof/listing.h"
#include "tools/prof/view/facts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct arg_option options[] = {
	LISTING_OPTIONS,
	{ "json", 0, ARG_FLAG, NULL, "as JSON", arg_set,
	  ARG_AT(struct listing_settings, json) },
	{ 0 },
};

/* Profiles that count blocks, and those that do not: where there are both,
 * times come from the latter, which no counting has distorted. */
struct sorted {
	struct loaded timed; /* its profiles belong to another loaded */
	struct profile **counting;
	size_t counting_count;
};

static void sort_profiles(struct sorted *to, const struct loaded *from)
{
	to->timed = *from;
	to->timed.profiles = memory_array(from->count, sizeof(void *));
	to->timed.count = 0;
	to->counting = memory_array(from->count, sizeof(void *));
	to->counting_count = 0;
	for (size_t i = 0; i < from->count; i++) {
		struct profile *p = from->profiles[i];

		if (p->block_count)
			to->counting[to->counting_count++] = p;
		else
			to->timed.profiles[to->timed.count++] = p;
	}
	if (to->timed.count)
		return;
	memcpy(to->timed.profiles, to->counting,
	       to->counting_count * sizeof(void *));
	to->timed.count = to->counting_count;
}

static bool all_traced(const struct model *m)
{
	for (size_t i = 0; i < m->process_count; i++)
		if (m->processes[i].profile->header.mode == ARENA_MODE_SAMPLE)
			return false;
	return true;
}

static void print_counting(const struct lines_view *view,
			   const struct sorted *sorted)
{
	uint64_t blocks = hits_blocks(view->hits);
	uint64_t lost = hits_lost(view->hits);

	if (sorted->counting_count &&
	    sorted->timed.profiles[0] != sorted->counting[0])
		fprintf(view->out,
			"Hits are of %zu other profile%s, which counted "
			"blocks.\n",
			sorted->counting_count,
			sorted->counting_count > 1 ? "s" : "");
	if (lost)
		fprintf(view->out,
			"%" PRIu64 " of %" PRIu64 " executions of blocks are "
			"of code whose lines are not known.\n",
			lost, blocks);
	fprintf(view->out, "Timer unit: 1e-09 %s\n\n",
		view->model->clock < ARENA_CLOCK_CYCLES
			? "s"
			: facts_unit(view->model->clock));
}

static void write_json(const struct listing *l)
{
	struct json j = { .out = l->view.out };

	json_object(&j);
	json_put_text(&j, "format", "libprof lines");
	json_put_u64(&j, "version", 1);
	json_put_seconds(&j, "total_seconds", l->view.model->total.ns);
	json_put_text(&j, "unit", facts_unit(l->view.model->clock));
	json_put_u64(&j, "blocks", hits_blocks(l->view.hits));
	json_put_u64(&j, "blocks_without_line", hits_lost(l->view.hits));
	json_name(&j, "functions");
	json_array(&j);
	for (size_t i = 0; i < l->chosen.count; i++)
		lines_write_json(&l->view, &l->chosen.list[i], &j);
	json_end_array(&j);
	json_end_object(&j);
	fputc('\n', l->view.out);
}

static int show(struct listing_settings *s, const struct sorted *sorted,
		char **names, size_t count)
{
	const struct loaded *timed = &sorted->timed;
	struct listing listing;

	if (!listing_begin(&listing, s, timed, sorted->counting,
			   sorted->counting_count, names, count))
		return STATUS_USAGE;
	listing.view.traced = all_traced(timed->model);
	functions_measure(&listing.chosen, timed->symbolizer);
	if (s->json) {
		write_json(&listing);
		return listing_end(&listing, STATUS_OK);
	}
	print_counting(&listing.view, sorted);
	for (size_t i = 0; i < listing.chosen.count; i++)
		lines_print(&listing.view, &listing.chosen.list[i]);
	return listing_end(&listing, STATUS_OK);
}

static int run(const struct command *self, int argc, char **argv)
{
	struct listing_settings s = { 0 };
	struct load_model_options how = {
		.resolve_inlines = true,
		.inline_nodes = true,
	};
	struct loaded loaded;
	struct sorted sorted;
	size_t count = (size_t)args_parse(self, ARGS_MIXED, argc, argv, &s);
	size_t profiles = pick_profiles(argv, count);
	int status;

	load_profiles(&loaded, argv, profiles, &s.load);
	sort_profiles(&sorted, &loaded);
	load_model(&sorted.timed, &s.load, &how);
	status = show(&s, &sorted, argv + profiles, count - profiles);
	model_free(sorted.timed.model);
	symbolizer_free(sorted.timed.symbolizer);
	free(sorted.timed.profiles);
	free(sorted.counting);
	load_free(&loaded);
	return status;
}

const struct command lines_command = {
	.name = "lines",
	.operands = "[FUNCTION|SOURCE|FILE]...",
	.help = "show the time by source line, as line_profiler does",
	.details =
		"FUNCTION is a name, with or without scopes and parameters; "
		"SOURCE a source\n"
		"file, all of whose functions are shown; FILE a profile "
		"(default: the newest\n"
		"session here). Without FUNCTION and SOURCE: those functions "
		"whose own time is\n"
		"a tenth of the total or more.\n"
		"\n"
		"Hits      how often control came to the line, exactly, where "
		"the program is\n"
		"          built with -fsanitize-coverage=trace-pc (clang: "
		"trace-pc,no-prune);\n"
		"          else Calls: what the line called, where hooks count "
		"that\n"
		"Time      nanoseconds in the line and in what it calls\n"
		"Per Hit   Time by Hits\n"
		"% Time    of the function's\n"
		"\n"
		"Counting slows small blocks down. Profile a plain build as "
		"well and give both\n"
		"files: then times come from the plain one, and hits from the "
		"other.\n",
	.options = options,
	.usage_status = STATUS_USAGE,
	.run = run,
};
