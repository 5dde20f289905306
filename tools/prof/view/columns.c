#include "tools/prof/view/columns.h"
#include "tools/prof/view/facts.h"
#include "tools/prof/view/interval.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define GET(name)                                                              \
	static bool get_##name(const struct view *view,                        \
			       const struct model_function *f,                 \
			       struct column_value *value)

GET(calls)
{
	value->count = f->calls;
	value->primitive = f->primitive_calls;
	return f->calls || view->kind == VIEW_EXACT ||
	       view->kind == VIEW_COUNTED;
}

bool column_is_thin(const struct model_function *f)
{
	return f->self.samples > 0 && f->self.samples < INTERVAL_THIN;
}

GET(samples)
{
	value->count = f->self.samples;
	value->thin = column_is_thin(f);
	return view->kind != VIEW_EXACT;
}

GET(tottime)
{
	(void)view;
	value->number = (double)f->self.ns;
	return true;
}

GET(cumtime)
{
	(void)view;
	value->number = (double)f->cumulative.ns;
	return true;
}

/* pstats divides the own time by all calls, and the cumulative time by the
 * primitive ones: those are what it consists of. */
GET(percall)
{
	(void)view;
	if (!f->calls)
		return false;
	value->number = (double)f->self.ns / (double)f->calls;
	return true;
}

GET(cumulative_percall)
{
	(void)view;
	if (!f->primitive_calls)
		return false;
	value->number = (double)f->cumulative.ns / (double)f->primitive_calls;
	return true;
}

static bool interval(const struct view *view, const struct model_function *f,
		     uint64_t ns, double *number)
{
	double samples;
	uint64_t sampled;

	if (view->kind == VIEW_EXACT)
		return false;
	/* Its time was measured, by a process that was traced. */
	if (view->kind == VIEW_MIXED && f->calls && !f->cumulative.samples)
		return false;
	sampled = model_sampled_ns(view->model, &samples);
	*number = interval_95_ns(ns, sampled, samples);
	return true;
}

GET(interval)
{
	/* In a sampled table the samples carry the mark. */
	value->thin = view->kind != VIEW_SAMPLED && column_is_thin(f);
	return interval(view, f, f->self.ns, &value->number);
}

GET(cumulative_interval)
{
	return interval(view, f, f->cumulative.ns, &value->number);
}

static bool share(const struct view *view, uint64_t ns, double *number)
{
	uint64_t total = view->model->total.ns;

	if (!total)
		return false;
	*number = 100.0 * (double)ns / (double)total;
	return true;
}

GET(self_share)
{
	return share(view, f->self.ns, &value->number);
}

GET(cumulative_share)
{
	return share(view, f->cumulative.ns, &value->number);
}

/* Of calls that ended; and slower than min and faster than max is no call. */
static bool quantile(const struct model_function *f, double q, double *number)
{
	if (!f->durations)
		return false;
	*number = histogram_quantile(f->durations, q);
	return true;
}

GET(min)
{
	(void)view;
	value->number = f->durations ? (double)f->durations->min : 0;
	return f->durations;
}

GET(p50)
{
	(void)view;
	return quantile(f, 0.5, &value->number);
}

GET(p90)
{
	(void)view;
	return quantile(f, 0.9, &value->number);
}

GET(p99)
{
	(void)view;
	return quantile(f, 0.99, &value->number);
}

GET(max)
{
	(void)view;
	value->number = f->durations ? (double)f->durations->max : 0;
	return f->durations;
}

GET(timed)
{
	(void)view;
	value->count = f->durations ? f->durations->count : 0;
	return f->durations;
}

static bool model_is_timed(const struct model *model)
{
	return model->timed;
}

static bool model_is_sampled(const struct model *model)
{
	return model->sampled;
}

static bool model_counts_calls(const struct model *model)
{
	return model->calls > 0;
}

#define EXACT	COLUMN_IN(VIEW_EXACT)
#define COUNTED COLUMN_IN(VIEW_COUNTED)
#define SAMPLED COLUMN_IN(VIEW_SAMPLED)
#define MIXED	COLUMN_IN(VIEW_MIXED)
#define ALL	(EXACT | COUNTED | SAMPLED | MIXED)

