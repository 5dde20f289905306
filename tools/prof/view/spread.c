#include "tools/prof/view/spread.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/view/interval.h"

#include <stdlib.h>

/* The distribution's point above which 5 % lie, by Wilson and Hilferty (Proc.
 * Nat. Acad. Sci. 17, 1931, 684-688), good to a percent from one degree of
 * freedom on. */
static double chi_square_95(size_t freedom)
{
	double k = 2.0 / (9.0 * (double)freedom);
	double root = 1 - k + 1.6448536269514722 * interval_square_root(k);

	return (double)freedom * root * root * root;
}

/* Sums over groups of a function's samples, for Pearson's test that all groups
 * have as many: sum of (n - mean)^2 / mean. */
struct samples {
	double sum, squares;
};

static bool is_chance(const struct samples *s, size_t count)
{
	double mean = s->sum / (double)count;

	if (count < 2 || mean <= 0)
		return false;
	return (s->squares / mean - s->sum) <= chi_square_95(count - 1);
}

static const struct model_cost *cost_of(const struct model_function *f,
					enum spread_measure measure)
{
	return measure == SPREAD_CUMULATIVE ? &f->cumulative : &f->self;
}

static uint64_t value_of(const struct model_function *f,
			 enum spread_measure measure)
{
	return measure == SPREAD_CALLS ? f->calls : cost_of(f, measure)->ns;
}

static void add_group(struct spread *s, struct samples *samples, uint32_t group,
		      const struct model_function *f,
		      enum spread_measure measure)
{
	uint64_t value = value_of(f, measure);
	double n = (double)cost_of(f, measure)->samples;

	s->sum += value;
	if (group == 0 || value < s->min) {
		s->min = value;
		s->min_at = group;
	}
	if (group == 0 || value > s->max) {
		s->max = value;
		s->max_at = group;
	}
	samples->sum += n;
	samples->squares += n * n;
}

struct spread *spread_make(const struct model *model,
			   const struct groups *groups,
			   enum spread_measure measure, uint64_t *values)
{
	size_t functions = model->function_count;
	struct spread *spread = memory_array(functions, sizeof(*spread));
	struct samples *samples = memory_array(functions, sizeof(*samples));
	struct slicer *slicer = slicer_new(model);
	bool exact = measure == SPREAD_CALLS || !model->sampled;

	if (!slicer)
		memory_fail();
	for (uint32_t g = 0; g < groups->count; g++) {
		const struct model *part =
			slicer_take(slicer, groups->of_thread, g);

		for (size_t i = 0; i < functions; i++) {
			const struct model_function *f = &part->functions[i];

			add_group(&spread[i], &samples[i], g, f, measure);
			if (values)
				values[i * groups->count + g] =
					value_of(f, measure);
		}
	}
	for (size_t i = 0; i < functions; i++)
		spread[i].chance =
			!exact && is_chance(&samples[i], groups->count);
	slicer_free(slicer);
	free(samples);
	return spread;
}

double spread_excess(const struct spread *s, size_t count)
{
	return (double)s->max - (double)s->sum / (double)count;
}

double spread_imbalance(const struct spread *s, size_t count)
{
	double mean = (double)s->sum / (double)count;

	return mean > 0 ? 100.0 * ((double)s->max / mean - 1) : 0;
}
