/* diff_judge.c - which differences chance explains, and which it does not.
 *
 * Times are compared as logarithms of shares of their run's total: what slows
 * all functions down alike, the machine mostly, is in no share. But all shares
 * fall when one function takes longer. So the middle one of what the other
 * functions' shares did is taken out of each function's, which one changed
 * function does not move. What is left of the differences between runs of one
 * side, and the number of samples, say how far a mean may be off. With five
 * runs a side or more, ranks must agree: they do not mind a run that went
 * wrong.
 *
 * None of that is needed where the sides were run in turns: diff_pairs.c. */
#include "lib/analysis/diff_parts.h"
#include "lib/analysis/statistics.h"

#include <math.h>
#include <stdlib.h>

/* A function with so many samples a run, and so much of the time, can tell
 * about the machine; and it takes so many such functions. */
#define GUIDE_SAMPLES 30
#define GUIDE_SHARE   0.005
#define GUIDES	      4

/* Fewer samples tell nothing at all. */
#define THIN_SAMPLES 10

#define RANK_RUNS 5

/* From so many a side on, runs that took longer than this by the quickest
 * quarter are not used. */
#define PICK_RUNS     8
#define PICK_WITHIN   1.06
#define MACHINE_LEAST 0.03 /* less is not worth to be told from chance */

/* Two groups of logarithms. */
struct comparison {
	double difference; /* of the means */
	double variance;   /* within the groups */
	double df;	   /* degrees of freedom of that; 0: one run a side */
};

struct judge {
	struct diff *diff;
	struct diff_matrix *x;
	const struct diff_options *options;
	double *totals;	 /* of each run */
	double *scratch; /* as many as functions or runs */
	bool *guide;	 /* of each function: it tells about the machine */
	double *shifts;	 /* of each guide: of its share of the runs */
	double *spreads; /* and the variance of that */
	double total_shift, total_variance; /* of the runs' totals */
	size_t guides;
	size_t tested;
	uint32_t *order; /* rows by p */
};

/* Some runs go wrong, by another program's doing, and then they are slow. With
 * this many a side the middle is asked instead of the mean. */
#define ROBUST_RUNS 3

/* The shift of Hodges and Lehmann: the median of all differences between a run
 * of HEAD and one of BASE. */
static double shift(const double *base, size_t n0, const double *head,
		    size_t n1)
{
	double *all = calloc(n0 * n1 + 1, sizeof(*all));
	double middle;
	size_t n = 0;

	if (!all)
		return statistics_mean(head, n1) - statistics_mean(base, n0);
	for (size_t i = 0; i < n0; i++)
		for (size_t k = 0; k < n1; k++)
			all[n++] = head[k] - base[i];
	middle = statistics_median(all, n);
	free(all);
	return middle;
}

/* Put how far each of the COUNT values is from their middle one into OUT. */
static void deviations(const double *values, size_t count, double *out)
{
	double middle;

	for (size_t i = 0; i < count; i++)
		out[i] = values[i];
	middle = statistics_median(out, count);
	for (size_t i = 0; i < count; i++)
		out[i] = fabs(values[i] - middle);
}

/* The variance that values of a normal distribution have whose middle deviation
 * is that of these: 1.4826 times it is the standard deviation. The two
 * deviations of 0 that the middles themselves make are taken out. */
static double robust_variance(const double *base, size_t n0, const double *head,
			      size_t n1)
{
	size_t n = n0 + n1;
	double *all = calloc(n + 1, sizeof(*all)), sigma;

	if (!all)
		return 1;
	deviations(base, n0, all);
	deviations(head, n1, all + n0);
	statistics_median(all, n);
	sigma = 1.4826 * statistics_median(all + 2, n - 2);
	free(all);
	return sigma * sigma;
}

/* LOGS holds the runs of BASE, then those of HEAD. */
static struct comparison compare(const struct diff_matrix *x,
				 const double *logs)
{
	size_t n0 = x->side_runs[DIFF_BASE], n1 = x->side_runs[DIFF_HEAD];
	double m0 = statistics_mean(logs, n0),
	       m1 = statistics_mean(logs + n0, n1);
	struct comparison c = { .difference = m1 - m0,
				.df = (double)(n0 + n1) - 2 };

	if (n0 >= ROBUST_RUNS && n1 >= ROBUST_RUNS) {
		c.difference = shift(logs, n0, logs + n0, n1);
		c.variance = robust_variance(logs, n0, logs + n0, n1);
	} else if (c.df > 0)
		c.variance = (statistics_squares(logs, n0, m0) +
			      statistics_squares(logs + n0, n1, m1)) /
			     c.df;
	return c;
}

