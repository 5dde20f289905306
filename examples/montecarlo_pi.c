/* montecarlo_pi.c - pi from the share of random points that fall in a circle.
 *
 * The points come in blocks with a random stream each, so every function finds
 * the same pi, by loops, by arrays, and on any number of processes.
 */
#include "examples/common/args.h"
#include "examples/common/call.h"
#include "examples/common/memory.h"
#include "examples/common/random.h"
#include "examples/common/timing.h"
#include "examples/common/workers.h"

#include <math.h>
#include <stdio.h>

enum { BLOCKS = 64 };

struct job {
	uint64_t total, seed, workers;
};

/* Blocks differ in size by one point at most. */
static uint64_t block_size(const struct job *job, size_t block)
{
	return job->total / BLOCKS + (block < job->total % BLOCKS ? 1 : 0);
}

static struct random_stream block_stream(const struct job *job, size_t block)
{
	return random_seeded(job->seed * BLOCKS + block);
}

static double pi_of(double inside, const struct job *job)
{
	return 4 * inside / (double)job->total;
}

/* --- a point at a time --------------------------------------------------- */

static REAL_CALL double inside_plain(size_t block, const void *context)
{
	const struct job *job = context;
	struct random_stream r = block_stream(job, block);
	uint64_t size = block_size(job, block), inside = 0;

	for (uint64_t i = 0; i < size; i++) {
		double x = random_unit(&r), y = random_unit(&r);

		if (x * x + y * y <= 1)
			inside++;
	}
	return (double)inside;
}

static REAL_CALL double inside_math(size_t block, const void *context)
{
	const struct job *job = context;
	struct random_stream r = block_stream(job, block);
	uint64_t size = block_size(job, block), inside = 0;

	for (uint64_t i = 0; i < size; i++) {
		double x = random_unit(&r), y = random_unit(&r);

		if (hypot(x, y) <= 1)
			inside++;
	}
	return (double)inside;
}

/* --- arrays -------------------------------------------------------------- */

static REAL_CALL void random_points(struct random_stream r, double *x,
				    double *y, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		x[i] = random_unit(&r);
		y[i] = random_unit(&r);
	}
}

static REAL_CALL void square(double *values, size_t length)
{
	for (size_t i = 0; i < length; i++)
		values[i] *= values[i];
}

static REAL_CALL void add(double *to, const double *values, size_t length)
{
	for (size_t i = 0; i < length; i++)
		to[i] += values[i];
}

static REAL_CALL size_t count_at_most(double limit, const double *values,
				      size_t length)
{
	size_t count = 0;

	for (size_t i = 0; i < length; i++)
		count += values[i] <= limit;
	return count;
}

static REAL_CALL double inside_vector(size_t block, const void *context)
{
	const struct job *job = context;
	size_t size = block_size(job, block), inside;
	double *x = memory_new(size, sizeof(*x));
	double *y = memory_new(size, sizeof(*y));

	random_points(block_stream(job, block), x, y, size);
	square(x, size);
	square(y, size);
	add(x, y, size);
	inside = count_at_most(1, x, size);
	memory_free(x);
	memory_free(y);
	return (double)inside;
}

/* --- one processor ------------------------------------------------------- */

static REAL_CALL double pi_plain(const void *job)
{
	double inside = 0;

	for (size_t block = 0; block < BLOCKS; block++)
		inside += inside_plain(block, job);
	return pi_of(inside, job);
}

static REAL_CALL double pi_math(const void *job)
{
	double inside = 0;

	for (size_t block = 0; block < BLOCKS; block++)
		inside += inside_math(block, job);
	return pi_of(inside, job);
}

static REAL_CALL double pi_vector(const void *job)
{
	double inside = 0;

	for (size_t block = 0; block < BLOCKS; block++)
		inside += inside_vector(block, job);
	return pi_of(inside, job);
}

/* --- several processors -------------------------------------------------- */

static double sum_of(const double *values, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += values[i];
	return sum;
}

/* A process's share: every so many blocks. */
static REAL_CALL double inside_share(size_t worker, const void *context)
{
	const struct job *job = context;
	double inside = 0;

	for (size_t block = worker; block < BLOCKS; block += job->workers)
		inside += inside_plain(block, job);
	return inside;
}

static REAL_CALL double pi_processes(const void *context)
{
	const struct job *job = context;
	double inside[WORKERS_MOST];

	workers_map(job->workers, job->workers, inside_share, job, inside);
	return pi_of(sum_of(inside, job->workers), job);
}

static REAL_CALL double pi_workers(const void *context)
{
	const struct job *job = context;
	double inside[BLOCKS];

	workers_map(job->workers, BLOCKS, inside_plain, job, inside);
	return pi_of(sum_of(inside, BLOCKS), job);
}

static REAL_CALL double pi_workers_vector(const void *context)
{
	const struct job *job = context;
	double inside[BLOCKS];

	workers_map(job->workers, BLOCKS, inside_vector, job, inside);
	return pi_of(sum_of(inside, BLOCKS), job);
}

struct method {
	const char *name;
	double (*run)(const void *job);
};

static const struct method methods[] = {
	{ "pi_plain", pi_plain },
	{ "pi_math", pi_math },
	{ "pi_vector", pi_vector },
	{ "pi_processes", pi_processes },
	{ "pi_workers", pi_workers },
	{ "pi_workers_vector", pi_workers_vector },
};

enum { METHODS = sizeof(methods) / sizeof(methods[0]) };

int main(int argc, char **argv)
{
	struct job job = { .total = 1000000, .seed = 1, .workers = 2 };
	struct timings timings = { .repeat = 3 };
	const char *choice = "all", *choices[METHODS + 2] = { "all" };
	bool no_times = false;
	const struct arg args[] = {
		{ "TOTAL", .count = &job.total, .min = 1, .max = 1e12,
		  .help = "points" },
		{ "REPEAT", .count = &timings.repeat, .min = 1, .max = 1e6,
		  .help = "runs of each function" },
		{ "WORKERS", .count = &job.workers, .min = 1,
		  .max = WORKERS_MOST, .help = "processes" },
		{ "--function", "NAME", .choice = &choice, .choices = choices,
		  .help = "what to run" },
		{ "--seed", "SEED", .count = &job.seed, .max = 1e12,
		  .help = "for the random numbers" },
		{ "--no-times", .flag = &no_times,
		  .help = "without the table" },
	};

	for (int i = 0; i < METHODS; i++)
		choices[i + 1] = methods[i].name;
	ARGS_PARSE(argc, argv,
		   "Pi from random points, and which way is the fastest.\n",
		   args);
	for (int i = 0; i < METHODS; i++)
		if (args_chosen(choice, methods[i].name))
			printf("%s %.9f\n", methods[i].name,
			       timings_run(&timings, methods[i].run, &job, "%s",
					   methods[i].name));
	printf("standard error %.9f\n", 1.6424 / sqrt((double)job.total));
	timings.wanted = !no_times;
	timings_table(&timings);
	return 0;
}
