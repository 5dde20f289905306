/* histogram.h - how many of what size: sixteen buckets for each power of two.
 *
 * Filled from coarser histograms of other units, whose counts are spread evenly
 * over the sizes that they stand for. No count is lost on the way.
 */
#ifndef PROF_ANALYSIS_HISTOGRAM_H
#define PROF_ANALYSIS_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BITS	  4
#define HISTOGRAM_BUCKETS ((64 - HISTOGRAM_BITS + 1) << HISTOGRAM_BITS)

/* Plain data; all zero: empty. */
struct histogram {
	uint64_t count;
	uint64_t min, max; /* exact; where count is 0, meaningless */
	uint64_t buckets[HISTOGRAM_BUCKETS];
};

/* Add COUNT values (above 0) from START to less than END, which may be START.
 */
void histogram_add(struct histogram *h, uint64_t start, uint64_t end,
		   uint64_t count);

/* The least and the greatest of what is being added are MIN and MAX. To be
 * called before it is added. */
void histogram_bound(struct histogram *h, uint64_t min, uint64_t max);

/* The value that the share Q of all (0.5: half of them) does not exceed, from
 * min to max. H is not empty. */
double histogram_quantile(const struct histogram *h, double q);

#endif