/* Variance of a difference of means, for one of VARIANCE within the sides. */
static double of_means(const struct diff_matrix *x, double variance)
{
	return variance * (1 / (double)x->side_runs[DIFF_BASE] +
			   1 / (double)x->side_runs[DIFF_HEAD]);
}

static void take_logs(const struct diff_matrix *x, size_t f, double *logs)
{
	for (size_t r = 0; r < x->runs; r++)
		logs[r] = log(diff_at(x, f, r)->ns) - x->machine[r];
}

/* Relative variance of the share of F in one run for its number of samples:
 * that of a binomial distribution. */
static double of_samples(const struct judge *j, size_t f)
{
	const struct diff_matrix *x = j->x;
	double sum = 0;

	if (!x->sampled)
		return 0;
	for (size_t r = 0; r < x->runs; r++) {
		const struct diff_value *v = diff_at(x, f, r);
		double share = fmin(v->ns / fmax(j->totals[r], 1), 1);

		sum += (1 - share) / fmax(v->samples, 1);
	}
	return sum / (double)x->runs;
}

/* Whether every run has seen FUNCTION, with SAMPLES or more in the mean. A run
 * that got little of the processor may have fewer. */
static bool is_complete(const struct diff_matrix *x, size_t function,
			double samples)
{
	double sum = 0;

	for (size_t r = 0; r < x->runs; r++) {
		const struct diff_value *v = diff_at(x, function, r);

		if (v->ns <= 0 || (x->sampled && v->samples < samples / 6))
			return false;
		sum += v->samples;
	}
	return !x->sampled || sum >= samples * (double)x->runs;
}

/* --- the noise --------------------------------------------------------------
 */

/* What runs of one side differ by beyond their samples: that of the middle one
 * of the functions that can tell. */
static void measure_noise(struct judge *j, double *logs)
{
	const struct diff_matrix *x = j->x;
	double *excess;
	size_t n = 0;

	j->diff->noise = j->options->noise;
	excess = x->runs < 3 ? NULL
			     : calloc(x->function_count + 1, sizeof(*excess));
	if (!excess)
		return;
	for (size_t f = 0; f < x->function_count; f++) {
		struct comparison c;

		if (!is_complete(x, f, THIN_SAMPLES))
			continue;
		take_logs(x, f, logs);
		c = compare(x, logs);
		excess[n++] = fmax(c.variance - of_samples(j, f), 0);
	}
	if (n)
		j->diff->noise =
			fmax(sqrt(statistics_median(excess, n)), LEAST_NOISE);
	free(excess);
}

/* --- the machine ------------------------------------------------------------
 */

static void find_guides(struct judge *j)
{
	const struct diff_matrix *x = j->x;

	for (size_t f = 0; f < x->function_count; f++) {
		j->guide[f] = is_complete(x, f, GUIDE_SAMPLES);
		for (size_t r = 0; r < x->runs; r++)
			if (diff_at(x, f, r)->ns < GUIDE_SHARE * j->totals[r])
				j->guide[f] = false;
		j->guides += j->guide[f];
	}
}

/* The middle of what the guides but EXCEPT shifted by: the share of a function
 * that did not change falls when another one takes longer. *VARIANCE is that of
 * the result: a median's is pi/2 times a mean's. */
static double middle_shift(struct judge *j, size_t except, double *variance)
{
	double sum = 0;
	size_t n = 0;

	for (size_t f = 0; f < j->x->function_count; f++)
		if (j->guide[f] && f != except) {
			sum += j->spreads[f];
			j->scratch[n++] = j->shifts[f];
		}
	*variance = n ? 1.5708 * sum / (double)(n * n) : 0;
	return statistics_median(j->scratch, n);
}

/* Take the total out of each run: that takes out what slows all functions down
 * alike, and has no noise of samples. */
