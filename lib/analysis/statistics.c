#include "lib/analysis/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EXACT_LIMIT 20
#define SIGN_LIMIT  50

/* The continued fraction of the incomplete beta function (Lentz's method, as in
 * Press et al., "Numerical Recipes", 6.4). */
static double beta_fraction(double a, double b, double x)
{
	const double tiny = 1e-300;
	double c = 1, d = 1 - (a + b) * x / (a + 1), h;

	d = 1 / (fabs(d) < tiny ? tiny : d);
	h = d;
	for (int m = 1; m < 300; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x /
			     ((a + 2 * m) * (a + 2 * m + 1));
		double step;

		d = 1 + even * d;
		c = 1 + even / c;
		d = 1 / (fabs(d) < tiny ? tiny : d);
		c = fabs(c) < tiny ? tiny : c;
		h *= d * c;
		d = 1 + odd * d;
		c = 1 + odd / c;
		d = 1 / (fabs(d) < tiny ? tiny : d);
		c = fabs(c) < tiny ? tiny : c;
		step = d * c;
		h *= step;
		if (fabs(step - 1) < 1e-12)
			break;
	}
	return h;
}

static double incomplete_beta(double a, double b, double x)
{
	double front;

	if (x <= 0 || x >= 1)
		return x <= 0 ? 0 : 1;
	front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) +
		    b * log(1 - x));
	if (x < (a + 1) / (a + b + 2))
		return front * beta_fraction(a, b, x) / a;
	return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double statistics_t_probability(double t, double df)
{
	if (!(df > 0) || isnan(t))
		return 1;
	if (df > 1e6)
		return erfc(fabs(t) / sqrt(2));
	return incomplete_beta(df / 2, 0.5, df / (df + t * t));
}

