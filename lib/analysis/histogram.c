#include "lib/analysis/histogram.h"

__extension__ typedef unsigned __int128 wide;

#define PER_OCTAVE (1u << HISTOGRAM_BITS)

static unsigned bucket_of(uint64_t value)
{
	unsigned high;

	if (value < 2 * PER_OCTAVE)
		return (unsigned)value;
	high = 63u - (unsigned)__builtin_clzll(value);
	return (high - HISTOGRAM_BITS) * PER_OCTAVE +
	       (unsigned)(value >> (high - HISTOGRAM_BITS));
}

/* Where BUCKET starts; 2^64 does not fit, and is one less. */
static uint64_t bucket_start(unsigned bucket)
{
	if (bucket < 2 * PER_OCTAVE)
		return bucket;
	if (bucket >= HISTOGRAM_BUCKETS)
		return UINT64_MAX;
	return (uint64_t)(PER_OCTAVE + bucket % PER_OCTAVE)
	       << (bucket / PER_OCTAVE - 1);
}

void histogram_add(struct histogram *h, uint64_t start, uint64_t end,
		   uint64_t count)
{
	wide width = end > start ? end - start : 1;
	uint64_t done = 0;

	h->count += count;
	for (unsigned b = bucket_of(start); done < count; b++) {
		uint64_t to = bucket_start(b + 1);
		/* Rounded: a single one goes to the middle. */
		wide passed = to - start;
		uint64_t next =
			(uint64_t)((2 * passed * count + width) / (2 * width));

		if (passed >= width || next > count ||
		    b + 1 == HISTOGRAM_BUCKETS)
			next = count;
		h->buckets[b] += next - done;
		done = next;
	}
}

void histogram_bound(struct histogram *h, uint64_t min, uint64_t max)
{
	if (!h->count || min < h->min)
		h->min = min;
	if (!h->count || max > h->max)
		h->max = max;
}

double histogram_quantile(const struct histogram *h, double q)
{
	double rank = q * (double)h->count, before = 0, value = 0;
	unsigned b;

	for (b = 0; b < HISTOGRAM_BUCKETS; b++) {
		double here = (double)h->buckets[b];

		if (here > 0) {
			double from = (double)bucket_start(b);
			double to = (double)bucket_start(b + 1);
			double part = (rank - before) / here;

			/* Buckets of one value hold just that. */
			if (to - from <= 1)
				part = 0;
			value = from + (to - from) * (part < 1 ? part : 1);
			if (before + here >= rank)
				break;
		}
		before += here;
	}
	if (value < (double)h->min)
		return (double)h->min;
	return value > (double)h->max ? (double)h->max : value;
}
