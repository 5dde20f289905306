/* prof info: everything a profile says about its process, but the costs. */
#include "tools/prof/cli/load.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/message.h"
#include "tools/prof/cli/output.h"
#include "tools/prof/cli/printable.h"
#include "tools/prof/command.h"
#include "tools/prof/view/facts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct settings {
	struct load_settings load; /* first: see load.h */
};

static double seconds(uint64_t ns)
{
	return (double)ns * 1e-9;
}

static void put_text(const char *label, const char *text)
{
	printf("  %-12s ", label);
	printable_put(stdout, text && text[0] ? text : "unknown");
	putchar('\n');
}

static void print_start(uint64_t real_ns)
{
	time_t start = (time_t)(real_ns / 1000000000u);
	struct tm tm;
	char text[64];

	if (localtime_r(&start, &tm) &&
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %z", &tm))
		put_text("started", text);
}

static void print_process(const struct profile *p)
{
	const struct arena_header *h = &p->header;
	char *command = facts_command(p), *end = facts_end(p);

	put_text("command", command);
	put_text("executable", p->exe);
	put_text("directory", p->cwd);
	printf("  %-12s %" PRIu32 ", parent %" PRIu32 "%s\n", "pid", h->pid,
	       h->ppid, h->forked ? ", forked without exec" : "");
	if (h->rank != UINT32_MAX)
		printf("  %-12s %" PRIu32 "\n", "rank", h->rank);
	printf("  %-12s ", "host");
	printable_put(stdout, h->host);
	if (h->host_cpus)
		printf(", %" PRIu32 " CPUs", h->host_cpus);
	putchar('\n');
	put_text("session", h->session[0] ? h->session : "none");
	print_start(h->start_real_ns);
	printf("  %-12s %.3f s, then it %s\n", "ran", seconds(p->wall_ns), end);
	if (h->user_ns || h->sys_ns)
		printf("  %-12s user %.3f s, sys %.3f s; before recording "
		       "%.3f s\n",
		       "CPU time", seconds(h->user_ns), seconds(h->sys_ns),
		       seconds(h->start_cpu_ns));
	free(command);
	free(end);
}

static void print_mode(const struct profile *p)
{
	const struct arena_header *h = &p->header;
	struct facts_samples s = facts_samples(p);

	printf("  %-12s %s, %s, %.3f %s in total\n", "mode", facts_mode(h),
	       facts_clock(h), seconds(s.clock_ns),
	       h->clock < ARENA_CLOCK_CYCLES ? "s" : facts_unit(h->clock));
	if (h->mode != ARENA_MODE_TRACE) {
		printf("  %-12s %s\n", "engine", facts_engine(h));
		if (h->clock < ARENA_CLOCK_CYCLES)
			printf("  %-12s asked %" PRIu32
			       " a second, delivered %.1f\n",
			       "rate", h->hz, facts_rate(&s));
		printf("  %-12s %" PRIu64
		       ", worth %.0f of equal weight; %" PRIu64
		       " timer expiries came as one with another\n",
		       "samples", s.samples, s.equal, s.overruns);
	}
	if (h->mode == ARENA_MODE_SAMPLE)
		printf("  %-12s %" PRIu64 " stacks before their outermost "
		       "frame\n",
		       "cut", s.cut);
	for (const struct facts_cause *c = facts_cuts; c->what; c++)
		if (h->cuts[c->index])
			printf("  %-12s %" PRIu64 ": %s\n", "",
			       h->cuts[c->index], c->what);
	if (h->mode == ARENA_MODE_SAMPLE)
		return;
	printf("  %-12s %.6f s taken out, uncertain by %.6f s\n", "overhead",
	       seconds(p->overhead_ns), seconds(p->overhead_error_ns));
	printf("  %-12s %.1f ns inside, %.1f ns outside the callee; at the "
	       "end %.1f, %.1f\n",
	       "call pair", (double)h->hook_inside_ps[0] * 1e-3,
	       (double)h->hook_outside_ps[0] * 1e-3,
	       (double)h->hook_inside_ps[1] * 1e-3,
	       (double)h->hook_outside_ps[1] * 1e-3);
	for (const struct facts_cause *c = facts_left_out; c->what; c++)
		if (p->left_out[c->index])
			printf("  %-12s %" PRIu64 " %s\n", "filter",
			       p->left_out[c->index], c->what);
	if (h->min_duration_ns) {
		char least[32];

		facts_duration(least, sizeof(least),
			       (double)h->min_duration_ns);
		printf("  %-12s below %s left out: %.6f s in their callers' "
		       "time\n",
		       "calls", least, seconds(p->left_out_ns));
	}
	if (p->clamped)
		printf("  %-12s %" PRIu64 " contexts cost less than their "
		       "hooks: shown as 0\n",
		       "clamped", p->clamped);
}

static void print_extras(const struct profile *p)
{
	uint64_t executions = 0;

	for (size_t i = 0; i < p->block_count; i++)
		executions += p->blocks[i].count;
	if (p->block_count)
		printf("  %-12s %zu, which ran %" PRIu64
		       " times; counting took "
		       "%.3f s\n",
		       "blocks", p->block_count, executions,
		       seconds(p->overhead_ns));
	if (p->image)
		printf("  %-12s of %zu functions, and %zu source files, are in "
		       "it\n",
		       "names", p->image->function_count,
		       p->image->source_count);
}

static void print_losses(const struct profile *p)
{
	bool any = false;

	for (const struct facts_cause *c = facts_losses; c->what; c++) {
		if (!p->header.losses[c->index])
			continue;
		printf("  %-12s %" PRIu64 " %s\n",
		       c->harmless ? "noted" : "LOST",
		       p->header.losses[c->index], c->what);
		any |= !c->harmless;
	}
	if (!any)
		printf("  %-12s nothing\n", "lost");
}

static void print_threads(const struct profile *p)
{
	printf("\n  %zu thread%s\n", p->thread_count,
	       p->thread_count == 1 ? "" : "s");
	printf("  %10s  %-15s %10s %10s %10s  %s\n", "tid", "name", "samples",
	       "CPU s", "unsampled", "state");
	for (size_t i = 0; i < p->thread_count; i++) {
		const struct arena_thread *t = &p->threads[i].record;
		char name[sizeof(t->name) + 1] = "", *shown;

		memcpy(name, t->name, sizeof(t->name));
		shown = printable(name);
		printf("  %10" PRIu32 "  %-15s %10" PRIu64, t->tid, shown,
		       t->samples);
		if (t->cpu_ns)
			printf(" %10.3f", seconds(t->cpu_ns));
		else
			printf(" %10s", "unknown");
		printf(" %10.3f  %s", seconds(t->unsampled_ns),
		       t->state == ARENA_THREAD_DONE ? "ended" : "at the end");
		if (t->merged)
			printf(", with %" PRIu32 " more like it", t->merged);
		putchar('\n');
		free(shown);
	}
}

static void print_modules(const struct profile *p)
{
	printf("\n  %zu module%s\n", p->module_count,
	       p->module_count == 1 ? "" : "s");
	for (size_t i = 0; i < p->module_count; i++) {
		const struct profile_module *m = &p->modules[i];

		printf("  %012" PRIx64 "-%012" PRIx64 "  ", m->start, m->end);
		printable_put(stdout, m->path ? m->path : "unknown");
		if (m->epoch)
			printf(" (epoch %" PRIu32 ")", m->epoch);
		putchar('\n');
		if (m->build_id_size == 0)
			continue;
		printf("  %27sbuild-id ", "");
		for (size_t b = 0;
		     b < m->build_id_size && b < sizeof(m->build_id); b++)
			printf("%02x", m->build_id[b]);
		putchar('\n');
	}
}

static void print_profile(const struct profile *p)
{
	printable_put(stdout, p->path);
	putchar('\n');
	print_process(p);
	print_mode(p);
	print_extras(p);
	print_losses(p);
	printf("  %-12s %" PRIu64 " bytes%s, %zu contexts\n", "file",
	       p->file_bytes, p->compressed ? " (compressed)" : "",
	       p->node_count);
	print_threads(p);
	print_modules(p);
}

static int run(const struct command *self, int argc, char **argv)
{
	struct settings s = { 0 };
	struct loaded loaded;
	int count = args_parse(self, ARGS_MIXED, argc, argv, &s);

	load_profiles(&loaded, argv, (size_t)count, &s.load);
	for (size_t i = 0; i < loaded.count; i++) {
		if (i)
			putchar('\n');
		print_profile(loaded.profiles[i]);
	}
	load_free(&loaded);
	return output_close();
}

static const struct arg_option options[] = {
	LOAD_OPTION_SALVAGE,
	{ 0 },
};

const struct command info_command = {
	.name = "info",
	.operands = "[FILE...]",
	.help = "show what is known about the profiled processes",
	.details = "Without FILE: the newest session in this directory.\n",
	.options = options,
	.usage_status = STATUS_USAGE,
	.run = run,
};
