/* The tests that prof diff uses, against tables. */
#include "lib/analysis/statistics.h"
#include "tests/tap.h"

#include <math.h>

static bool near(double got, double want, double by)
{
	return fabs(got - want) <= by;
}

/* Percentage points of the t distribution: any textbook's table. */
static void student(void)
{
	OK(near(statistics_t_probability(12.706, 1), 0.05, 1e-5),
	   "t of 12.706 with one degree: 5 %");
	OK(near(statistics_t_probability(2.228, 10), 0.05, 1e-4),
	   "2.228 with ten: 5 %");
	OK(near(statistics_t_probability(-2.228, 10), 0.05, 1e-4),
	   "and on the other side");
	OK(near(statistics_t_probability(2.704, 40), 0.01, 1e-4),
	   "2.704 with forty: 1 %");
	OK(near(statistics_t_probability(1.95996, 1e9), 0.05, 1e-5),
	   "1.96 with very many: the normal distribution");
	OK(statistics_t_probability(0, 5) == 1, "no difference: certain");
	OK(statistics_t_probability(3, 0) == 1, "no degrees: nothing is known");
	OK(near(statistics_t_quantile(0.95, 4), 2.776, 1e-3),
	   "the quantile with four degrees");
	OK(near(statistics_t_quantile(0.95, 1e9), 1.95996, 1e-4),
	   "and of the normal distribution");
}

static void ranks(void)
{
	const double low[] = { 1, 2, 3, 4, 5 }, high[] = { 6, 7, 8, 9, 10 };
	const double mixed[] = { 1, 4, 5, 8, 9 }, rest[] = { 2, 3, 6, 7, 10 };
	const double one[] = { 3 };
	double a[30], b[30];

	OK(near(statistics_rank_probability(low, 3, high, 3), 2 / 20.0, 1e-12),
	   "three below three: 2 of 20 ways");
	OK(near(statistics_rank_probability(low, 4, high, 4), 2 / 70.0, 1e-12),
	   "four below four: 2 of 70");
	OK(near(statistics_rank_probability(high, 5, low, 5), 2 / 252.0, 1e-12),
	   "five above five: 2 of 252");
	/* U = 12 of 25: as in the tables, not below 2 for 5 %. */
	OK(statistics_rank_probability(mixed, 5, rest, 5) > 0.8,
	   "mixed: no difference");
	OK(statistics_rank_probability(one, 1, one, 1) == 1,
	   "equal values: no difference");
	OK(statistics_rank_probability(one, 0, one, 1) == 1,
	   "nothing on one side: no difference");
	for (int i = 0; i < 30; i++) {
		a[i] = i;
		b[i] = i + 12;
	}
	/* U = 450 - 279 = 171: z = 4.12. */
	OK(near(statistics_rank_probability(a, 30, b, 30), 3.8e-5, 2e-5),
	   "many values: by the normal distribution");
}

static void signs(void)
{
	const double up[] = { 1, 2, 3, 4, 5, 6 };
	const double one_down[] = { 1, 2, 3, 4, 5, 6, 7, -8, 9, 10 };
	const double zero[] = { 0, 0, 0 }, tied[] = { 1, 1, 1, -1 };
	double many[60];

	OK(near(statistics_sign_probability(up, 6), 2 / 64.0, 1e-12),
	   "six above 0: 2 of 64 ways");
	/* T = 8 with ten: 25 of 1024 ways are as small; in the tables 8 is the
	 * last value below 5 %. */
	OK(near(statistics_sign_probability(one_down, 10), 50 / 1024.0, 1e-12),
	   "a rank sum of 8 with ten: 4.9 %");
	/* All ranks are 2.5: one of four below, or none: 5 of 16 ways. */
	OK(near(statistics_sign_probability(tied, 4), 10 / 16.0, 1e-12),
	   "equal sizes share their ranks");
	OK(statistics_sign_probability(zero, 3) == 1, "nothing but 0: certain");
	OK(statistics_sign_probability(up, 0) == 1, "no values: certain");
	for (int i = 0; i < 60; i++)
		many[i] = i < 30 ? -1 - i : 1 + i;
	/* T = 465: z = 3.309. */
	OK(near(statistics_sign_probability(many, 60), 9.4e-4, 2e-5),
	   "many values: by the normal distribution");
}

static void pseudomedian(void)
{
	const double three[] = { 1, 2, 6 };
	double ten[10], margin;

	/* 1 1.5 2 3.5 4 6 */
	OK(statistics_pseudomedian(three, 3, &margin) == 2.75,
	   "the middle of all means of two");
	OK(isinf(margin), "three values: no interval of 95 %");
	for (int i = 0; i < 10; i++)
		ten[i] = i;
	OK(statistics_pseudomedian(ten, 10, &margin) == 4.5,
	   "of 0 to 9: between 4 and 5");
	/* The 9th of 55 means from either end, as in the tables for ten. */
	OK(near(margin, 2.5, 0.51), "and the interval around it");
}

static void middles(void)
{
	double odd[] = { 5, 1, 3 }, even[] = { 4, 1, 3, 2 };

	OK(statistics_median(odd, 3) == 3, "the middle of three");
	OK(statistics_median(even, 4) == 2.5, "between the middle two of four");
	OK(statistics_median(odd, 0) == 0, "of none: 0");
}

int main(void)
{
	student();
	ranks();
	signs();
	pseudomedian();
	middles();
	return tap_done();
}
