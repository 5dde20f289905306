/* timing.h - how long functions take, and a table of it.
 *
 * A table is the last that a program prints: what comes before the line with
 * "Function" are results, the same in every run.
 */
#ifndef EXAMPLES_COMMON_TIMING_H
#define EXAMPLES_COMMON_TIMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct timing {
	char name[40];
	double min_s, median_s, stddev_s; /* seconds of wall-clock time */
};

/* Start with { .repeat = 1 }. */
struct timings {
	bool wanted;	 /* whether timings_table prints anything */
	uint64_t repeat; /* how often to run each function, at least once */
	struct timing *rows;
	size_t count;
};

/* The options --times and --repeat of a program that compares functions. */
#define TIMINGS_ARGS(timings)                                                  \
	{ "--times", .flag = &(timings).wanted,                                \
	  .help = "print how long each took" },                                \
	{                                                                      \
		"--repeat", "COUNT", .count = &(timings).repeat, .min = 1,     \
				     .max = 1e6, .help = "runs of each"        \
	}

/* Call RUN with CONTEXT as often as TIMINGS says, and add a row with the name
 * that FORMAT makes as by printf. The last call's result. */
double timings_run(struct timings *timings, double (*run)(const void *context),
		   const void *context, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Where wanted, print the rows, fastest first: Function, Time (the shortest, in
 * seconds) and Ratio (to the fastest); after several runs the median and the
 * standard deviation too. Forget the rows. */
void timings_table(struct timings *timings);

#endif
