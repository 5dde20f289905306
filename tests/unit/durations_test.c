/* durations_test.c - histograms, and how durations are read from a profile. */
#include "lib/analysis/histogram.h"
#include "lib/analysis/model.h"
#include "tests/tap.h"
#include "tests/unit/arena_build.h"

#include <math.h>
#include <stdlib.h>

static void buckets_follow_each_other(void)
{
	bool good = true;

	for (unsigned b = 0; b < ARENA_BUCKET_COUNT; b++) {
		uint64_t start = arena_bucket_start(b);
		uint64_t end = arena_bucket_start(b + 1);

		good = good && end > start && arena_bucket(start) == b &&
		       arena_bucket(end - 1) == b &&
		       end - start <= (start / 4 > 1 ? start / 4 : 1);
	}
	OK(good, "each duration has one bucket, a quarter wide at most");
	IS_U64(arena_bucket(UINT64_MAX), ARENA_BUCKET_COUNT - 1,
	       "the last one has all that is longer");
}

static uint64_t sum(const struct histogram *h)
{
	uint64_t all = 0;

	for (unsigned b = 0; b < HISTOGRAM_BUCKETS; b++)
		all += h->buckets[b];
	return all;
}

static void nothing_is_lost_in_spreading(void)
{
	static struct histogram h;
	uint64_t count = 0;

	for (unsigned b = 0; b < ARENA_BUCKET_COUNT; b++) {
		uint64_t start = arena_bucket_start(b) * 10 / 27;
		uint64_t end = arena_bucket_start(b + 1) * 10 / 27;

		histogram_add(&h, start, end, b % 7 + 1);
		count += b % 7 + 1;
	}
	histogram_add(&h, UINT64_MAX, UINT64_MAX, 3);
	histogram_add(&h, UINT64_MAX - 9, UINT64_MAX, UINT64_C(1) << 60);
	count += 3 + (UINT64_C(1) << 60);
	IS_U64(h.count, count, "all are counted");
	IS_U64(sum(&h), count, "and all are in some bucket");
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* As the runtime counts, as the reader converts, as the model adds up. */
static void quantiles_are_near(double spread, const char *name)
{
	enum { MANY = 20000 };
	static uint64_t values[MANY], counts[ARENA_BUCKET_COUNT];
	static const double shares[] = { 0.01, 0.1, 0.5, 0.9, 0.99, 0.999 };
	struct histogram *h = calloc(1, sizeof(*h));
	bool good = h != NULL;

	memset(counts, 0, sizeof(counts));
	for (int i = 0; i < MANY; i++) {
		double x = ((double)(i * 7919 % MANY) + 0.5) / MANY;

		values[i] = (uint64_t)(1000 * exp(spread * x));
		counts[arena_bucket(values[i])]++;
	}
	qsort(values, MANY, sizeof(*values), compare);
	histogram_bound(h, values[0] / 3, values[MANY - 1] / 3);
	for (unsigned b = 0; b < ARENA_BUCKET_COUNT; b++)
		if (counts[b])
			histogram_add(h, arena_bucket_start(b) / 3,
				      arena_bucket_start(b + 1) / 3, counts[b]);
	for (size_t i = 0; i < sizeof(shares) / sizeof(*shares); i++) {
		double want = (double)values[(int)(shares[i] * MANY)] / 3;
		double got = histogram_quantile(h, shares[i]);

		good = good && got >= want * 0.8 && got <= want * 1.25;
	}
	OK(good && histogram_quantile(h, 0) >= (double)h->min &&
		   histogram_quantile(h, 1) == (double)h->max,
	   name);
	free(h);
}

static void equal_values_are_exact(void)
{
	struct histogram *h = calloc(1, sizeof(*h));

	histogram_bound(h, 1234, 1234);
	histogram_add(h, 1200, 1400, 100);
	OK(histogram_quantile(h, 0.5) == 1234 &&
		   histogram_quantile(h, 0.99) == 1234,
	   "where all calls took the same, so says each percentile");
	free(h);
}

#define FN 0x401000u

static struct arena_build build(struct arena_duration **r, uint32_t *node)
{
	struct arena_build b = arena_build_new(ARENA_MODE_TRACE);
	uint32_t root = arena_build_thread(&b, 1, "main");
	uint64_t chunk;

	*node = arena_build_node(&b, 1, root, FN, 0);
	arena_build_at(&b, *node)->calls = 10;
	chunk = arena_build_claim(&b, ARENA_CHUNK_DURATIONS, sizeof(**r), 0);
	arena_build_chunk(&b, chunk)->used += sizeof(**r);
	*r = (struct arena_duration *)(arena_build_chunk(&b, chunk) + 1);
	(*r)->fn = FN;
	(*r)->min = 100;
	(*r)->max = 5000;
	(*r)->buckets[arena_bucket(100)] = 6;
	(*r)->buckets[arena_bucket(5000)] = 3;
	(*r)->slow[0] = (struct arena_call){ 2000, 5000, *node, 0 };
	arena_build_header(&b)->sync[0].ticks = 500;
	return b;
}

static struct error err;

static struct profile *parse(const struct arena_build *b, bool salvage)
{
	err = (struct error){ 0 };
	return profile_parse("test", b->bytes, b->size, salvage, &err);
}

static void records_are_read(void)
{
	struct arena_duration *r;
	uint32_t node;
	struct arena_build b = build(&r, &node);
	struct profile *p = parse(&b, false);

	OK(p && p->timed && p->duration_count == 1 && p->call_count == 1,
	   "a profile with durations");
	if (p && p->duration_count == 1 && p->call_count == 1) {
		IS_U64(p->durations[0].count, 9, "the count");
		IS_U64(p->durations[0].min_ns, 100, "the shortest");
		IS_U64(p->durations[0].max_ns, 5000, "the longest");
		IS_U64(p->durations[0].bucket_count, 2, "what is not empty");
		IS_U64(p->calls[0].ns, 5000, "the slowest call");
		IS_U64(p->calls[0].begin_ns, 1500, "when it began");
		OK(!p->calls[0].open, "it ended");
	}
	profile_free(p);
	/* As it may be found in a process that runs. */
	r->min = UINT64_MAX;
	r->max = 0;
	p = parse(&b, false);
	OK(p && p->durations[0].min_ns <= p->durations[0].max_ns,
	   "extremes that are not there yet are those of the buckets");
	profile_free(p);
	arena_build_free(&b);
}

static void fails(struct arena_build *b, const char *message, const char *name)
{
	struct profile *p = parse(b, false);

	OK(!p && err.code == ERROR_FORMAT && strstr(err.msg, message), name);
	profile_free(p);
	p = parse(b, true);
	OK(p && p->warnings && strstr(p->warnings, message),
	   "which is a warning where the rest is asked for");
	profile_free(p);
	arena_build_free(b);
}

static void damage_is_found(void)
{
	struct arena_duration *r;
	uint32_t node;
	struct arena_build b = build(&r, &node);

	r->fn++;
	fails(&b, "without a context", "a function that no context has");
	b = build(&r, &node);
	r->buckets[7] = UINT64_MAX;
	fails(&b, "impossible number", "an impossible number");
	b = build(&r, &node);
	r->buckets[7] = r->buckets[8] = UINT64_C(1) << 61;
	fails(&b, "impossible number", "a sum that is impossible");
	b = build(&r, &node);
	r->slow[3] = (struct arena_call){ 1, 2, node + 1, 0 };
	fails(&b, "a slow call in a context", "a slow call in no context");
	b = build(&r, &node);
	r->slow[0].ticks = UINT64_MAX;
	fails(&b, "impossible duration", "a slow call that lasted for ever");
	b = build(&r, &node);
	arena_build_at(&b, node)->fn = FN + 16;
	arena_build_node(&b, 1, node, FN, 0);
	fails(&b, "a slow call in a context",
	      "a slow call in another function's context");
}

static void open_calls_are_read(void)
{
	struct arena_duration *r;
	struct arena_call *calls;
	uint32_t node;
	struct arena_build b = build(&r, &node);
	uint64_t at = arena_build_claim(&b, ARENA_CHUNK_OPEN,
					2 * sizeof(*calls) + 8, 0);
	struct profile *p;

	arena_build_chunk(&b, at)->used += 2 * sizeof(*calls) + 8;
	calls = (struct arena_call *)(arena_build_chunk(&b, at) + 1);
	calls[0] = (struct arena_call){ 600, 0, node, 0 };
	calls[1] = (struct arena_call){ 400, 70, node, 0 };
	p = parse(&b, false);
	OK(p && p->call_count == 3 && p->calls[1].open && p->calls[2].open &&
		   p->calls[1].ns == 0 && p->calls[2].ns == 70 &&
		   p->calls[2].begin_ns == 0,
	   "calls that did not end");
	profile_free(p);
	calls[1].node = 1;
	fails(&b, "a slow call in a context", "one in no context");
}

int main(void)
{
	buckets_follow_each_other();
	nothing_is_lost_in_spreading();
	quantiles_are_near(2, "percentiles of calls that differ little");
	quantiles_are_near(15, "percentiles of calls from us to minutes");
	equal_values_are_exact();
	records_are_read();
	damage_is_found();
	open_calls_are_read();
	return tap_done();
}