static void measure_machine(struct judge *j, double *logs)
{
	struct diff_matrix *x = j->x;
	struct comparison c;
	double both, unused;

	for (size_t r = 0; r < x->runs; r++)
		logs[r] = log(fmax(j->totals[r], 1));
	c = compare(x, logs);
	j->total_shift = c.difference;
	j->total_variance = c.variance;
	if (j->guides < GUIDES)
		return;
	for (size_t r = 0; r < x->runs; r++)
		x->machine[r] = logs[r];
	measure_noise(j, logs);
	for (size_t f = 0; f < x->function_count; f++) {
		if (!j->guide[f])
			continue;
		take_logs(x, f, logs);
		c = compare(x, logs);
		j->shifts[f] = c.difference;
		j->spreads[f] = of_means(x, j->diff->noise * j->diff->noise +
						    of_samples(j, f));
	}
	both = j->total_shift + middle_shift(j, SIZE_MAX, &unused);
	j->diff->machine = exp(both) - 1;
	/* Slow and fast times of the machine come as they like, and are no
	 * chance that a test would know of. But what is more than the runs of
	 * one side differ by is the program's. */
	j->diff->machine_removed = x->side_runs[DIFF_BASE] < ROBUST_RUNS ||
				   x->side_runs[DIFF_HEAD] < ROBUST_RUNS ||
				   fabs(j->diff->machine) < MACHINE_LEAST ||
				   both * both < 4 * x->spread;
}

/* --- functions --------------------------------------------------------------
 */

/* Make C, of F's shares of the runs, a comparison of its times. */
static void correct(struct judge *j, size_t f, struct comparison *c,
		    double *variance)
{
	double of_middle = 0;

	if (j->guides < GUIDES)
		return;
	if (j->diff->machine_removed) {
		c->difference -= middle_shift(j, f, &of_middle);
		*variance += of_middle;
	} else {
		c->difference += j->total_shift;
		*variance += of_means(j->x, j->total_variance);
	}
}

static void judge_complete(struct judge *j, size_t f, double *logs)
{
	const struct diff_matrix *x = j->x;
	size_t n0 = x->side_runs[DIFF_BASE], n1 = x->side_runs[DIFF_HEAD];
	struct diff_row *row = &j->diff->rows[f];
	double expected = j->diff->noise * j->diff->noise + of_samples(j, f);
	struct comparison c;
	double variance, deviation, raw, rank, df = 1e9;

	take_logs(x, f, logs);
	c = compare(x, logs);
	if (c.df > 0) {
		/* The noise is known of all functions together. */
		df = c.df * (double)(j->guides ? j->guides : 1);
		if (c.variance > expected) {
			expected = c.variance;
			df = c.df;
		}
	}
	variance = of_means(x, expected);
	raw = c.difference;
	correct(j, f, &c, &variance);
	deviation = sqrt(variance);
	row->change = exp(c.difference) - 1;
	row->margin =
		statistics_t_quantile(0.95, df) * deviation * exp(c.difference);
	row->p = statistics_t_probability(c.difference / deviation, df);
	if (n0 < RANK_RUNS || n1 < RANK_RUNS)
		return;
	for (size_t r = n0; r < n0 + n1; r++)
		logs[r] += c.difference - raw;
	rank = statistics_rank_probability(logs, n0, logs + n0, n1);
	if (rank > 0.05)
		row->p = fmax(row->p, rank);
}

/* Not in every run, or with too few samples in some: compare how many samples
 * of all runs together hit it. */
static void judge_sparse(struct judge *j, size_t f, const double all[])
{
	struct diff_row *row = &j->diff->rows[f];
	double n0 = row->samples[DIFF_BASE], n1 = row->samples[DIFF_HEAD];
	double share = all[DIFF_HEAD] / (all[DIFF_BASE] + all[DIFF_HEAD]);
	double expected = (n0 + n1) * share, deviation;

	if (!j->x->sampled) {
		/* Hooks see each call: what they do not see is not there. */
		if ((row->calls[DIFF_BASE] > 0) != (row->calls[DIFF_HEAD] > 0))
			row->p = 0;
		return;
	}
	if (n0 + n1 < THIN_SAMPLES || !(share > 0 && share < 1))
		return;
	deviation = sqrt((n0 + n1) * share * (1 - share)) +
		    j->diff->noise * fmin(n0, n1);
	/* Half a sample for what counts in whole ones. */
	row->p = erfc(fmax(fabs(n1 - expected) - 0.5, 0) / deviation / sqrt(2));
	if (n0 > 0 && n1 > 0) {
		row->change = n1 / all[DIFF_HEAD] / (n0 / all[DIFF_BASE]) - 1;
		row->margin = 1.96 * sqrt(1 / n0 + 1 / n1) * (1 + row->change);
	}
}

