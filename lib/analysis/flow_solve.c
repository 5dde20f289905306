/* flow_solve.c - most counts follow from their neighbours'; the rest is a
 * system of linear equations, one a node. */
#include "lib/analysis/flow_solve.h"

#include <math.h>
#include <stdlib.h>

/* More unknown edges than this in one function are left unknown: the work grows
 * with the third power. */
#define MAX_UNKNOWN 250

/* Counts above 2^53 are no whole numbers in a double. */
#define MAX_EXACT 9007199254740992.0

/* The COUNT edges numbered in LIST carry what node N counts. Fill in what is
 * the only unknown. True where something was. */
static bool balance(struct flow *f, struct flow_node *n, const uint32_t *list,
		    uint32_t count)
{
	struct flow_edge *missing = NULL;
	uint64_t sum = 0;

	for (uint32_t i = 0; i < count; i++) {
		struct flow_edge *e = &f->edges[list[i]];

		if (e->known) {
			sum += e->count;
			continue;
		}
		if (missing)
			return false;
		missing = e;
	}
	if (!missing && !n->known) {
		n->known = true;
		n->count = sum;
		return true;
	}
	/* Where an exception or longjmp leaves the flow, more seems to go in
	 * than there is: then this says nothing. */
	if (!missing || !n->known || sum > n->count)
		return false;
	missing->known = true;
	missing->count = n->count - sum;
	return true;
}

/* What did not run was not entered, and not left. */
static bool settle_zero(struct flow *f, struct flow_node *n)
{
	bool changed = false;

	if (!n->known || n->count)
		return false;
	for (uint32_t i = 0; i < n->in_count + n->out_count; i++) {
		uint32_t id = i < n->in_count ? f->in[n->in_first + i]
					      : n->out[i - n->in_count];

		changed |= !f->edges[id].known;
		f->edges[id].known = true;
	}
	return changed;
}

/* What calls may not come back to go on: it is asked only when nothing else
 * helps, since most calls do return. */
static bool solve_step(struct flow *f, bool trust_calls)
{
	bool changed = false;

	for (size_t i = 0; i < f->node_count; i++) {
		struct flow_node *n = &f->nodes[i];

		changed |= settle_zero(f, n);
		if (!n->open_in && n->in_count)
			changed |=
				balance(f, n, f->in + n->in_first, n->in_count);
		if (!n->open_out && n->out_count && (trust_calls || !n->calls))
			changed |= balance(f, n, n->out, n->out_count);
	}
	return changed;
}

/* --- all at once ------------------------------------------------------------
 */

/* Row R stands for: the sum of coefficient times edge is value. */
struct system {
	struct flow *flow;
	uint32_t *edges;  /* the unknowns */
	uint32_t *column; /* of each edge */
	size_t unknowns, rows, width;
	double *cells; /* rows of WIDTH: coefficients, then the value */
};

static double *row_of(const struct system *s, size_t row)
{
	return s->cells + row * s->width;
}

/* Add the edges in LIST, with SIGN, to the row that is being made. */
static void add_edges(struct system *s, const uint32_t *list, uint32_t count,
		      double sign)
{
	double *row = row_of(s, s->rows);

	for (uint32_t i = 0; i < count; i++) {
		const struct flow_edge *e = &s->flow->edges[list[i]];

		if (e->known)
			row[s->unknowns] -= sign * (double)e->count;
		else
			row[s->column[list[i]]] += sign;
	}
}

static bool any_unknown(const struct flow *f, const uint32_t *list,
			uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (!f->edges[list[i]].known)
			return true;
	return false;
}

