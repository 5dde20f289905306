#include "lib/analysis/model.h"

#include "lib/analysis/model_parts.h"

#include <stdlib.h>

/* Each profile's sums fit by half; those of many need not. */
static bool sums_fit(struct profile *const *profiles, size_t count,
		     struct error *err)
{
	uint64_t ns = 0, calls = 0;
	size_t threads = 0;

	for (size_t i = 0; i < count; i++) {
		const struct profile *p = profiles[i];
		uint64_t own = 0;

		for (size_t n = 0; n < p->node_count; n++)
			own += p->nodes[n].calls;
		if (__builtin_add_overflow(ns, profile_total_ns(p), &ns) ||
		    __builtin_add_overflow(calls, own, &calls))
			return error_set(err, ERROR_FORMAT,
					 "%s: times or calls of all profiles "
					 "add up to more than 64 bits",
					 p->path);
		threads += p->thread_count;
	}
	if (threads >= MODEL_NONE || count >= MODEL_NONE)
		return error_set(err, ERROR_MEMORY, "too many threads");
	return true;
}

static void describe(struct model *m, struct profile *const *profiles,
		     size_t count)
{
	m->exact_calls = count > 0;
	for (size_t i = 0; i < count; i++) {
		const struct arena_header *h = &profiles[i]->header;

		m->processes[i].profile = profiles[i];
		if (h->mode == ARENA_MODE_SAMPLE)
			m->exact_calls = false;
		if (h->mode != ARENA_MODE_TRACE)
			m->sampled = true;
		if (i == 0)
			m->clock = h->clock;
		else if (m->clock != h->clock)
			m->clock = 0;
	}
	m->process_count = count;
}

static struct model *make(struct profile *const *profiles, size_t count,
			  struct symbolizer *s)
{
	struct model *m = calloc(1, sizeof(*m));
	size_t threads = 0;

	if (!m)
		return NULL;
	for (size_t i = 0; i < count; i++)
		threads += profiles[i]->thread_count;
	m->symbolizer = s;
	m->processes = calloc(count + 1, sizeof(*m->processes));
	m->threads = calloc(threads + 1, sizeof(*m->threads));
	if (m->processes && m->threads) {
		describe(m, profiles, count);
		return m;
	}
	model_free(m);
	return NULL;
}

struct model *model_build(struct profile *const *profiles, size_t count,
			  struct symbolizer *s,
			  const struct model_options *options,
			  struct error *err)
{
	static const struct model_options defaults;
	struct model_builder b = { .symbolizer = s,
				   .options = options ? options : &defaults,
				   .err = err };
	bool ok;

	if (!sums_fit(profiles, count, err))
		return NULL;
	b.model = make(profiles, count, s);
	if (!b.model) {
		model_no_memory(&b);
		return NULL;
	}
	for (size_t i = 0; i < count; i++)
		b.total += profiles[i]->node_count;
	ok = model_build_tree(&b) && model_build_totals(&b);
	model_intern_free(&b);
	if (ok)
		return b.model;
	model_free(b.model);
	return NULL;
}

/* Variances of threads add up, also of such as were sampled at other rates. */
uint64_t model_sampled_ns(const struct model *m, double *samples)
{
	double variance = 0;
	uint64_t ns = 0;

	for (size_t i = 0; i < m->thread_count; i++) {
		const struct model_thread *t = &m->threads[i];
		const struct profile *p = m->processes[t->process].profile;
		uint64_t own = t->total.ns - t->unsampled_ns;

		if (p->header.mode == ARENA_MODE_TRACE)
			continue;
		ns += own;
		if (t->total.samples)
			variance += (double)own * (double)own * t->spread /
				    (double)t->total.samples;
	}
	if (samples)
		*samples = variance > 0 ? (double)ns * (double)ns / variance
					: (double)m->total.samples;
	return ns;
}

void model_free(struct model *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->function_count; i++)
		free(m->functions[i].durations);
	free(m->functions);
	free(m->slow);
	free(m->edges);
	free(m->lines);
	free(m->nodes);
	free(m->selves);
	free(m->threads);
	free(m->processes);
	free(m);
}
