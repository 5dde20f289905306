/* model_duration.c - how long calls took, by function. */
#include "lib/analysis/model_parts.h"
#include "lib/base/array.h"

#include <stdlib.h>

static struct histogram *histogram_of(struct model_builder *b, uint32_t node)
{
	struct model *m = b->model;
	struct model_function *f = &m->functions[m->nodes[node].function];

	if (!f->durations)
		f->durations = calloc(1, sizeof(*f->durations));
	if (!f->durations)
		model_no_memory(b);
	return f->durations;
}

static bool add_duration(struct model_builder *b, const struct profile *p,
			 const struct profile_duration *d, uint32_t node)
{
	struct histogram *h = histogram_of(b, node);
	const struct profile_bucket *bucket = &p->buckets[d->first_bucket];

	if (!h)
		return false;
	histogram_bound(h, d->min_ns, d->max_ns);
	for (size_t i = 0; i < d->bucket_count; i++, bucket++)
		histogram_add(h, bucket->start_ns, bucket->end_ns,
			      bucket->count);
	return true;
}

bool model_add_durations(struct model_builder *b, const struct profile *p,
			 const uint32_t *nodes)
{
	struct model *m = b->model;
	struct model_call *calls;

	m->timed = m->timed || p->timed;
	for (size_t i = 0; i < p->duration_count; i++)
		if (!add_duration(b, p, &p->durations[i],
				  nodes[p->durations[i].node]))
			return false;
	if (!p->call_count)
		return true;
	calls = array_grow(m->slow, &b->slow_capacity,
			   m->slow_count + p->call_count, sizeof(*calls));
	if (!calls)
		return model_no_memory(b);
	m->slow = calls;
	for (size_t i = 0; i < p->call_count; i++) {
		const struct profile_call *c = &p->calls[i];

		calls[m->slow_count++] =
			(struct model_call){ nodes[c->node], c->open,
					     c->begin_ns, c->ns };
	}
	return true;
}
