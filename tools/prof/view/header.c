#include "tools/prof/view/header.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/printable.h"
#include "tools/prof/view/facts.h"

#include <inttypes.h>
#include <stdlib.h>

#define PROCESSES_SHOWN 8

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

static void print_process(const struct view *view, const char *indent,
			  const struct profile *p)
{
	char *path = printable(p->path), *end = facts_end(p);
	char *left = memory_format("%s%s", indent, path);

	print_command(view, left, p);
	fprintf(view->out, "%s  pid %" PRIu32 ", %s; real %.3f s", indent,
		p->header.pid, end, view_seconds(p->wall_ns));
	if (p->header.user_ns || p->header.sys_ns)
		fprintf(view->out, ", user %.3f s, sys %.3f s",
			view_seconds(p->header.user_ns),
			view_seconds(p->header.sys_ns));
	fputc('\n', view->out);
	if (p->header.end == ARENA_END_NONE && !p->running)
		fprintf(view->out,
			"%s  what it recorded until then is complete\n",
			indent);
	free(left);
	free(end);
	free(path);
}

static void print_processes(const struct view *view, const char *session)
{
	const struct model *m = view->model;

	if (m->process_count == 1) {
		print_process(view, "", m->processes[0].profile);
		return;
	}
	if (session && session[0])
		fprintf(view->out, "session %s: %zu processes, added up\n",
			session, m->process_count);
	else
		fprintf(view->out, "%zu profiles, added up\n",
			m->process_count);
	for (size_t i = 0; i < m->process_count; i++) {
		if (i == PROCESSES_SHOWN) {
			fprintf(view->out, "  and %zu more\n",
				m->process_count - i);
			break;
		}
		print_process(view, "  ", m->processes[i].profile);
	}
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
		fprintf(view->out, "%s mode: %s in seconds", facts_mode(h),
			facts_clock(h));
	fprintf(view->out, ", %zu thread%s\n", m->thread_count,
		m->thread_count == 1 ? "" : "s");
}

static void print_sampling(const struct view *view, const struct sums *s)
{
	const struct arena_header *h =
		&view->model->processes[0].profile->header;

	if (!view->model->sampled)
		return;
	fprintf(view->out, "%" PRIu64 " samples by %s, %.0f a second",
		s->samples.samples, facts_engine(h), facts_rate(&s->samples));
	if (s->hz)
		fprintf(view->out, " (asked: %" PRIu32 ")", s->hz);
	fputc('\n', view->out);
	if (s->unsampled_ns >= NOTHING_NS)
		fprintf(view->out, "%.3f s of the total no sample caught\n",
			view_seconds(s->unsampled_ns));
	if (s->samples.cut)
		fprintf(view->out,
			"%" PRIu64 " stacks (%.1f %%) were cut before their "
			"outermost frame\n",
			s->samples.cut,
			100.0 * (double)s->samples.cut /
				(double)(s->samples.samples ? s->samples.samples
							    : 1));
}

static void print_overhead(const struct view *view, const struct sums *s)
{
	if (s->outside_ns >= NOTHING_NS)
		fprintf(view->out,
			"%.3f s of the total in no instrumented function\n",
			view_seconds(s->outside_ns));
	if (view->kind == VIEW_COUNTED && s->overhead_ns)
		fprintf(view->out,
			"%.3f s in the hooks themselves, not in the total\n",
			view_seconds(s->overhead_ns));
	if (view->kind != VIEW_EXACT)
		return;
	fprintf(view->out,
		"hook overhead taken out: %.6f s; uncertainty left: +-%.6f s\n",
		view_seconds(s->overhead_ns),
		view_seconds(s->overhead_error_ns));
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
	print_losses(view);
	fputc('\n', view->out);
}
