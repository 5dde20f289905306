/* diff.c - the runs side by side, and the result in order. */
#include "lib/analysis/diff.h"

#include "lib/analysis/diff_parts.h"
#include "lib/base/array.h"
#include "lib/base/hash.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *base_name(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash ? slash + 1 : path ? path : "";
}

/* Where a function is from, apart from directories and line numbers. */
static const char *origin(const struct symbol_function *f)
{
	return base_name(f->file ? f->file : f->module);
}

static size_t add_function(struct diff_matrix *x,
			   const struct symbol_function *symbol)
{
	size_t id = x->function_count, needed = (id + 1) * x->all_runs;
	const struct symbol_function **symbols = array_grow(
		x->symbols, &x->function_capacity, id + 1, sizeof(*symbols));
	struct diff_value *values;

	if (!symbols)
		return SIZE_MAX;
	x->symbols = symbols;
	values = array_grow(x->values, &x->value_capacity, needed,
			    sizeof(*values));
	if (!values)
		return SIZE_MAX;
	x->values = values;
	memset(values + id * x->all_runs, 0, x->all_runs * sizeof(*values));
	symbols[id] = symbol;
	x->function_count++;
	return id;
}

/* Number of the function that SYMBOL is, made if new; SIZE_MAX: no memory. */
static size_t intern(struct diff_matrix *x,
		     const struct symbol_function *symbol)
{
	uint64_t hash = hash_add(hash_string(symbol->name),
				 hash_string(origin(symbol)));
	size_t id;

	IDMAP_EACH(&x->by_name, hash, known)
	{
		const struct symbol_function *f = x->symbols[known];

		if (!strcmp(f->name, symbol->name) &&
		    !strcmp(origin(f), origin(symbol)))
			return known;
	}
	id = add_function(x, symbol);
	if (id == SIZE_MAX || !idmap_add(&x->by_name, hash, (uint32_t)id))
		return SIZE_MAX;
	return id;
}

static bool add_run(struct diff_matrix *x, const struct model *m, size_t run)
{
	/* Samples count alike: what each weighs, as the kernel's clock has it,
	 * only adds to the noise. */
	double weight = m->total.samples
				? (double)m->total.ns / (double)m->total.samples
				: 0;

	x->sampled |= m->sampled;
	for (size_t i = 0; i < m->function_count; i++) {
		const struct model_function *f = &m->functions[i];
		struct diff_value *v;
		size_t id;

		/* Regions are the program's own names, threads are not. */
		if (f->synthetic && strcmp(f->symbol->module, "[region]") != 0)
			continue;
		id = intern(x, f->symbol);
		if (id == SIZE_MAX)
			return false;
		x->symbols[id] = f->symbol; /* the latest */
		v = &x->values[id * x->all_runs + run];
		v->ns += weight > 0 ? weight * (double)f->self.samples
				    : (double)f->self.ns;
		v->samples += (double)f->self.samples;
		v->calls += (double)f->calls;
		/* Two of one name may call each other. */
		if ((double)f->cumulative.ns > v->cumulative_ns)
			v->cumulative_ns = (double)f->cumulative.ns;
	}
	return true;
}

/* When the first process of a run started. */
static uint64_t first_start(const struct model *m)
{
	uint64_t first = UINT64_MAX;

	for (size_t i = 0; i < m->process_count; i++) {
		const struct profile *p = m->processes[i].profile;

		if (p->header.start_real_ns < first)
			first = p->header.start_real_ns;
	}
	return m->process_count ? first : 0;
}

bool diff_gather(struct diff_matrix *x,
		 struct model *const *const models[DIFF_SIDES],
		 const size_t count[DIFF_SIDES])
{
	size_t run = 0;

	x->runs = x->all_runs = count[DIFF_BASE] + count[DIFF_HEAD];
	memcpy(x->side_runs, count, sizeof(x->side_runs));
	x->machine = calloc(x->runs + 1, sizeof(*x->machine));
	x->pick = calloc(x->runs + 1, sizeof(*x->pick));
	x->started = calloc(x->runs + 1, sizeof(*x->started));
	if (!x->machine || !x->pick || !x->started)
		return false;
	for (size_t i = 0; i < x->runs; i++)
		x->pick[i] = i;
	for (int side = 0; side < DIFF_SIDES; side++)
		for (size_t i = 0; i < count[side]; i++)
			if (!add_run(x, models[side][i], run++))
				return false;
			else
				x->started[run - 1] =
					first_start(models[side][i]);
	return true;
}

