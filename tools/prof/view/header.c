#include "tools/prof/view/header.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/printable.h"
#include "tools/prof/view/facts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PROCESSES_SHOWN 16

/* Times too small to be seen in seconds with three digits. */
#define NOTHING_NS UINT64_C(500000)

/* Print "LEFT: COMMAND"; LEFT is printable. */
static void print_command(const struct view *view, const char *left,
			  const struct profile *p)
{
	char *command = facts_command(p);
	char *line = memory_format("%s: %s", left, command);

	view_print_text(view, line);
	free(line);
	free(command);
}

/* As time(1) has them, and what is left. */
static void print_times(const struct view *view, const struct profile *p)
{
	const struct arena_header *h = &p->header;
	uint64_t waiting;

	fprintf(view->out, "  real %.3f s", view_seconds(p->wall_ns));
	if (h->user_ns || h->sys_ns)
		fprintf(view->out, ", user %.3f s, sys %.3f s",
			view_seconds(h->user_ns), view_seconds(h->sys_ns));
	if (facts_waiting(p, &waiting))
		fprintf(view->out, ", waiting %.3f s", view_seconds(waiting));
	else if (facts_busy(p) > 0)
		fprintf(view->out, ", %.2f CPUs busy", facts_busy(p));
	fputc('\n', view->out);
}

static void print_process(const struct view *view, const struct profile *p)
{
	char *path = printable(p->path), *end = facts_end(p);

	print_command(view, path, p);
	fprintf(view->out, "  pid %" PRIu32, p->header.pid);
	if (p->header.rank != UINT32_MAX)
		fprintf(view->out, ", rank %" PRIu32, p->header.rank);
	fprintf(view->out, ", %s\n", end);
	print_times(view, p);
	if (p->header.end == ARENA_END_NONE && !p->running)
		fputs("  what it recorded until then is complete\n", view->out);
	free(end);
	free(path);
}

/* NS in seconds, or where there is nothing blanks. */
static void put_seconds(const struct view *view, uint64_t ns, bool known)
{
	if (known)
		fprintf(view->out, " %8.3f", view_seconds(ns));
	else
		fprintf(view->out, " %8s", "");
}

/* One of several processes, on a line. */
static void print_line(const struct view *view, const struct profile *p,
		       bool ranks, bool paths)
{
	const struct arena_header *h = &p->header;
	bool cpu = h->user_ns || h->sys_ns;
	char *command = facts_command(p), *end = facts_end(p);
	char *path = printable(p->path), *line;
	uint64_t waiting = 0;
	size_t used = 46;

	fprintf(view->out, "%9" PRIu32, h->pid);
	if (ranks && h->rank != UINT32_MAX)
		fprintf(view->out, " %5" PRIu32, h->rank);
	else if (ranks)
		fprintf(view->out, " %5s", "-");
	put_seconds(view, p->wall_ns, true);
	put_seconds(view, h->user_ns, cpu);
	put_seconds(view, h->sys_ns, cpu);
	put_seconds(view, waiting, facts_waiting(p, &waiting));
	used += ranks ? 6 : 0;
	if (h->end == ARENA_END_EXIT && !h->exit_status)
		line = memory_format("%s", paths ? path : command);
	else
		line = memory_format("%s (%s)", paths ? path : command, end);
	fputs("  ", view->out);
	view_print_text_after(view, line, used);
	free(line);
	free(command);
	free(end);
	free(path);
}

/* Whether all processes have one command line. */
static bool same_command(const struct model *m)
{
	char *first = facts_command(m->processes[0].profile);
	bool same = true;

	for (size_t i = 1; same && i < m->process_count; i++) {
		char *own = facts_command(m->processes[i].profile);

		same = !strcmp(own, first);
		free(own);
	}
	free(first);
	return same;
}

static bool any_rank(const struct model *m)
{
	for (size_t i = 0; i < m->process_count; i++)
		if (m->processes[i].profile->header.rank != UINT32_MAX)
			return true;
	return false;
}

/* Whether all processes are of one run on one host: then the time from the
 * first start to the last end means something. */
static bool one_run(const struct model *m)
{
	const struct arena_header *first = &m->processes[0].profile->header;

	for (size_t i = 1; i < m->process_count; i++) {
		const struct arena_header *h = &m->processes[i].profile->header;

		if (strcmp(h->session, first->session) != 0 ||
		    strcmp(h->host, first->host) != 0)
			return false;
	}
	return first->session[0] != '\0';
}

