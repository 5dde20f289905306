#include "examples/common/timing.h"

#include "examples/common/memory.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int compare_seconds(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int compare_timings(const void *a, const void *b)
{
	const struct timing *x = a, *y = b;

	return compare_seconds(&x->min_s, &y->min_s);
}

static double mean_of(const double *values, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += values[i];
	return sum / (double)count;
}

/* Of a sample: divided by COUNT - 1. One value deviates by nothing. */
static double stddev_of(const double *values, size_t count)
{
	double mean = mean_of(values, count), squares = 0;

	if (count < 2)
		return 0;
	for (size_t i = 0; i < count; i++)
		squares += (values[i] - mean) * (values[i] - mean);
	return sqrt(squares / (double)(count - 1));
}

static struct timing *add_row(struct timings *timings)
{
	timings->rows = memory_resize(timings->rows, timings->count + 1,
				      sizeof(*timings->rows));
	return &timings->rows[timings->count++];
}

double timings_run(struct timings *timings, double (*run)(const void *context),
		   const void *context, const char *format, ...)
{
	size_t repeat = timings->repeat;
	double *seconds = memory_new(repeat, sizeof(*seconds));
	struct timing *row = add_row(timings);
	double result = 0;
	va_list ap;

	va_start(ap, format);
	vsnprintf(row->name, sizeof(row->name), format, ap);
	va_end(ap);
	for (size_t i = 0; i < repeat; i++) {
		double start_s = now_s();

		result = run(context);
		seconds[i] = now_s() - start_s;
	}
	qsort(seconds, repeat, sizeof(*seconds), compare_seconds);
	row->min_s = seconds[0];
	row->median_s = (seconds[(repeat - 1) / 2] + seconds[repeat / 2]) / 2;
	row->stddev_s = stddev_of(seconds, repeat);
	memory_free(seconds);
	return result;
}

static void print_row(const struct timing *row, double fastest_s, bool repeated)
{
	/* Less than a nanosecond is not measured. */
	printf("%-28s %12.6f %9.2f", row->name, row->min_s,
	       fmax(row->min_s, 1e-9) / fmax(fastest_s, 1e-9));
	if (repeated)
		printf(" %12.6f %12.6f", row->median_s, row->stddev_s);
	putchar('\n');
}

void timings_table(struct timings *timings)
{
	bool repeated = timings->repeat > 1;

	if (timings->wanted && timings->count) {
		qsort(timings->rows, timings->count, sizeof(*timings->rows),
		      compare_timings);
		printf("\n%-28s %12s %9s", "Function", "Time", "Ratio");
		if (repeated)
			printf(" %12s %12s", "Median", "Stddev");
		putchar('\n');
		for (size_t i = 0; i < timings->count; i++)
			print_row(&timings->rows[i], timings->rows[0].min_s,
				  repeated);
	}
	memory_free(timings->rows);
	timings->rows = NULL;
	timings->count = 0;
}