double statistics_t_quantile(double p, double df)
{
	double low = 0, high = 1e6;

	for (int i = 0; i < 200; i++) {
		double middle = (low + high) / 2;

		if (1 - statistics_t_probability(middle, df) < p)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}

/* Twice the number of pairs in which A's value is the greater one, and once
 * that of equal ones. */
static size_t twice_u(const double *a, size_t a_count, const double *b,
		      size_t b_count)
{
	size_t u = 0;

	for (size_t i = 0; i < a_count; i++)
		for (size_t k = 0; k < b_count; k++)
			u += a[i] > b[k] ? 2 : a[i] == b[k] ? 1 : 0;
	return u;
}

/* Probability that U is LIMIT or less: the number of ways to draw A_COUNT of
 * all ranks whose U is so small, by the recurrence of Mann and Whitney. */
static double exact_tail(size_t a_count, size_t b_count, size_t limit)
{
	size_t most = a_count * b_count;
	double *ways = calloc((a_count + 1) * (most + 1), sizeof(*ways));
	double below = 0, all = 0;

	if (!ways)
		return 1;
	/* ways[n][u]: with n values of A among the ranks seen so far. */
	ways[0] = 1;
	for (size_t rank = 0; rank < a_count + b_count; rank++)
		for (size_t n = a_count; n-- > 0;) {
			size_t gain = rank - n; /* of B, below this one */

			if (n > rank || gain > b_count)
				continue;
			for (size_t u = most + 1; u-- > gain;)
				ways[(n + 1) * (most + 1) + u] +=
					ways[n * (most + 1) + u - gain];
		}
	for (size_t u = 0; u <= most; u++) {
		double w = ways[a_count * (most + 1) + u];

		all += w;
		if (u <= limit)
			below += w;
	}
	free(ways);
	return all > 0 ? below / all : 1;
}

double statistics_rank_probability(const double *a, size_t a_count,
				   const double *b, size_t b_count)
{
	size_t pairs = a_count * b_count, twice, least;
	double mean, deviation, p;

	if (!pairs)
		return 1;
	twice = twice_u(a, a_count, b, b_count);
	least = twice < 2 * pairs - twice ? twice : 2 * pairs - twice;
	if (a_count <= EXACT_LIMIT && b_count <= EXACT_LIMIT) {
		/* Half a pair counts as a whole one: never too sure. */
		p = 2 * exact_tail(a_count, b_count, (least + 1) / 2);
		return p < 1 ? p : 1;
	}
	mean = (double)pairs / 2;
	deviation = sqrt((double)pairs * (double)(a_count + b_count + 1) / 12);
	p = erfc((mean - (double)least / 2 - 0.5) / deviation / sqrt(2));
	return p < 1 ? p : 1;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double statistics_median(double *values, size_t count)
{
	if (!count)
		return 0;
	qsort(values, count, sizeof(*values), compare_doubles);
	return count % 2 ? values[count / 2]
			 : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* --- signed ranks -----------------------------------------------------------
 */

static int compare_sizes(const void *a, const void *b)
{
	double x = fabs(*(const double *)a), y = fabs(*(const double *)b);

	return (x > y) - (x < y);
}

/* Put twice the rank, by size, of each of the sorted VALUES into RANKS. */
static void twice_ranks(const double *values, size_t count, size_t *ranks)
{
	size_t end;

	for (size_t first = 0; first < count; first = end) {
		end = first + 1;
		while (end < count && fabs(values[end]) == fabs(values[first]))
			end++;
		/* The mean of first + 1 ... end. */
		for (size_t i = first; i < end; i++)
			ranks[i] = first + 1 + end;
	}
}

/* How probable it is that a sum of those RANKS that chance picks is LIMIT or
 * less; -1: no memory. */
static double sum_tail(const size_t *ranks, size_t count, size_t limit)
{
	double *chance, below = 0;
	size_t most = 0;

	for (size_t i = 0; i < count; i++)
		most += ranks[i];
	chance = calloc(most + 1, sizeof(*chance));
	if (!chance)
		return -1;
	chance[0] = 1;
	for (size_t i = 0; i < count; i++)
		for (size_t sum = most + 1; sum-- > 0;)
			chance[sum] = (chance[sum] +
				       (sum >= ranks[i] ? chance[sum - ranks[i]]
							: 0)) /
				      2;
	for (size_t sum = 0; sum <= limit && sum <= most; sum++)
		below += chance[sum];
	free(chance);
	return below;
}

/* The same by the normal distribution. */
static double sum_tail_normal(const size_t *ranks, size_t count, size_t limit)
{
	double mean = 0, variance = 0;

	for (size_t i = 0; i < count; i++) {
		mean += (double)ranks[i] / 2;
		variance += (double)ranks[i] * (double)ranks[i] / 4;
	}
	return erfc((mean - (double)limit - 1) / sqrt(2 * variance)) / 2;
}

/* VALUES is sorted by size, without 0. */
static double sign_probability(const double *values, size_t count,
			       size_t *ranks)
{
	size_t sums[2] = { 0, 0 }, least;
	double p;

	twice_ranks(values, count, ranks);
	for (size_t i = 0; i < count; i++)
		sums[values[i] > 0] += ranks[i];
	least = sums[sums[1] < sums[0]];
	p = 2 * (count <= SIGN_LIMIT ? sum_tail(ranks, count, least)
				     : sum_tail_normal(ranks, count, least));
	return p >= 0 && p < 1 ? p : 1;
}

double statistics_sign_probability(const double *values, size_t count)
{
	double *sorted = calloc(count + 1, sizeof(*sorted)), p = 1;
	size_t *ranks = calloc(count + 1, sizeof(*ranks)), n = 0;

	if (sorted && ranks) {
		for (size_t i = 0; i < count; i++)
			if (values[i] != 0)
				sorted[n++] = values[i];
		qsort(sorted, n, sizeof(*sorted), compare_sizes);
		if (n)
			p = sign_probability(sorted, n, ranks);
	}
	free(sorted);
	free(ranks);
	return p;
}

double statistics_pseudomedian(const double *values, size_t count,
			       double *margin)
{
	size_t most = count * (count + 1) / 2, n = 0;
	double *means = calloc(most + 1, sizeof(*means));
	double deviation, outside, middle;

	*margin = INFINITY;
	if (!means || !count) {
		free(means);
		return 0;
	}
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k <= i; k++)
			means[n++] = (values[i] + values[k]) / 2;
	middle = statistics_median(means, n);
	/* So many of the means, on either side, are outside: the number of them
	 * below 0 is the sum of the ranks of the test above. */
	deviation = sqrt((double)count * (double)(count + 1) *
			 (double)(2 * count + 1) / 24);
	outside = floor((double)n / 2 - 1.96 * deviation);
	if (outside >= 0)
		*margin = (means[n - 1 - (size_t)outside] -
			   means[(size_t)outside]) /
			  2;
	free(means);
	return middle;
}

double statistics_mean(const double *values, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += values[i];
	return count ? sum / (double)count : 0;
}

double statistics_squares(const double *values, size_t count, double around)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += (values[i] - around) * (values[i] - around);
	return sum;
}
