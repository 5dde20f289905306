/* diff_pairs.c - sides that were run in turns.
 *
 * A machine has slow and fast times: runs that follow each other are alike, and
 * runs a minute apart are not. In turns, each run of HEAD has one of BASE
 * beside it. The difference of the two is above 0 as often as below, and as
 * far, if the builds are equal: whatever the noise is like, and without a guess
 * at how fast the machine was. Ranks of these differences need no more than
 * that, but many of them; with fewer, Student's t must do.
 */
#include "lib/analysis/diff_parts.h"
#include "lib/analysis/statistics.h"

#include <math.h>
#include <stdlib.h>

#define PAIRS_LEAST 5  /* fewer differences do not tell how far they vary */
#define RANK_PAIRS  16 /* the probability of 16 equal signs is 3e-5 */

/* --- which runs are pairs ---------------------------------------------------
 */

struct start {
	uint64_t when;
	size_t run;
	enum diff_side side;
};

static int compare_starts(const void *a, const void *b)
{
	const struct start *x = a, *y = b;

	return (x->when > y->when) - (x->when < y->when);
}

static bool in_turns(const struct start *starts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!starts[i].when ||
		    (i && starts[i].when == starts[i - 1].when))
			return false;
	for (size_t i = 0; i < count; i += 2)
		if (starts[i].side == starts[i + 1].side)
			return false;
	return true;
}

bool diff_pair_runs(struct diff_matrix *x)
{
	size_t pairs = x->side_runs[DIFF_BASE];
	struct start *starts;
	bool paired;

	if (pairs < PAIRS_LEAST || x->side_runs[DIFF_HEAD] != pairs)
		return false;
	starts = calloc(x->runs, sizeof(*starts));
	if (!starts)
		return false;
	for (size_t i = 0; i < x->runs; i++)
		starts[i] = (struct start){ .when = x->started[x->pick[i]],
					    .run = x->pick[i],
					    .side = i < pairs ? DIFF_BASE
							      : DIFF_HEAD };
	qsort(starts, x->runs, sizeof(*starts), compare_starts);
	paired = in_turns(starts, x->runs);
	for (size_t i = 0; paired && i < x->runs; i++)
		x->pick[i / 2 + (starts[i].side == DIFF_HEAD ? pairs : 0)] =
			starts[i].run;
	free(starts);
	return paired;
}

/* --- what they say ----------------------------------------------------------
 */

/* Own time of FUNCTION, or of all, in RUN. */
static double time_of(const struct diff_matrix *x, size_t function, size_t run)
{
	double sum = 0;

	if (function != SIZE_MAX)
		return diff_at(x, function, run)->ns;
	for (size_t f = 0; f < x->function_count; f++)
		sum += diff_at(x, f, run)->ns;
	return sum;
}

/* Put the differences of the pairs' times into VALUES: of the logarithms, or
 * where the function is not in every run (false) of the times. */
static bool take_differences(const struct diff_matrix *x, size_t function,
			     double *values)
{
	size_t pairs = x->side_runs[DIFF_BASE];
	bool complete = true;

	for (size_t i = 0; i < 2 * pairs; i++)
		complete &= time_of(x, function, i) > 0;
	for (size_t i = 0; i < pairs; i++) {
		double base = time_of(x, function, i);
		double head = time_of(x, function, pairs + i);

		values[i] = complete ? log(head / base) : head - base;
	}
	return complete;
}

static double deviation_of(const double *values, size_t count)
{
	double mean = statistics_mean(values, count);

	return sqrt(statistics_squares(values, count, mean) /
		    (double)(count - 1));
}

/* The change in logarithms, and how far it may be off. */
static double judge_complete(const double *values, size_t count, double *margin,
			     double *p)
{
	double df = (double)count - 1, difference, deviation;

	if (count >= RANK_PAIRS) {
		*p = statistics_sign_probability(values, count);
		return statistics_pseudomedian(values, count, margin);
	}
	difference = statistics_mean(values, count);
	deviation = fmax(deviation_of(values, count), LEAST_NOISE) /
		    sqrt((double)count);
	*margin = statistics_t_quantile(0.95, df) * deviation;
	*p = statistics_t_probability(difference / deviation, df);
	return difference;
}

/* Not in every run, and so without a logarithm in each. */
static void judge_sparse(const double *values, size_t count,
			 struct diff_row *row)
{
	double deviation = deviation_of(values, count) / sqrt((double)count);
	double difference = row->ns[DIFF_HEAD] - row->ns[DIFF_BASE];
	double df = (double)count - 1;

	if (count >= RANK_PAIRS)
		row->p = statistics_sign_probability(values, count);
	else if (deviation > 0)
		row->p = statistics_t_probability(difference / deviation, df);
	else
		row->p = difference != 0 ? 0 : 1;
	if (row->ns[DIFF_BASE] > 0 && row->ns[DIFF_HEAD] > 0) {
		row->change = difference / row->ns[DIFF_BASE];
		row->margin = statistics_t_quantile(0.95, df) * deviation /
			      row->ns[DIFF_BASE];
	}
}

bool diff_judge_pairs(const struct diff_matrix *x, size_t function,
		      struct diff_row *row)
{
	size_t pairs = x->side_runs[DIFF_BASE];
	double *values = calloc(pairs, sizeof(*values)), change, margin;

	if (!values)
		return false;
	if (take_differences(x, function, values)) {
		change = judge_complete(values, pairs, &margin, &row->p);
		row->change = exp(change) - 1;
		row->margin = margin * exp(change);
	} else {
		judge_sparse(values, pairs, row);
	}
	free(values);
	return true;
}

bool diff_pairs_noise(const struct diff_matrix *x, double share, double *noise)
{
	size_t pairs = x->side_runs[DIFF_BASE], n = 0;
	double *values = calloc(pairs, sizeof(*values)), total = 0;
	double *all = calloc(x->function_count + 1, sizeof(*all));
	bool ok = values && all;

	for (size_t r = 0; r < x->runs; r++)
		total += time_of(x, SIZE_MAX, r);
	for (size_t f = 0; ok && f < x->function_count; f++) {
		double sum = 0;

		for (size_t r = 0; r < x->runs; r++)
			sum += time_of(x, f, r);
		/* Of two runs, each with noise of its own. */
		if (sum >= share * total && take_differences(x, f, values))
			all[n++] = deviation_of(values, pairs) / sqrt(2);
	}
	*noise = n ? statistics_median(all, n) : 0;
	free(values);
	free(all);
	return ok;
}
