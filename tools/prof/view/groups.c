#include "tools/prof/view/groups.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/printable.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *const groups_names[GROUPS_KIND_COUNT] = {
	[GROUPS_PROCESS] = "process", [GROUPS_RANK] = "rank",
	[GROUPS_THREAD] = "thread",   [GROUPS_HOST] = "host",
	[GROUPS_RUN] = "run",
};

bool groups_parse(enum groups_kind *kind, const char *name, struct error *err)
{
	for (int i = 0; i < GROUPS_KIND_COUNT; i++)
		if (!strcmp(groups_names[i], name)) {
			*kind = (enum groups_kind)i;
			return true;
		}
	return error_set(err, ERROR_USAGE,
			 "one of process, rank, thread, host and run, not '%s'",
			 name);
}

static const struct profile *profile_of(const struct model *m,
					const struct model_thread *t)
{
	return m->processes[t->process].profile;
}

static bool are_together(const struct model *m, enum groups_kind kind, size_t a,
			 size_t b)
{
	const struct model_thread *x = &m->threads[a], *y = &m->threads[b];
	const struct arena_header *p = &profile_of(m, x)->header;
	const struct arena_header *q = &profile_of(m, y)->header;

	switch (kind) {
	case GROUPS_THREAD:
		return false;
	case GROUPS_PROCESS:
		return x->process == y->process;
	case GROUPS_RANK:
		return p->rank == q->rank;
	case GROUPS_HOST:
		return !strcmp(p->host, q->host);
	default:
		/* A profile without a session is a run by itself. */
		return p->session[0] ? !strcmp(p->session, q->session)
				     : x->process == y->process;
	}
}

/* Threads of one group in a row, groups in the order in which they shall be
 * shown: a stable sort, so processes and threads stay in order of start. */
struct item {
	uint32_t thread;
	uint32_t rank;
};

static int by_rank(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return (x->thread > y->thread) - (x->thread < y->thread);
}

static bool hosts_differ(const struct model *m)
{
	for (size_t i = 1; i < m->process_count; i++)
		if (strcmp(m->processes[i].profile->header.host,
			   m->processes[0].profile->header.host) != 0)
			return true;
	return false;
}

static char *make_printable(char *text)
{
	char *shown = printable(text);

	free(text);
	return shown;
}

static char *make_label(const struct groups *g, const struct model *m,
			const struct model_thread *t)
{
	const struct arena_header *h = &profile_of(m, t)->header;

	switch (g->kind) {
	case GROUPS_RANK:
		return memory_format("%" PRIu32, h->rank);
	case GROUPS_PROCESS:
		return memory_format("%" PRIu32, h->pid);
	case GROUPS_THREAD:
		return m->process_count == 1
			       ? memory_format("%" PRIu32, t->serial)
			       : memory_format("%" PRIu32 "/%" PRIu32, h->pid,
					       t->serial);
	case GROUPS_HOST:
		return make_printable(memory_copy(h->host[0] ? h->host : "?"));
	default:
		return make_printable(memory_format(
			"%.8s", h->session[0] ? h->session : "-"));
	}
}

static char *make_what(const struct groups *g, const struct model *m,
		       const struct model_thread *t, bool hosts)
{
	const struct arena_header *h = &profile_of(m, t)->header;
	const char *host = h->host[0] ? h->host : "?";
	char rank[24] = "", merged[32] = "";

	if (h->rank != UINT32_MAX && g->kind != GROUPS_RANK)
		snprintf(rank, sizeof(rank), "rank %" PRIu32 ", ", h->rank);
	switch (g->kind) {
	case GROUPS_RANK:
		return make_printable(
			memory_format("%s.%" PRIu32 "%s%s", h->program, h->pid,
				      hosts ? " on " : "", hosts ? host : ""));
	case GROUPS_PROCESS:
		return make_printable(
			memory_format("%s%s%s%s", rank, h->program,
				      hosts ? " on " : "", hosts ? host : ""));
	case GROUPS_THREAD:
		if (t->merged)
			snprintf(merged, sizeof(merged),
				 " (%" PRIu64 " threads)",
				 (uint64_t)t->merged + 1);
		return make_printable(memory_format(
			"%s%s%s%s%s", rank, t->name[0] ? t->name : h->program,
			merged, hosts ? " on " : "", hosts ? host : ""));
	case GROUPS_RUN:
		return make_printable(memory_copy(h->program));
	default:
		return memory_copy("");
	}
}

static void add_thread(struct groups *g, const struct model *m, uint32_t thread,
		       uint32_t to)
{
	const struct model_thread *t = &m->threads[thread];
	struct group *group = to == MODEL_NONE ? &g->rest : &g->list[to];

	group->threads++;
	group->total.ns += t->total.ns;
	group->total.samples += t->total.samples;
	g->of_thread[thread] = to;
}

/* The group of THREAD, which is new where none of its kind came before. */
static uint32_t find_group(struct groups *g, const struct model *m,
			   uint32_t thread, bool hosts)
{
	struct group *new = &g->list[g->count];

	/* Mostly it is the last one. */
	for (size_t i = g->kind == GROUPS_THREAD ? 0 : g->count; i-- > 0;)
		if (are_together(m, g->kind, g->list[i].first, thread))
			return (uint32_t)i;
	new->first = thread;
	new->label = make_label(g, m, &m->threads[thread]);
	new->what = make_what(g, m, &m->threads[thread], hosts);
	return (uint32_t)g->count++;
}

void groups_make(struct groups *g, const struct model *m, enum groups_kind kind)
{
	struct item *items = memory_array(m->thread_count, sizeof(*items));
	bool hosts = hosts_differ(m), ranked = kind == GROUPS_RANK;

	memset(g, 0, sizeof(*g));
	g->kind = kind;
	/* One more than can be: find_group looks at the place after the last.
	 */
	g->list = memory_array(m->thread_count + 1, sizeof(*g->list));
	g->of_thread = memory_array(m->thread_count, sizeof(uint32_t));
	for (uint32_t i = 0; i < m->thread_count; i++) {
		items[i].thread = i;
		if (ranked)
			items[i].rank =
				profile_of(m, &m->threads[i])->header.rank;
	}
	if (m->thread_count)
		qsort(items, m->thread_count, sizeof(*items), by_rank);
	for (size_t i = 0; i < m->thread_count; i++) {
		bool none = ranked && items[i].rank == UINT32_MAX;

		add_thread(g, m, items[i].thread,
			   none ? MODEL_NONE
				: find_group(g, m, items[i].thread, hosts));
	}
	free(items);
}

void groups_free(struct groups *g)
{
	for (size_t i = 0; i < g->count; i++) {
		free(g->list[i].label);
		free(g->list[i].what);
	}
	free(g->list);
	free(g->of_thread);
	memset(g, 0, sizeof(*g));
}