void diff_matrix_free(struct diff_matrix *x)
{
	free(x->symbols);
	free(x->values);
	free(x->machine);
	free(x->pick);
	free(x->started);
	idmap_free(&x->by_name);
}

static int compare_rows(const void *a, const void *b)
{
	const struct diff_row *x = a, *y = b;
	double by = fabs(y->ns[DIFF_HEAD] - y->ns[DIFF_BASE]) -
		    fabs(x->ns[DIFF_HEAD] - x->ns[DIFF_BASE]);

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (by != 0)
		return by > 0 ? 1 : -1;
	return strcmp(x->symbol->name, y->symbol->name);
}

/* Means a run, and what each count was. */
static void fill_row(struct diff_row *row, const struct diff_matrix *x,
		     size_t function, bool exact)
{
	double least[DIFF_SIDES], most[DIFF_SIDES];

	*row = (struct diff_row){ .symbol = x->symbols[function],
				  .kind = DIFF_UNTOUCHED,
				  .p = 1 };
	for (int side = 0; side < DIFF_SIDES; side++) {
		size_t first = diff_first(x, (enum diff_side)side);
		size_t n = x->side_runs[side];

		least[side] = INFINITY;
		most[side] = 0;
		for (size_t r = first; r < first + n; r++) {
			const struct diff_value *v = diff_at(x, function, r);

			row->ns[side] += v->ns / (double)n;
			row->cumulative_ns[side] +=
				v->cumulative_ns / (double)n;
			row->calls[side] += v->calls / (double)n;
			row->samples[side] += v->samples;
			least[side] = fmin(least[side], v->calls);
			most[side] = fmax(most[side], v->calls);
		}
	}
	row->calls_differ = exact && (least[DIFF_BASE] != least[DIFF_HEAD] ||
				      most[DIFF_BASE] != most[DIFF_HEAD]);
}

static bool all_exact(struct model *const *const models[DIFF_SIDES],
		      const size_t count[DIFF_SIDES])
{
	for (int side = 0; side < DIFF_SIDES; side++)
		for (size_t i = 0; i < count[side]; i++)
			if (!models[side][i]->exact_calls)
				return false;
	return true;
}

static bool make(struct diff *diff, struct diff_matrix *x,
		 struct model *const *const models[DIFF_SIDES],
		 const size_t count[DIFF_SIDES],
		 const struct diff_options *options)
{
	if (!diff_gather(x, models, count))
		return false;
	if (diff_pair_runs(x))
		diff->pairs = x->side_runs[DIFF_BASE];
	else if (!diff_pick_runs(x))
		return false;
	memcpy(diff->used, x->side_runs, sizeof(diff->used));
	diff->rows = calloc(x->function_count + 1, sizeof(*diff->rows));
	if (!diff->rows)
		return false;
	diff->count = x->function_count;
	diff->sampled = x->sampled;
	for (size_t i = 0; i < x->function_count; i++)
		fill_row(&diff->rows[i], x, i, diff->exact_calls);
	if (!diff_judge(diff, x, options))
		return false;
	qsort(diff->rows, diff->count, sizeof(*diff->rows), compare_rows);
	return true;
}

bool diff_make(struct diff *diff, struct model *const *const models[DIFF_SIDES],
	       const size_t count[DIFF_SIDES],
	       const struct diff_options *options)
{
	struct diff_matrix x = { 0 };
	bool ok;

	*diff = (struct diff){ .exact_calls = all_exact(models, count),
			       .clock = models[0][0]->clock };
	memcpy(diff->runs, count, sizeof(diff->runs));
	ok = make(diff, &x, models, count, options);
	diff_matrix_free(&x);
	if (!ok)
		diff_free(diff);
	return ok;
}

void diff_free(struct diff *diff)
{
	free(diff->rows);
	*diff = (struct diff){ 0 };
}
