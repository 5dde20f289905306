/* profile_spread.c - how much the samples of a thread tell. */
#include "lib/analysis/profile_parts.h"

#include <stdlib.h>

/* A share p of time is the weights of the samples that hit over the weights of
 * all; where those do not depend on what was hit, its variance is
 *	p (1 - p) sum(w^2) / sum(w)^2
 * (L. Kish, "Survey Sampling", 1965, 8.2): of n samples n / spread count. */
static double spread(double samples, double squares, double weight)
{
	double unit = ARENA_WEIGHT_UNIT, found;

	if (!(squares > 0) || !(weight > 0))
		return 1;
	found = samples * squares * unit * unit / (weight * weight);
	/* One sample may have all the weight. */
	if (found > samples)
		found = samples;
	return found > 1 ? found : 1;
}

bool profile_scan_spreads(struct profile_scan *s)
{
	struct profile *p = s->profile;
	double *weight = calloc(p->thread_count + 1, sizeof(*weight));

	if (!weight)
		return profile_no_memory(s);
	for (size_t i = 0; i < p->node_count; i++)
		weight[p->nodes[i].thread] += (double)p->nodes[i].self_ns;
	for (size_t i = 0; i < p->thread_count; i++) {
		struct arena_thread *t = &p->threads[i].record;

		p->threads[i].spread =
			spread((double)t->samples, (double)t->weight_squares,
			       weight[i] + (double)t->hook_ns);
	}
	free(weight);
	return true;
}
