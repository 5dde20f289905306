/* What prof diff makes of runs whose truth is known: made up with the noise of
 * real ones, and always the same. */
#include "lib/analysis/diff.h"
#include "tests/tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FUNCTIONS 6
#define MOST_RUNS 40
#define TRIES	  300

/* --- chance, the same every time -------------------------------------------
 */

static uint64_t state;

static double uniform(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return ((double)(state >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(void)
{
	return sqrt(-2 * log(uniform())) * cos(2 * M_PI * uniform());
}

/* --- runs ------------------------------------------------------------------
 */

enum order { IN_TURNS, ONE_SIDE_FIRST };

/* What is made. Noise is relative, of one run. */
struct world {
	size_t runs; /* a side */
	enum order order;
	double machine;	  /* how far its speed goes between two runs */
	double noise;	  /* of a function by itself */
	double disturbed; /* share of runs that another program slows */
	double slower;	  /* function 0 of HEAD, relative */
	double all;	  /* all functions of HEAD */
	bool appears;	  /* function 5 is in HEAD only */
};

static const struct world still = {
	.runs = 10, .machine = 0.01, .noise = 0.01, .disturbed = 0
};
static const struct world busy = {
	.runs = 20, .machine = 0.04, .noise = 0.03, .disturbed = 0.05
};

/* Samples a run without noise: 40 %, 25, 17, 12, 5, 1. */
static const double means[FUNCTIONS] = { 800, 500, 340, 240, 100, 20 };

static struct symbol_function symbols[FUNCTIONS];

static struct run {
	struct model model;
	struct model_function functions[FUNCTIONS];
	struct model_process process;
	struct profile profile;
} runs[DIFF_SIDES][MOST_RUNS];

static void make_run(struct run *r, const struct world *w, enum diff_side side,
		     double machine, uint64_t when)
{
	struct model *m = &r->model;
	double disturbed = uniform() < w->disturbed ? 1 + uniform() : 1;

	memset(r, 0, sizeof(*r));
	*m = (struct model){ .functions = r->functions,
			     .function_count = FUNCTIONS,
			     .processes = &r->process,
			     .process_count = 1,
			     .sampled = true,
			     .clock = 1 };
	r->process.profile = &r->profile;
	r->profile.header.start_real_ns = when;
	for (size_t i = 0; i < FUNCTIONS; i++) {
		struct model_cost *c = &r->functions[i].self;
		/* Memory suffers more than arithmetic. */
		double mean =
			means[i] * exp(machine * (0.5 + 0.3 * (double)i)) *
			exp(w->noise * normal()) * (i % 2 ? disturbed : 1);

		if (side == DIFF_HEAD)
			mean *= (1 + w->all) * (i ? 1 : 1 + w->slower);
		if (w->appears && i == FUNCTIONS - 1 && side == DIFF_BASE)
			mean = 0;
		r->functions[i].symbol = &symbols[i];
		c->samples =
			(uint64_t)fmax(round(mean + sqrt(mean) * normal()), 0);
		c->ns = c->samples * 200000;
		m->total.samples += c->samples;
		m->total.ns += c->ns;
	}
}

static void make_runs(const struct world *w)
{
	double machine = 0;
	size_t made[DIFF_SIDES] = { 0, 0 };

	for (size_t i = 0; i < 2 * w->runs; i++) {
		/* ABBA... or AAABBB. */
		size_t side =
			w->order == IN_TURNS ? ((i + 1) / 2) % 2 : i / w->runs;

		machine = 0.9 * machine + w->machine * normal();
		make_run(&runs[side][made[side]++], w, (enum diff_side)side,
			 machine, 1000 + i);
	}
}

/* --- comparisons -----------------------------------------------------------
 */

static const struct diff_options options = {
	.least = 0.02, .significance = 0.01, .share = 0.005, .noise = 0.03
};

static void compare(struct diff *diff, const struct world *w)
{
	struct model *models[DIFF_SIDES][MOST_RUNS];
	struct model *const *const sides[DIFF_SIDES] = { models[0], models[1] };
	const size_t counts[DIFF_SIDES] = { w->runs, w->runs };

	for (size_t side = 0; side < DIFF_SIDES; side++)
		for (size_t i = 0; i < w->runs; i++)
			models[side][i] = &runs[side][i].model;
	if (!diff_make(diff, sides, counts, &options))
		exit(1);
}

static size_t count_kind(const struct diff *d, enum diff_class kind)
{
	size_t count = 0;

	for (size_t i = 0; i < d->count; i++)
		count += d->rows[i].kind == kind;
	return count;
}

static const struct diff_row *row_of(const struct diff *d, size_t function)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->rows[i].symbol == &symbols[function])
			return &d->rows[i];
	return NULL;
}

/* What TRIES comparisons said. */
struct outcome {
	size_t named;	/* function 0, as a regression */
	size_t exactly; /* and nothing else as anything */
	size_t alarms;	/* any other function as anything, or the total */
	size_t covered; /* the change of function 0 is within the margin */
	size_t pairs;	/* of the last */
	double change;	/* of function 0, mean */
};

static struct outcome try_many(const struct world *w)
{
	struct outcome o = { 0 };

	state = 88172645463325252u;
	for (size_t i = 0; i < TRIES; i++) {
		double truth = (1 + w->slower) * (1 + w->all) - 1;
		const struct diff_row *row;
		struct diff d;
		size_t named;

		make_runs(w);
		compare(&d, w);
		row = row_of(&d, 0);
		named = row->kind == DIFF_REGRESSION;
		o.named += named;
		o.exactly +=
			named && count_kind(&d, DIFF_UNTOUCHED) == d.count - 1;
		o.alarms += count_kind(&d, DIFF_UNTOUCHED) + named < d.count ||
			    (!w->slower && !w->all &&
			     d.total.kind != DIFF_UNTOUCHED);
		o.covered += fabs(row->change - truth) <= row->margin;
		o.change += row->change / TRIES;
		o.pairs = d.pairs;
		diff_free(&d);
	}
	printf("# %zu runs: named %zu, exactly %zu, alarms %zu, covered %zu "
	       "of %d; change %+.3f\n",
	       w->runs, o.named, o.exactly, o.alarms, o.covered, TRIES,
	       o.change);
	return o;
}

static void in_turns(void)
{
	struct world w = busy;
	struct outcome o = try_many(&w);

	OK(o.pairs == 20, "twenty runs a side in turns are twenty pairs");
	/* 1 % are allowed: more than 8 of 300 would be one case in 150. */
	OK(o.alarms <= 8, "equal builds on a busy machine: no false alarms");
	OK(o.covered >= 273 && o.covered <= 298,
	   "the interval holds the truth in about 95 %");
	w.slower = 0.1;
	o = try_many(&w);
	OK(o.exactly >= 290, "one function 10 % slower: exactly that one");
	OK(o.change > 0.095 && o.change < 0.105, "by 10 %");
	w.slower = 0.01;
	o = try_many(&w);
	OK(o.named <= 15, "1 % slower: below what is called a change");
	w.slower = 0;
	w.all = 0.1;
	o = try_many(&w);
	OK(o.named >= 250,
	   "all functions 10 % slower: not the machine's doing");
}

static void few_in_turns(void)
{
	struct world w = still;
	struct outcome o;

	o = try_many(&w);
	OK(o.pairs == 10, "ten runs a side in turns are pairs");
	OK(o.alarms <= 8, "equal builds: no false alarms");
	OK(o.covered >= 273, "the interval holds the truth");
	w.slower = 0.1;
	o = try_many(&w);
	OK(o.exactly >= 240, "10 % slower: ten mostly do on a still machine");
	w.runs = 4;
	o = try_many(&w);
	OK(o.pairs == 0, "four are too few for pairs");
	OK(o.alarms <= 30, "and find little that is not there");
}

/* As by a loop over one side and then over the other. */
static void one_after_the_other(void)
{
	struct world w = still;
	struct outcome o;

	w.order = ONE_SIDE_FIRST;
	w.machine = 0;
	o = try_many(&w);
	OK(o.pairs == 0, "one side after the other: no pairs");
	OK(o.alarms <= 15, "equal builds: few false alarms");
	w.slower = 0.1;
	o = try_many(&w);
	OK(o.named >= 200, "10 % slower: found mostly");
}

static void appears(void)
{
	struct world w = still;
	struct diff d;

	w.appears = true;
	state = 88172645463325252u;
	make_runs(&w);
	compare(&d, &w);
	OK(row_of(&d, FUNCTIONS - 1)->kind == DIFF_NEW,
	   "a function of the head's alone is new");
	OK(count_kind(&d, DIFF_UNTOUCHED) == d.count - 1,
	   "and nothing else changed");
	diff_free(&d);
}

/* Twenty a side that start together, or two of one side in a row. */
static void no_pairs(void)
{
	struct world w = still;
	struct diff d;

	state = 88172645463325252u;
	make_runs(&w);
	runs[DIFF_BASE][3].profile.header.start_real_ns =
		runs[DIFF_HEAD][3].profile.header.start_real_ns;
	compare(&d, &w);
	OK(d.pairs == 0, "two that started at once: no order, no pairs");
	diff_free(&d);
	make_runs(&w);
	runs[DIFF_BASE][0].profile.header.start_real_ns = 5000;
	compare(&d, &w);
	OK(d.pairs == 0, "a run out of turn: no pairs");
	diff_free(&d);
}

int main(void)
{
	static char names[FUNCTIONS][8];

	for (size_t i = 0; i < FUNCTIONS; i++) {
		snprintf(names[i], sizeof(names[i]), "f%zu", i);
		symbols[i] = (struct symbol_function){ .name = names[i],
						       .linkage = names[i],
						       .file = "/src/a.c",
						       .module = "/bin/a" };
	}
	in_turns();
	few_in_turns();
	one_after_the_other();
	appears();
	no_pairs();
	return tap_done();
}