/* The sums, below the column of each; of real time, the whole run's. */
static void print_sums(const struct view *view, bool ranks)
{
	const struct model *m = view->model;
	uint64_t user = 0, sys = 0, waiting = 0, own;
	uint64_t first = UINT64_MAX, last = 0;
	bool known = true;

	for (size_t i = 0; i < m->process_count; i++) {
		const struct profile *p = m->processes[i].profile;
		uint64_t start = p->header.start_real_ns;

		user += p->header.user_ns;
		sys += p->header.sys_ns;
		known &= facts_waiting(p, &own);
		waiting += known ? own : 0;
		first = start < first ? start : first;
		if (start + p->wall_ns > last)
			last = start + p->wall_ns;
	}
	fprintf(view->out, ranks ? "%15s" : "%9s", "all");
	put_seconds(view, last - first, last > first && one_run(m));
	put_seconds(view, user, true);
	put_seconds(view, sys, true);
	if (known)
		put_seconds(view, waiting, true);
	fputc('\n', view->out);
}

static void print_processes(const struct view *view, const char *session)
{
	const struct model *m = view->model;
	bool ranks = any_rank(m), same = same_command(m);

	if (m->process_count == 1) {
		print_process(view, m->processes[0].profile);
		return;
	}
	if (session && session[0])
		fprintf(view->out, "session %s: %zu processes, added up\n",
			session, m->process_count);
	else
		fprintf(view->out, "%zu profiles, added up\n",
			m->process_count);
	if (same)
		print_command(view, "each", m->processes[0].profile);
	fprintf(view->out, ranks ? "%9s  rank" : "%9s", "pid");
	fprintf(view->out, " %8s %8s %8s %8s  %s\n", "real", "user", "sys",
		"waiting", same ? "file" : "command");
	for (size_t i = 0; i < m->process_count; i++) {
		if (i == PROCESSES_SHOWN) {
			fprintf(view->out, "%9s and %zu more\n", "...",
				m->process_count - i);
			break;
		}
		print_line(view, m->processes[i].profile, ranks, same);
	}
	print_sums(view, ranks);
}

/* What one sum over all processes needs. */
struct sums {
	struct facts_samples samples;
	uint64_t overhead_ns, overhead_error_ns, clamped, unsampled_ns,
		outside_ns;
	uint32_t hz; /* asked; 0 where they differ */
	bool mixed_modes;
};

static struct sums add_up(const struct view *view)
{
	const struct model *m = view->model;
	const struct arena_header *first = &m->processes[0].profile->header;
	struct sums s = { .hz = first->hz };

	for (size_t i = 0; i < m->process_count; i++) {
		const struct profile *p = m->processes[i].profile;
		struct facts_samples own = facts_samples(p);

		s.samples.samples += own.samples;
		s.samples.overruns += own.overruns;
		s.samples.cut += own.cut;
		s.samples.clock_ns += own.clock_ns;
		s.overhead_ns += p->overhead_ns;
		s.overhead_error_ns += p->overhead_error_ns;
		s.clamped += p->clamped;
		if (p->header.hz != s.hz)
			s.hz = 0;
		s.mixed_modes |= p->header.mode != first->mode ||
				 p->header.clock != first->clock;
	}
	for (size_t i = 0; i < m->thread_count; i++) {
		s.unsampled_ns += m->threads[i].unsampled_ns;
		s.outside_ns += m->nodes[m->threads[i].root].self.ns;
	}
	/* A root's own time is what no sample caught, and what was spent in
	 * no function that has a hook. */
	s.outside_ns -=
		s.unsampled_ns < s.outside_ns ? s.unsampled_ns : s.outside_ns;
	return s;
}

static void print_mode(const struct view *view, const struct sums *s)
{
	const struct model *m = view->model;
	const struct arena_header *h = &m->processes[0].profile->header;

	if (s->mixed_modes)
		fprintf(view->out, "modes or clocks differ ('prof info' tells "
				   "which); times in seconds");
	else
		fprintf(view->out, "%s mode: %s in %s", facts_mode(h),
			facts_clock(h), facts_unit(h->clock));
	fprintf(view->out, ", %zu thread%s\n", m->thread_count,
		m->thread_count == 1 ? "" : "s");
}