static bool judge_function(struct judge *j, size_t f, double *logs,
			   const double all[])
{
	struct diff_row *row = &j->diff->rows[f];
	const struct diff_matrix *x = j->x;
	bool matters = false;

	for (int side = 0; side < DIFF_SIDES; side++) {
		double total = statistics_mean(
			j->totals + diff_first(x, (enum diff_side)side),
			x->side_runs[side]);

		matters |= row->ns[side] > j->options->share * total;
	}
	/* What is called and takes no time is counted all the same. */
	if (!matters && x->sampled)
		return true;
	if (j->diff->pairs)
		return diff_judge_pairs(x, f, row);
	if (is_complete(j->x, f, THIN_SAMPLES))
		judge_complete(j, f, logs);
	else
		judge_sparse(j, f, all);
	return true;
}

static void classify(const struct judge *j, struct diff_row *row)
{
	bool there[DIFF_SIDES];

	for (int side = 0; side < DIFF_SIDES; side++)
		there[side] = row->ns[side] > 0 || row->calls[side] > 0;
	if (!there[DIFF_BASE] || !there[DIFF_HEAD])
		row->kind = there[DIFF_HEAD] ? DIFF_NEW : DIFF_DROPPED;
	else if (row->change >= j->options->least)
		row->kind = DIFF_REGRESSION;
	else if (row->change <= -j->options->least)
		row->kind = DIFF_IMPROVEMENT;
}

static int by_p(const void *a, const void *b, void *rows)
{
	const struct diff_row *base = rows;
	double x = base[*(const uint32_t *)a].p,
	       y = base[*(const uint32_t *)b].p;

	return (x > y) - (x < y);
}

/* Holm's way: of N differences the least probable one must be less probable
 * than chance by N, the next by N - 1, and so on. */
static void choose(struct judge *j)
{
	struct diff *diff = j->diff;
	size_t count = diff->count;

	for (size_t i = 0; i < count; i++)
		j->order[i] = (uint32_t)i;
	qsort_r(j->order, count, sizeof(*j->order), by_p, diff->rows);
	for (size_t i = 0; i < count; i++)
		j->tested += diff->rows[i].p < 1;
	for (size_t i = 0; i < j->tested; i++) {
		struct diff_row *row = &diff->rows[j->order[i]];

		if (row->p * (double)(j->tested - i) > j->options->significance)
			break;
		classify(j, row);
	}
}

/* --- the total --------------------------------------------------------------
 */

/* By the runs of one side and those of the other. */
static void judge_total_sides(const struct judge *j, struct diff_row *row,
			      double *logs)
{
	const struct diff_matrix *x = j->x;
	double variance, deviation;
	struct comparison c;

	for (size_t r = 0; r < x->runs; r++)
		logs[r] = log(fmax(j->totals[r], 1));
	c = compare(x, logs);
	row->change = exp(c.difference) - 1;
	/* Nothing tells how far totals of equal runs differ. */
	if (!(c.df > 0))
		return;
	variance = fmax(c.variance, LEAST_NOISE * LEAST_NOISE);
	deviation = sqrt(of_means(x, variance));
	row->margin = statistics_t_quantile(0.95, c.df) * deviation *
		      exp(c.difference);
	row->p = statistics_t_probability(c.difference / deviation, c.df);
}

static bool judge_total(struct judge *j, double *logs)
{
	const struct diff_matrix *x = j->x;
	struct diff_row *row = &j->diff->total;

	*row = (struct diff_row){ .kind = DIFF_UNTOUCHED, .p = 1 };
	for (int side = 0; side < DIFF_SIDES; side++) {
		size_t first = diff_first(x, (enum diff_side)side);
		size_t n = x->side_runs[side];

		row->ns[side] = statistics_mean(j->totals + first, n);
		for (size_t f = 0; f < x->function_count; f++) {
			row->calls[side] += j->diff->rows[f].calls[side];
			row->samples[side] += j->diff->rows[f].samples[side];
		}
	}
	row->calls_differ = j->diff->exact_calls &&
			    row->calls[DIFF_BASE] != row->calls[DIFF_HEAD];
	if (j->diff->pairs) {
		if (!diff_judge_pairs(x, SIZE_MAX, row))
			return false;
	} else {
		judge_total_sides(j, row, logs);
	}
	if (row->p <= j->options->significance)
		classify(j, row);
	return true;
}