/* Each unknown edge is in two nodes' equations, of which there are two. */
static void add_equations(struct system *s, bool trust_calls)
{
	const struct flow *f = s->flow;

	for (size_t i = 0; i < f->node_count; i++) {
		const struct flow_node *n = &f->nodes[i];
		const uint32_t *ins = f->in + n->in_first;
		bool in = !n->open_in && n->in_count;
		bool out = !n->open_out && n->out_count &&
			   (trust_calls || !n->calls);
		bool in_asks = any_unknown(f, ins, n->in_count);
		bool out_asks = any_unknown(f, n->out, n->out_count);

		if (in && (n->known ? in_asks : out && (in_asks || out_asks))) {
			add_edges(s, ins, n->in_count, 1);
			if (n->known)
				row_of(s, s->rows)[s->unknowns] +=
					(double)n->count;
			else
				add_edges(s, n->out, n->out_count, -1);
			s->rows++;
		}
		if (out && n->known && out_asks) {
			add_edges(s, n->out, n->out_count, 1);
			row_of(s, s->rows)[s->unknowns] += (double)n->count;
			s->rows++;
		}
	}
}

static void swap_rows(struct system *s, size_t a, size_t b)
{
	double *x = row_of(s, a), *y = row_of(s, b);

	for (size_t i = 0; a != b && i < s->width; i++) {
		double kept = x[i];

		x[i] = y[i];
		y[i] = kept;
	}
}

/* Gauss and Jordan. In what each edge leaves one node and enters another, all
 * coefficients stay whole numbers. */
static size_t eliminate(struct system *s)
{
	size_t rank = 0;

	for (size_t c = 0; c < s->unknowns && rank < s->rows; c++) {
		size_t pivot = rank;
		double *top, by;

		while (pivot < s->rows && fabs(row_of(s, pivot)[c]) < 0.5)
			pivot++;
		if (pivot == s->rows)
			continue;
		swap_rows(s, rank, pivot);
		top = row_of(s, rank);
		by = top[c];
		for (size_t i = c; i < s->width; i++)
			top[i] /= by;
		for (size_t r = 0; r < s->rows; r++) {
			double *row = row_of(s, r);

			by = row[c];
			if (r == rank || by == 0)
				continue;
			for (size_t i = c; i < s->width; i++)
				row[i] -= by * top[i];
		}
		rank++;
	}
	return rank;
}

/* A row in which one unknown is left tells what it is. */
static bool take_solved(struct system *s, size_t rank)
{
	bool any = false;

	for (size_t r = 0; r < rank; r++) {
		const double *row = row_of(s, r);
		double value = row[s->unknowns];
		size_t only = s->unknowns, left = 0;

		for (size_t c = 0; c < s->unknowns; c++)
			if (row[c] != 0) {
				only = c;
				left++;
			}
		if (left != 1 || value < 0 || value > MAX_EXACT ||
		    value != floor(value))
			continue;
		s->flow->edges[s->edges[only]].known = true;
		s->flow->edges[s->edges[only]].count = (uint64_t)value;
		any = true;
	}
	return any;
}

/* True where something was found. */
static bool solve_all(struct flow *f, bool trust_calls)
{
	struct system s = { .flow = f };
	bool any = false;

	s.edges = calloc(f->edge_count + 1, sizeof(*s.edges));
	s.column = calloc(f->edge_count + 1, sizeof(*s.column));
	for (uint32_t i = 0; s.edges && s.column && i < f->edge_count; i++)
		if (!f->edges[i].known) {
			s.column[i] = (uint32_t)s.unknowns;
			s.edges[s.unknowns++] = i;
		}
	if (s.unknowns && s.unknowns <= MAX_UNKNOWN) {
		s.width = s.unknowns + 1;
		s.cells = calloc((4 * s.unknowns + 1) * s.width,
				 sizeof(*s.cells));
	}
	if (s.cells) {
		add_equations(&s, trust_calls);
		any = take_solved(&s, eliminate(&s));
	}
	free(s.edges);
	free(s.column);
	free(s.cells);
	return any;
}

void flow_solve(struct flow *f)
{
	do {
		while (solve_step(f, false))
			;
	} while (solve_step(f, true) || solve_all(f, true));
}