const struct column columns[] = {
	{ "ncalls", "ncalls", 9, EXACT | COUNTED | MIXED, COLUMN_CALLS,
	  get_calls, "calls, and primitive (not recursive) calls: 300/1",
	  model_counts_calls },
	{ "samples", "samples", 9, SAMPLED, COLUMN_COUNT, get_samples,
	  "samples that hit the function itself; ~: fewer than 10, too few to "
	  "rank it",
	  model_is_sampled },
	{ "tottime", "tottime", 8, ALL, COLUMN_SECONDS, get_tottime,
	  "seconds in the function itself", NULL },
	{ "error", "+-95%", 7, COUNTED | SAMPLED | MIXED, COLUMN_SECONDS,
	  get_interval,
	  "the true tottime lies within this of the one shown in 95 of 100 "
	  "runs (Wilson's score interval, the farther end); a function without "
	  "own samples has one as well",
	  model_is_sampled },
	{ "percall", "percall", 8, EXACT | COUNTED | MIXED, COLUMN_SECONDS,
	  get_percall, "tottime by ncalls", model_counts_calls },
	{ "self%", "self%", 6, SAMPLED, COLUMN_PERCENT, get_self_share,
	  "tottime, of the total time of all threads", NULL },
	{ "cumtime", "cumtime", 8, ALL, COLUMN_SECONDS, get_cumtime,
	  "seconds in it and what it called, recursion counted once", NULL },
	{ "cumerror", "+-95%", 7, 0, COLUMN_SECONDS, get_cumulative_interval,
	  "the same as error, of cumtime", model_is_sampled },
	{ "cumpercall", "percall", 8, EXACT | COUNTED | MIXED, COLUMN_SECONDS,
	  get_cumulative_percall, "cumtime by primitive calls",
	  model_counts_calls },
	{ "cum%", "cum%", 6, SAMPLED, COLUMN_PERCENT, get_cumulative_share,
	  "cumtime, of the total time of all threads", NULL },
	{ "timed", "timed", 9, 0, COLUMN_COUNT, get_timed,
	  "calls whose duration is known: those that ended (prof run "
	  "--durations)",
	  model_is_timed },
	{ "min", "min", 8, 0, COLUMN_DURATION, get_min,
	  "the shortest of them, with all that it called", model_is_timed },
	{ "p50", "p50", 8, 0, COLUMN_DURATION, get_p50,
	  "half of them took no longer (to a quarter, mostly to a tenth)",
	  model_is_timed },
	{ "p90", "p90", 8, 0, COLUMN_DURATION, get_p90,
	  "90 of 100 took no longer", model_is_timed },
	{ "p99", "p99", 8, 0, COLUMN_DURATION, get_p99,
	  "99 of 100 took no longer", model_is_timed },
	{ "max", "max", 8, 0, COLUMN_DURATION, get_max, "the longest of them",
	  model_is_timed },
	{ NULL, NULL, 0, 0, COLUMN_COUNT, NULL, NULL, NULL },
};

bool column_exists(const struct column *c, const struct model *model)
{
	return !c->exists || c->exists(model);
}

void columns_default(const struct view *view, struct column_set *set)
{
	set->count = 0;
	for (const struct column *c = columns; c->name; c++)
		if ((c->kinds & COLUMN_IN(view->kind)) &&
		    column_exists(c, view->model) && set->count < COLUMNS_MAX)
			set->list[set->count++] = c;
}

void columns_durations(struct column_set *set)
{
	columns_parse(set, "ncalls,tottime,cumtime,min,p50,p90,p99,max", NULL);
}

static const struct column *find(const char *word, size_t length)
{
	for (const struct column *c = columns; c->name; c++)
		if (strlen(c->name) == length && !memcmp(c->name, word, length))
			return c;
	return NULL;
}

static bool no_column(const char *word, size_t length, struct error *err)
{
	char list[512] = "";
	size_t used = 0;

	for (const struct column *c = columns; c->name && used < 400; c++)
		used += (size_t)snprintf(list + used, sizeof(list) - used,
					 "%s%s", used ? ", " : "", c->name);
	return error_set(err, ERROR_USAGE,
			 "there is no column '%.*s'; there are %s",
			 (int)(length < 40 ? length : 40), word, list);
}

bool columns_parse(struct column_set *set, const char *text, struct error *err)
{
	set->count = 0;
	for (;;) {
		size_t length = strcspn(text, ",");
		const struct column *c = find(text, length);

		if (!c)
			return no_column(text, length, err);
		if (set->count == COLUMNS_MAX)
			return error_set(err, ERROR_USAGE,
					 "more than %d columns", COLUMNS_MAX);
		set->list[set->count++] = c;
		if (!text[length])
			return true;
		text += length + 1;
	}
}

void column_format(const struct column *c, const struct view *view,
		   const struct model_function *f, char cell[COLUMN_CELL])
{
	struct column_value v = { 0 };
	const char *mark;

	cell[0] = '\0';
	if (!c->get(view, f, &v))
		return;
	mark = v.thin ? "~" : "";
	switch (c->type) {
	case COLUMN_CALLS:
		if (v.count != v.primitive) {
			snprintf(cell, COLUMN_CELL, "%" PRIu64 "/%" PRIu64,
				 v.count, v.primitive);
			return;
		} /* fall through */
	case COLUMN_COUNT:
		snprintf(cell, COLUMN_CELL, "%s%" PRIu64, mark, v.count);
		return;
	case COLUMN_SECONDS:
		snprintf(cell, COLUMN_CELL, "%s%.3f", mark, v.number * 1e-9);
		return;
	case COLUMN_DURATION:
		facts_duration(cell, COLUMN_CELL, v.number);
		return;
	case COLUMN_PERCENT:
		snprintf(cell, COLUMN_CELL, "%s%.1f", mark, v.number);
		return;
	}
}
