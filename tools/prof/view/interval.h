/* interval.h - how far a sampled share may be off. */
#ifndef PROF_VIEW_INTERVAL_H
#define PROF_VIEW_INTERVAL_H

#include <stdint.h>

/* A row that rests on fewer samples cannot be ranked: its interval is then
 * wider than about two thirds of its value. */
#define INTERVAL_THIN 10

/* PART_NS of TOTAL_NS was estimated from SAMPLES samples of the whole, which
 *all stand for the same time (model_sampled_ns says of how many). Returns the
 * nanoseconds D such that PART_NS - D ... PART_NS + D covers the 95 % interval
 *of Wilson's score (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927, 209-212;
 *recommended by Brown, Cai, DasGupta, Statistical Science 16, 2001, 101-133).
 *That interval is not symmetric: with z = 1.96, n samples and the share p it is
 *	(p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n);
 * D is the distance from p to its farther end, so that it never promises too
 * much. */
double interval_95_ns(uint64_t part_ns, uint64_t total_ns, double samples);

/* The tool is linked without libm. */
double interval_square_root(double x);

#endif