static bool prepare(struct judge *j)
{
	const struct diff_matrix *x = j->x;
	size_t most = x->function_count + x->runs + 1;

	j->totals = calloc(most, sizeof(*j->totals));
	j->scratch = calloc(most, sizeof(*j->scratch));
	j->guide = calloc(most, sizeof(*j->guide));
	j->shifts = calloc(most, sizeof(*j->shifts));
	j->spreads = calloc(most, sizeof(*j->spreads));
	j->order = calloc(most, sizeof(*j->order));
	return j->totals && j->scratch && j->guide && j->shifts && j->spreads &&
	       j->order;
}

static void release(struct judge *j)
{
	free(j->totals);
	free(j->scratch);
	free(j->guide);
	free(j->shifts);
	free(j->spreads);
	free(j->order);
}

static void add_totals(const struct diff_matrix *x, double *totals)
{
	for (size_t f = 0; f < x->function_count; f++)
		for (size_t r = 0; r < x->runs; r++)
			totals[r] += diff_at(x, f, r)->ns;
}

/* A run, and how long it took in all. */
struct speed {
	double total;
	size_t run;
};

static int compare_speeds(const void *a, const void *b)
{
	const struct speed *x = a, *y = b;

	return (x->total > y->total) - (x->total < y->total);
}

static double spread_of_totals(const struct diff_matrix *x,
			       const double *totals, double *logs)
{
	size_t n0 = x->side_runs[DIFF_BASE], n1 = x->side_runs[DIFF_HEAD];

	for (size_t r = 0; r < x->runs; r++)
		logs[r] = log(fmax(totals[r], 1));
	if (x->runs < 3)
		return 0;
	return (statistics_squares(logs, n0, statistics_mean(logs, n0)) +
		statistics_squares(logs + n0, n1,
				   statistics_mean(logs + n0, n1))) /
	       (double)(x->runs - 2);
}

static void pick_undisturbed(struct diff_matrix *x, const double *totals,
			     struct speed *speeds)
{
	size_t used = 0, first = 0;

	for (int side = 0; side < DIFF_SIDES; side++) {
		size_t n = x->side_runs[side], kept = 0;

		for (size_t i = 0; i < n; i++)
			speeds[i] =
				(struct speed){ totals[first + i], first + i };
		qsort(speeds, n, sizeof(*speeds), compare_speeds);
		while (kept < n &&
		       speeds[kept].total <= PICK_WITHIN * speeds[n / 4].total)
			x->pick[used++] = speeds[kept++].run;
		x->side_runs[side] = kept;
		first += n;
	}
	x->runs = used;
}

/* A busy neighbour slows some functions down more than others: no factor takes
 * that out, but leaving out the runs that had one does. */
bool diff_pick_runs(struct diff_matrix *x)
{
	struct speed *speeds = calloc(x->runs + 1, sizeof(*speeds));
	double *totals = calloc(x->runs + 1, sizeof(*totals));
	double *logs = calloc(x->runs + 1, sizeof(*logs));
	bool ok = speeds && totals && logs;

	if (ok) {
		add_totals(x, totals);
		x->spread = spread_of_totals(x, totals, logs);
	}
	if (ok && x->side_runs[DIFF_BASE] >= PICK_RUNS &&
	    x->side_runs[DIFF_HEAD] >= PICK_RUNS)
		pick_undisturbed(x, totals, speeds);
	free(speeds);
	free(totals);
	free(logs);
	return ok;
}

bool diff_judge(struct diff *diff, struct diff_matrix *x,
		const struct diff_options *options)
{
	struct judge j = { .diff = diff, .x = x, .options = options };
	double *logs = calloc(x->runs + 1, sizeof(*logs));
	double all[DIFF_SIDES] = { 0, 0 };
	bool ok = prepare(&j) && logs;

	if (ok) {
		add_totals(x, j.totals);
		find_guides(&j);
		for (size_t f = 0; f < x->function_count; f++) {
			all[DIFF_BASE] += diff->rows[f].samples[DIFF_BASE];
			all[DIFF_HEAD] += diff->rows[f].samples[DIFF_HEAD];
		}
		if (diff->pairs) {
			ok = diff_pairs_noise(x, options->share, &diff->noise);
		} else {
			measure_noise(&j, logs);
			measure_machine(&j, logs);
		}
		for (size_t f = 0; f < x->function_count; f++)
			ok = ok && judge_function(&j, f, logs, all);
		ok = ok && judge_total(&j, logs);
		choose(&j);
	}
	free(logs);
	release(&j);
	return ok;
}
