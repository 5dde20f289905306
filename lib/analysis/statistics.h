/* statistics.h - whether two sets of measurements differ. */
#ifndef PROF_ANALYSIS_STATISTICS_H
#define PROF_ANALYSIS_STATISTICS_H

#include <stddef.h>

/* Probability that Student's t with DF degrees of freedom is at least as far
 * from 0 as T, on either side. */
double statistics_t_probability(double t, double df);

/* The value that t with DF degrees of freedom is nearer to 0 than with
 * probability P: 1.96 for 0.95 and many degrees. */
double statistics_t_quantile(double p, double df);

/* Probability, by the rank test of Mann and Whitney, that two samples of one
 * distribution differ as much as A and B do, in either direction. Exact up to
 * 20 values a side, by the normal distribution above; equal values share their
 * ranks. */
double statistics_rank_probability(const double *a, size_t a_count,
				   const double *b, size_t b_count);

/* Probability, by Wilcoxon's test of signed ranks, that values which are above
 * and below 0 alike lie as much to one side of it as these, on either side.
 * What is 0 says nothing; equal sizes share their ranks. Exact up to 50 values,
 * by the normal distribution above. */
double statistics_sign_probability(const double *values, size_t count);

/* The middle of all means of two of the COUNT values, and of the values
 * themselves (Hodges and Lehmann). *MARGIN is half of the interval around it
 * that holds the true middle with 95 %, as far as that many values can tell. */
double statistics_pseudomedian(const double *values, size_t count,
			       double *margin);

/* The mean of COUNT values; 0 where there are none. */
double statistics_mean(const double *values, size_t count);

/* The sum of the squares of how far COUNT values are from AROUND. */
double statistics_squares(const double *values, size_t count, double around);

/* The middle of COUNT values, which get sorted; 0 where there are none. */
double statistics_median(double *values, size_t count);

#endif
