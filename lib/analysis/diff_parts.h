/* diff_parts.h - what the files of diff.c share; nobody else's. */
#ifndef PROF_ANALYSIS_DIFF_PARTS_H
#define PROF_ANALYSIS_DIFF_PARTS_H

#include "lib/analysis/diff.h"
#include "lib/base/idmap.h"

/* Runs that seem to differ by less than this, relatively, do so by chance. */
#define LEAST_NOISE 0.005

/* One function in one run. */
struct diff_value {
	double ns, cumulative_ns, calls, samples;
};

/* The runs of both sides, those of BASE first. */
struct diff_matrix {
	const struct symbol_function **symbols;
	size_t function_count, function_capacity;
	struct idmap by_name;
	struct diff_value *values; /* [function * all_runs + pick[run]] */
	size_t value_capacity;
	size_t all_runs;
	uint64_t *started; /* of all runs, when; 0 unknown */
	size_t *pick; /* of the runs that are used: which they are of all */
	size_t runs, side_runs[DIFF_SIDES]; /* used */
	bool sampled;			    /* some run */
	double *machine; /* of each run: log of how slow it was */
	double spread;	 /* variance of log of the totals, of all runs */
};

/* First run of SIDE, and how many there are. */
static inline size_t diff_first(const struct diff_matrix *x,
				enum diff_side side)
{
	return side == DIFF_BASE ? 0 : x->side_runs[DIFF_BASE];
}

static inline const struct diff_value *diff_at(const struct diff_matrix *x,
					       size_t function, size_t run)
{
	return &x->values[function * x->all_runs + x->pick[run]];
}

/* Fill the zeroed X; false when out of memory. */
bool diff_gather(struct diff_matrix *x,
		 struct model *const *const models[DIFF_SIDES],
		 const size_t count[DIFF_SIDES]);

/* Where there are many, use only those runs that went well: about as fast as
 * the quickest quarter of their side. False when out of memory. */
bool diff_pick_runs(struct diff_matrix *x);
void diff_matrix_free(struct diff_matrix *x);

/* Whether the sides were run in turns, often enough. If so, run i of one side
 * is then the neighbour of run i of the other. */
bool diff_pair_runs(struct diff_matrix *x);

/* Judge FUNCTION, or where it is SIZE_MAX all of them together, by pairs of
 * runs: fill in ROW's change, margin and p. False when out of memory. */
bool diff_judge_pairs(const struct diff_matrix *x, size_t function,
		      struct diff_row *row);

/* What one run differs by from the one beside it: of the middle one of the
 * functions that take SHARE or more of the time. False when out of memory. */
bool diff_pairs_noise(const struct diff_matrix *x, double share, double *noise);

/* Judge each function: rows[i] becomes that of function i. False when out of
 * memory. */
bool diff_judge(struct diff *diff, struct diff_matrix *x,
		const struct diff_options *options);

#endif
