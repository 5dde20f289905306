/* basel.c - the sum of the inverse squares, pi^2/6, in many ways.
 *
 * The sum of 1/x^2 for x from 1 to N-1: by a function call per term, by a
 * loop, by one operation after the other on whole arrays, by the same block by
 * block so that the arrays are small, and on several processors. Each
 * operation on arrays is a function that makes a new array, as NumPy does, so
 * that a profile is a table of the steps.
 */
#include "examples/common/args.h"
#include "examples/common/call.h"
#include "examples/common/memory.h"
#include "examples/common/timing.h"
#include "examples/common/workers.h"

#include <math.h>
#include <stdio.h>

/* --- a term at a time ---------------------------------------------------- */

static REAL_CALL double term(uint64_t x)
{
	REAL_FRAME();
	return 1 / ((double)x * (double)x);
}

static REAL_CALL double basel(uint64_t n)
{
	double total = 0;

	for (uint64_t x = 1; x < n; x++)
		total += term(x);
	return total;
}

static REAL_CALL double basel_loop(uint64_t n)
{
	double total = 0;

	for (uint64_t x = 1; x < n; x++)
		total += 1 / ((double)x * (double)x);
	return total;
}

/* --- whole arrays -------------------------------------------------------- */

struct array {
	double *values;
	size_t length;
};

static struct array array_new(size_t length)
{
	return (struct array){ memory_new(length, sizeof(double)), length };
}

static REAL_CALL struct array ones(size_t length)
{
	struct array result = array_new(length);

	for (size_t i = 0; i < length; i++)
		result.values[i] = 1;
	return result;
}

/* The numbers from START to STOP - 1. */
static REAL_CALL struct array arange(uint64_t start, uint64_t stop)
{
	struct array result = array_new(stop - start);

	for (size_t i = 0; i < result.length; i++)
		result.values[i] = (double)(start + i);
	return result;
}

static REAL_CALL struct array square(struct array a)
{
	struct array result = array_new(a.length);

	for (size_t i = 0; i < a.length; i++)
		result.values[i] = a.values[i] * a.values[i];
	return result;
}

static REAL_CALL struct array divide(struct array a, struct array b)
{
	struct array result = array_new(a.length);

	for (size_t i = 0; i < a.length; i++)
		result.values[i] = a.values[i] / b.values[i];
	return result;
}

static REAL_CALL struct array divide_scalar(double a, struct array b)
{
	struct array result = array_new(b.length);

	for (size_t i = 0; i < b.length; i++)
		result.values[i] = a / b.values[i];
	return result;
}

static REAL_CALL double sum(struct array a)
{
	double total = 0;

	for (size_t i = 0; i < a.length; i++)
		total += a.values[i];
	return total;
}

static REAL_CALL double basel_np(uint64_t n)
{
	struct array one = ones(n - 1);
	struct array x = arange(1, n);
	struct array squares = square(x);
	struct array terms = divide(one, squares);
	double total = sum(terms);

	memory_free(one.values);
	memory_free(x.values);
	memory_free(squares.values);
	memory_free(terms.values);
	return total;
}

/* The terms from N1 to N2 - 1, in three arrays. */
static REAL_CALL double basel_np_range(uint64_t n1, uint64_t n2)
{
	struct array x = arange(n1, n2);
	struct array squares = square(x);
	struct array terms = divide_scalar(1, squares);
	double total = sum(terms);

	memory_free(x.values);
	memory_free(squares.values);
	memory_free(terms.values);
	return total;
}

static REAL_CALL double basel_np_broadcast(uint64_t n)
{
	struct array x = arange(1, n);
	struct array squares = square(x);
	struct array terms = divide_scalar(1, squares);
	double total = sum(terms);

	memory_free(x.values);
	memory_free(squares.values);
	memory_free(terms.values);
	return total;
}

/* --- block by block ------------------------------------------------------ */

/* A sum that keeps what rounding loses (Kahan's). Adding up 1e8 chunks plainly
 * would be 3e-10 wrong. */
struct exact_sum {
	double total, lost;
};

HELPER void exact_sum_add(struct exact_sum *s, double term)
{
	double corrected = term + s->lost;
	double total = s->total + corrected;

	s->lost = corrected - (total - s->total);
	s->total = total;
}

static REAL_CALL double basel_chunks_range(uint64_t n1, uint64_t n2,
					   uint64_t chunk_size)
{
	struct exact_sum s = { 0, 0 };

	for (uint64_t x = n1; x < n2; x += chunk_size) {
		uint64_t stop = n2 - x < chunk_size ? n2 : x + chunk_size;

		exact_sum_add(&s, basel_np_range(x, stop));
	}
	return s.total;
}

static REAL_CALL double basel_chunks(uint64_t n, uint64_t chunk_size)
{
	struct exact_sum s = { 0, 0 };

	for (uint64_t x = 1; x < n; x += chunk_size) {
		uint64_t stop = n - x < chunk_size ? n : x + chunk_size;

		exact_sum_add(&s, basel_np_range(x, stop));
	}
	return s.total;
}

/* --- several processors -------------------------------------------------- */

struct parts {
	uint64_t n, chunk_size, workers;
};

/* Part I of the sum: parts differ in length by one term at most. */
static REAL_CALL double basel_part(size_t i, const void *context)
{
	const struct parts *parts = context;
	uint64_t terms = parts->n - 1;
	uint64_t share = terms / parts->workers, rest = terms % parts->workers;
	uint64_t start = 1 + i * share + (i < rest ? i : rest);
	double total = basel_chunks_range(
		start, start + share + (i < rest ? 1 : 0), parts->chunk_size);

	REAL_FRAME();
	return total;
}

