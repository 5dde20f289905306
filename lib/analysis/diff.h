/* diff.h - what changed between two sets of runs.
 *
 * A run is one model. A function is the same on both sides where its name and
 * the base name of its source file (or of its module) are. What is compared is
 * its own time; calls, where they are exact, are compared as such.
 *
 * diff_judge.c compares the runs of one side with those of the other,
 * diff_pairs.c, where they were run in turns, each with the one beside it.
 */
#ifndef PROF_ANALYSIS_DIFF_H
#define PROF_ANALYSIS_DIFF_H

#include "lib/analysis/model.h"

enum diff_class {
	DIFF_REGRESSION,
	DIFF_IMPROVEMENT,
	DIFF_NEW,
	DIFF_DROPPED,
	DIFF_UNTOUCHED, /* no difference that chance does not explain */
	DIFF_CLASS_COUNT
};

enum diff_side { DIFF_BASE, DIFF_HEAD, DIFF_SIDES };

struct diff_options {
	double least;	     /* relative change below which nothing is called
			      * changed: 0.02 */
	double significance; /* of all functions together: 0.01 */
	double share;	     /* of the total below which, on both sides, nothing
			      * is judged: 0.005 */
	double noise;	     /* assumed of one run, relative: 0.03; where there
			      * are several they tell */
};

/* One function, or all of them. Times are means a run that is used, in ns. */
struct diff_row {
	const struct symbol_function *symbol; /* of HEAD, if it is there */
	enum diff_class kind;
	double ns[DIFF_SIDES], cumulative_ns[DIFF_SIDES];
	double calls[DIFF_SIDES];   /* mean a run */
	bool calls_differ;	    /* in some run; both sides count exactly */
	double samples[DIFF_SIDES]; /* of all runs */
	double change; /* relative, the machine's taken out; 0 where there is
			* nothing to compare with */
	double margin; /* CHANGE is right to this with 95 % */
	double p;      /* that chance alone does so much */
};

struct diff {
	struct diff_row total;
	struct diff_row *rows; /* by kind, then the largest change first */
	size_t count;
	size_t runs[DIFF_SIDES];
	size_t used[DIFF_SIDES]; /* of those: the ones that went well */
	/* The sides were run in turns, so many times each: then each run is
	 * compared with the one beside it. 0: not, or too few times. */
	size_t pairs;
	bool exact_calls; /* on both sides */
	bool sampled;
	uint8_t clock; /* enum arena_clock, of all runs */
	/* How much slower everything ran in HEAD, relative; taken out of every
	 * function's change where it is no more than runs of one side differ by
	 * (MACHINE_REMOVED). */
	double machine;
	bool machine_removed;
	double noise; /* of one run, as the runs tell or as assumed */
};

/* Compare the COUNT[0] models MODELS[0] with COUNT[1] MODELS[1], at least one
 * each, which must outlive the result. False when out of memory. */
bool diff_make(struct diff *diff, struct model *const *const models[DIFF_SIDES],
	       const size_t count[DIFF_SIDES],
	       const struct diff_options *options);
void diff_free(struct diff *diff);

#endif