/* How many stacks are not whole, and why: a line for each cause. */
static void print_cuts(const struct view *view, const struct sums *s)
{
	const struct model *m = view->model;
	uint64_t samples = s->samples.samples ? s->samples.samples : 1;

	fprintf(view->out,
		"%" PRIu64 " stacks (%.1f %%) were cut before their "
		"outermost frame\n",
		s->samples.cut,
		100.0 * (double)s->samples.cut / (double)samples);
	for (const struct facts_cause *c = facts_cuts; c->what; c++) {
		uint64_t count = 0;

		for (size_t i = 0; i < m->process_count; i++)
			count += m->processes[i].profile->header.cuts[c->index];
		if (count)
			fprintf(view->out, "  %" PRIu64 ": %s\n", count,
				c->what);
	}
}

static void print_sampling(const struct view *view, const struct sums *s)
{
	const struct arena_header *h =
		&view->model->processes[0].profile->header;

	if (!view->model->sampled)
		return;
	fprintf(view->out, "%" PRIu64 " samples by %s, %.0f a %s",
		s->samples.samples, facts_engine(h), facts_rate(&s->samples),
		h->clock == ARENA_CLOCK_PAGE_FAULTS ? "thousand"
		: h->clock >= ARENA_CLOCK_CYCLES    ? "billion"
						    : "second");
	if (s->hz && h->clock < ARENA_CLOCK_CYCLES)
		fprintf(view->out, " (asked: %" PRIu32 ")", s->hz);
	fputc('\n', view->out);
	if (s->unsampled_ns >= NOTHING_NS)
		fprintf(view->out, "%.3f s of the total no sample caught\n",
			view_seconds(s->unsampled_ns));
	if (s->samples.cut)
		print_cuts(view, s);
}

static void print_overhead(const struct view *view, const struct sums *s)
{
	if (s->outside_ns >= NOTHING_NS)
		fprintf(view->out,
			"%.3f s of the total in no instrumented function\n",
			view_seconds(s->outside_ns));
	if (view->kind != VIEW_EXACT && s->overhead_ns >= NOTHING_NS) {
		fprintf(view->out, "%.3f s in the hooks themselves",
			view_seconds(s->overhead_ns));
		if (s->overhead_error_ns)
			fprintf(view->out, " (+-%.3f s)",
				view_seconds(s->overhead_error_ns));
		fprintf(view->out, ", not in the total\n");
	}
	if (view->kind == VIEW_COUNTED || view->kind == VIEW_SAMPLED)
		return;
	fprintf(view->out,
		"hook overhead taken out: %.6f s; uncertainty left: +-%.6f s\n",
		view_seconds(s->overhead_ns),
		view_seconds(s->overhead_error_ns));
}

static void print_left_out(const struct view *view)
{
	const struct model *m = view->model;

	for (const struct facts_cause *c = facts_left_out; c->what; c++) {
		uint64_t count = 0, ns = 0;

		for (size_t i = 0; i < m->process_count; i++) {
			count += m->processes[i].profile->left_out[c->index];
			ns += m->processes[i].profile->left_out_ns;
		}
		if (!count)
			continue;
		fprintf(view->out, "%" PRIu64 " %s", count, c->what);
		if (c->index == ARENA_BY_DURATION)
			fprintf(view->out, ": %.3f s", view_seconds(ns));
		fputc('\n', view->out);
	}
}

static void print_losses(const struct view *view)
{
	const struct model *m = view->model;

	for (const struct facts_cause *c = facts_losses; c->what; c++) {
		uint64_t count = 0;

		for (size_t i = 0; i < m->process_count; i++)
			count += m->processes[i]
					 .profile->header.losses[c->index];
		if (count && !c->harmless)
			fprintf(view->out, "LOST: %" PRIu64 " %s\n", count,
				c->what);
	}
}

void header_print(const struct view *view, const char *session)
{
	struct sums s = add_up(view);

	print_processes(view, session);
	print_mode(view, &s);
	print_sampling(view, &s);
	print_overhead(view, &s);
	print_left_out(view);
	print_losses(view);
	fputc('\n', view->out);
}