static double sum_parts(const double *totals, uint64_t count)
{
	double total = 0;

	for (uint64_t i = 0; i < count; i++)
		total += totals[i];
	return total;
}

static REAL_CALL double basel_multicore(uint64_t n, uint64_t chunk_size,
					uint64_t workers)
{
	struct parts parts = { n, chunk_size, workers };
	double totals[WORKERS_MOST];

	workers_map(workers, workers, basel_part, &parts, totals);
	return sum_parts(totals, workers);
}

static REAL_CALL double basel_multicore_threads(uint64_t n, uint64_t chunk_size,
						uint64_t workers)
{
	struct parts parts = { n, chunk_size, workers };
	double totals[WORKERS_MOST];

	workers_threads(workers, basel_part, &parts, totals);
	return sum_parts(totals, workers);
}

static REAL_CALL double basel_smart(void)
{
	return M_PI * M_PI / 6;
}

/* --- choosing, printing and timing --------------------------------------- */

/* Each variant has one of the functions; which one says what it needs. */
struct variant {
	const char *name;
	double (*constant)(void);
	double (*terms)(uint64_t n);
	double (*range)(uint64_t n1, uint64_t n2);
	double (*chunks)(uint64_t n, uint64_t chunk_size);
	double (*chunks_range)(uint64_t n1, uint64_t n2, uint64_t chunk_size);
	double (*multicore)(uint64_t n, uint64_t chunk_size, uint64_t workers);
};

static const struct variant variants[] = {
	{ "basel", .terms = basel },
	{ "basel_loop", .terms = basel_loop },
	{ "basel_np", .terms = basel_np },
	{ "basel_np_broadcast", .terms = basel_np_broadcast },
	{ "basel_np_range", .range = basel_np_range },
	{ "basel_chunks", .chunks = basel_chunks },
	{ "basel_chunks_range", .chunks_range = basel_chunks_range },
	{ "basel_multicore", .multicore = basel_multicore },
	{ "basel_multicore_threads", .multicore = basel_multicore_threads },
	{ "basel_smart", .constant = basel_smart },
};

enum { VARIANTS = sizeof(variants) / sizeof(variants[0]), SWEEP_STEPS = 11 };

static const uint64_t sweep[SWEEP_STEPS] = { 500,    1000,   2000,   5000,
					     10000,  20000,  50000,  100000,
					     200000, 500000, 1000000 };

struct run {
	const struct variant *variant;
	uint64_t n, chunk_size, workers;
};

static double run_variant(const void *context)
{
	const struct run *run = context;
	const struct variant *v = run->variant;

	if (v->terms)
		return v->terms(run->n);
	if (v->range)
		return v->range(1, run->n);
	if (v->chunks)
		return v->chunks(run->n, run->chunk_size);
	if (v->chunks_range)
		return v->chunks_range(1, run->n, run->chunk_size);
	if (v->multicore)
		return v->multicore(run->n, run->chunk_size, run->workers);
	return v->constant();
}

/* The same sum in chunks of many sizes. */
static void run_sweep(struct run run, struct timings *timings)
{
	for (int i = 0; i < VARIANTS; i++)
		if (variants[i].chunks)
			run.variant = &variants[i];
	for (int i = 0; i < SWEEP_STEPS; i++) {
		double total;

		run.chunk_size = sweep[i];
		total = timings_run(timings, run_variant, &run, "%s(%ju)",
				    run.variant->name, (uintmax_t)sweep[i]);
		printf("%s(%ju) %.15f\n", run.variant->name,
		       (uintmax_t)sweep[i], total);
	}
}

static void run_chosen(struct run run, const char *choice,
		       struct timings *timings)
{
	for (int i = 0; i < VARIANTS; i++) {
		const char *name = variants[i].name;

		if (!args_chosen(choice, name))
			continue;
		run.variant = &variants[i];
		printf("%s %.15f\n", name,
		       timings_run(timings, run_variant, &run, "%s", name));
	}
}

int main(int argc, char **argv)
{
	struct run run = { .n = 1000000, .chunk_size = 1000, .workers = 2 };
	const char *choice = "all", *choices[VARIANTS + 2] = { "all" };
	struct timings timings = { .repeat = 1 };
	bool chunk_sweep = false;
	const struct arg args[] = {
		{ "N", .count = &run.n, .min = 2, .max = 1e12,
		  .help = "sum 1/x^2 for x = 1..N-1" },
		{ "--variant", "NAME", .choice = &choice, .choices = choices,
		  .help = "what to run" },
		{ "--chunk", "SIZE", .count = &run.chunk_size, .min = 1,
		  .max = 1e9, .help = "terms in a chunk" },
		{ "--workers", "COUNT", .count = &run.workers, .min = 1,
		  .max = WORKERS_MOST, .help = "processes, or threads" },
		{ "--sweep", .flag = &chunk_sweep,
		  .help = "chunks of 500 to 1000000 terms, with times" },
		TIMINGS_ARGS(timings),
	};

	for (int i = 0; i < VARIANTS; i++)
		choices[i + 1] = variants[i].name;
	ARGS_PARSE(argc, argv,
		   "The sum of the inverse squares, which tends to pi^2/6.\n"
		   "Without chunks, memory for 3 or 4 times N numbers is "
		   "needed.\n",
		   args);
	if (chunk_sweep) {
		timings.wanted = true;
		run_sweep(run, &timings);
	} else {
		run_chosen(run, choice, &timings);
	}
	timings_table(&timings);
	return 0;
}
