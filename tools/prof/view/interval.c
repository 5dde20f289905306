#include "tools/prof/view/interval.h"

#define Z 1.959963984540054 /* of 97.5 % of the normal distribution */

/* Newton's iteration. */
double interval_square_root(double x)
{
	double r = x > 1 ? x : 1;

	if (x <= 0)
		return 0;
	for (int i = 0; i < 64; i++)
		r = 0.5 * (r + x / r);
	return r;
}

double interval_95_ns(uint64_t part_ns, uint64_t total_ns, double n)
{
	double p, centre, half, shrink, up, down;

	if (!(n > 0) || total_ns == 0)
		return (double)total_ns;
	p = (double)part_ns / (double)total_ns;
	if (p > 1)
		p = 1;
	shrink = 1 / (1 + Z * Z / n);
	centre = (p + Z * Z / (2 * n)) * shrink;
	half = Z * interval_square_root(p * (1 - p) / n + Z * Z / (4 * n * n)) *
	       shrink;
	up = centre + half - p;
	down = p - (centre - half);
	return (up > down ? up : down) * (double)total_ns;
}
