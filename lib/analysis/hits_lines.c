/* hits_lines.c - from executions of blocks to hits of lines.
 *
 * A node of the flow shows some lines. Where the compiler marks where
 * statements begin, wherever their code has gone (gcc, optimizing), those are
 * they; else those of all rows, and that of its counter, which is the line of
 * the block's first statement. A line is hit when control enters a node that
 * shows it from one that does not end with it. Code inlined into a line belongs
 * to that line as well. */
#include "lib/analysis/hits_parts.h"
#include "lib/base/array.h"
#include "lib/base/bisect.h"

#include <stdlib.h>
#include <string.h>

#define MAX_CHAIN 32
#define MAX_STEPS 200000 /* of searches in one function */

/* The lines that an address belongs to, the innermost first. */
struct chain {
	uint32_t ids[MAX_CHAIN];
	size_t count;
};

/* Node NODE shows line LINE. */
struct sight {
	uint32_t node, line;
};

struct work {
	struct hits_code *c;
	struct symbol_row *rows; /* by address */
	size_t row_count;
	struct sight *sights; /* by node and line, once sorted */
	size_t sight_count, sight_capacity;
	bool *asked;  /* of each node: whether it is being asked about */
	size_t steps; /* left */
	bool marked;  /* rows say where statements begin, apart from code */
};

/* A number of executions that may not be known. */
struct amount {
	uint64_t count;
	bool known;
	bool all; /* it is all that there are, be they known or not */
};

/* --- rows -------------------------------------------------------------------
 */

static int compare_rows(const void *a, const void *b, void *rows)
{
	const struct symbol_row *base = rows;
	const uint32_t *i = a, *k = b;
	const struct symbol_row *x = &base[*i], *y = &base[*k];

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return *i < *k ? -1 : *i > *k;
}

/* Whether there is code of another line that begins no statement, as gcc has it
 * with -gstatement-frontiers (the default where it optimizes). Of clang's rows
 * only those do not that repeat the line of the row before. */
static bool has_marks(const struct symbol_code *code)
{
	uint32_t line = 0;

	for (size_t i = 0; i < code->row_count; i++) {
		const struct symbol_row *row = &code->rows[i];

		if (!row->line)
			continue;
		if (!row->statement && line && row->line != line)
			return true;
		line = row->line;
	}
	return false;
}

/* By address; those of one address in their order. */
static bool sort_rows(struct work *w)
{
	const struct symbol_code *code = w->c->code;
	size_t n = code->row_count;
	uint32_t *order = reallocarray(NULL, n + 1, sizeof(*order));

	w->rows = reallocarray(NULL, n + 1, sizeof(*w->rows));
	if (!order || !w->rows) {
		free(order);
		return false;
	}
	for (size_t i = 0; i < n; i++)
		order[i] = (uint32_t)i;
	qsort_r(order, n, sizeof(*order), compare_rows, code->rows);
	for (size_t i = 0; i < n; i++)
		w->rows[i] = code->rows[order[i]];
	w->row_count = n;
	w->marked = has_marks(code);
	free(order);
	return true;
}

/* Index of the first row at or after ADDRESS. */
static size_t first_row(const struct work *w, uint64_t address)
{
	return bisect_below(w->rows, w->row_count, address, address);
}

/* The row that holds for ADDRESS, or NULL. */
static const struct symbol_row *row_at(const struct work *w, uint64_t address)
{
	size_t after = first_row(w, address + 1);

	return after ? &w->rows[after - 1] : NULL;
}

static void add_to_chain(struct work *w, struct chain *chain, const char *file,
			 uint32_t line)
{
	uint32_t id;

	if (!file || !line || chain->count == MAX_CHAIN)
		return;
	id = hits_line(w->c->hits, file, line);
	if (id != HITS_NONE)
		chain->ids[chain->count++] = id;
}

/* Which frame of LOCATION the line of ROW is in: of those of its file the one
 * whose function is declared last before it. Where the compiler moved code, an
 * inlined function's addresses have lines of those around it, too. The number
 * of frames: none. */
static size_t frame_of_row(const struct symbol_location *location,
			   const struct symbol_row *row)
{
	size_t best = location->frame_count;

	for (size_t i = 0; i < location->frame_count; i++) {
		const struct symbol_function *f = location->frames[i].function;

		if (f->file == row->file && f->line <= row->line &&
		    (best == location->frame_count ||
		     f->line > location->frames[best].function->line))
			best = i;
	}
	return best;
}

/* ROW, and the lines that its code at ADDRESS is inlined into. */
static void make_chain(struct work *w, struct chain *chain, uint64_t address,
		       const struct symbol_row *row)
{
	const struct symbol_location *location =
		symbolizer_lookup(w->c->symbolizer, w->c->module, 0, address);

	size_t own = 0;

	chain->count = 0;
	if (row) {
		add_to_chain(w, chain, row->file, row->line);
		own = frame_of_row(location, row);
		if (own == location->frame_count)
			own = 0;
	}
	for (size_t i = own + 1; i < location->frame_count; i++)
		add_to_chain(w, chain, location->frames[i].file,
			     location->frames[i].line);
}

static bool in_chain(const struct chain *chain, uint32_t line)
{
	for (size_t i = 0; i < chain->count; i++)
		if (chain->ids[i] == line)
			return true;
	return false;
}

static void chain_at(struct work *w, struct chain *chain, uint64_t address)
{
	make_chain(w, chain, address, row_at(w, address));
}

/* --- which node shows which lines -------------------------------------------
 */

static void add_sights(struct work *w, uint32_t node, const struct chain *chain)
{
	for (size_t i = 0; i < chain->count; i++) {
		struct sight *grown =
			array_grow(w->sights, &w->sight_capacity,
				   w->sight_count + 1, sizeof(*grown));

		if (!grown) {
			w->c->hits->failed = true;
			return;
		}
		w->sights = grown;
		grown[w->sight_count++] = (struct sight){ node, chain->ids[i] };
	}
}

static bool has_row(const struct work *w, const struct flow_node *n,
		    const struct symbol_row *row)
{
	for (size_t i = first_row(w, n->start);
	     i < w->row_count && w->rows[i].address < n->end; i++)
		if (w->rows[i].line == row->line &&
		    w->rows[i].file == row->file)
			return true;
	return false;
}

/* Whether node N, which is counted, shows the line of its counter, that ROW
 * gives it: where nothing but the call itself has that line, it is that of a
 * statement which was moved or shared, as returns are. */
static bool has_more(const struct work *w, const struct flow_node *n,
		     const struct symbol_row *row)
{
	size_t next = first_row(w, n->start + 1);

	/* Where clang splits an edge of a jump table. */
	if (n->empty && n->open_in && !n->in_count)
		return false;
	if (next == w->row_count || w->rows[next].address >= n->end ||
	    w->rows[next].address > n->after)
		return true;
	for (; next < w->row_count && w->rows[next].address < n->end; next++)
		if (w->rows[next].line == row->line &&
		    w->rows[next].file == row->file)
			return true;
	return false;
}

/* The node that ROW, in node I, is a statement of. What stands between a jump's
 * target and the call of the counter is no statement's code, and a row there is
 * the block's; but one at its very beginning may be the last of the block
 * before, which has no instruction left. */
static uint32_t owner(const struct work *w, uint32_t i,
		      const struct symbol_row *row)
{
	const struct flow *f = &w->c->flow;
	const struct flow_node *n = &f->nodes[i];
	uint32_t block = n->leads ? i + 1 : i;
	const struct symbol_row *own;

	if (!f->nodes[block].counted)
		return i;
	own = row_at(w, f->nodes[block].start);
	if (row->address != n->start || !own || !i || !f->nodes[i - 1].falls ||
	    f->nodes[i - 1].end != n->start)
		return block;
	if (own->line == row->line && own->file == row->file)
		return w->marked || has_more(w, &f->nodes[block], own) ? block
								       : i - 1;
	return has_row(w, &f->nodes[i - 1], row) ? i - 1 : block;
}

static void look_at_node(struct work *w, uint32_t i)
{
	const struct flow_node *n = &w->c->flow.nodes[i];
	const struct symbol_row *own = n->counted ? row_at(w, n->start) : NULL;
	struct chain chain;

	if (own && !w->marked && has_more(w, n, own)) {
		make_chain(w, &chain, n->start, own);
		add_sights(w, i, &chain);
	}
	for (size_t r = first_row(w, n->start);
	     r < w->row_count && w->rows[r].address < n->end; r++) {
		const struct symbol_row *row = &w->rows[r];

		if (!row->statement || !row->line || (row == own && !w->marked))
			continue;
		make_chain(w, &chain, row->address, row);
		add_sights(w, owner(w, i, row), &chain);
	}
}

static int compare_sights(const void *a, const void *b)
{
	const struct sight *x = a, *y = b;

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

static void look_at_all(struct work *w)
{
	size_t kept = 0;

	for (uint32_t i = 0; i < w->c->flow.node_count; i++)
		look_at_node(w, i);
	if (w->sight_count)
		qsort(w->sights, w->sight_count, sizeof(*w->sights),
		      compare_sights);
	for (size_t i = 0; i < w->sight_count; i++)
		if (!kept ||
		    compare_sights(&w->sights[kept - 1], &w->sights[i]))
			w->sights[kept++] = w->sights[i];
	w->sight_count = kept;
}

/* Index of the first sight of NODE. */
static size_t first_sight(const struct work *w, uint32_t node)
{
	return bisect_below(w->sights, w->sight_count, node, node);
}

static bool shows(const struct work *w, uint32_t node, uint32_t line)
{
	for (size_t i = first_sight(w, node);
	     i < w->sight_count && w->sights[i].node == node; i++)
		if (w->sights[i].line == line)
			return true;
	return false;
}

/* Glue between blocks: it shows no line and counts nothing. */
static bool is_glue(const struct work *w, uint32_t node)
{
	size_t i = first_sight(w, node);

	return !w->c->flow.nodes[node].counted &&
	       (i == w->sight_count || w->sights[i].node != node);
}

/* Whether all of NODE is code inlined into LINE. Where the compiler left it no
 * mark of a statement, it shows nothing, and yet control is on LINE there. */
static bool is_within(struct work *w, uint32_t node, uint32_t line)
{
	const struct flow_node *n = &w->c->flow.nodes[node];
	struct chain start, end;

	chain_at(w, &start, n->start);
	chain_at(w, &end, n->last);
	return in_chain(&start, line) && start.ids[0] != line &&
	       in_chain(&end, line) && end.ids[0] != line;
}

/* --- how often a line goes on in the next node ------------------------------
 */

static struct amount going_on(struct work *w, uint32_t node, uint32_t line,
			      const struct chain *start, int depth);

static struct amount add(struct amount a, struct amount b)
{
	return (struct amount){ a.count + b.count, a.known && b.known,
				a.all && b.all };
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* How often control was in NODE, on LINE, without having been through a loop
 * since it came there: at most that often does an edge that closes a loop go
 * on with the same hit. */
static uint64_t fresh(struct work *w, uint32_t node, uint32_t line, int depth)
{
	const struct flow *f = &w->c->flow;
	const struct flow_node *n = &f->nodes[node];
	struct chain start;
	uint64_t sum = 0;

	if (!w->steps || depth > MAX_CHAIN || !n->known)
		return 0;
	w->steps--;
	chain_at(w, &start, n->start);
	/* It comes to the line within the node, each time anew. */
	if (!in_chain(&start, line) && !is_glue(w, node))
		return n->count;
	for (uint32_t i = 0; i < n->in_count; i++) {
		const struct flow_edge *e = &f->edges[f->in[n->in_first + i]];

		if (e->back || !e->known)
			continue;
		if (is_glue(w, e->from) || shows(w, e->from, line))
			sum += least(e->count,
				     fresh(w, e->from, line, depth + 1));
		else
			sum += e->count;
	}
	if (!n->in_count)
		sum = n->count;
	return least(sum, n->count);
}

/* Of those that took edge E from a node that shows nothing, how many were on
 * LINE when they came there. */
static struct amount glue_goes_on(struct work *w, const struct flow_edge *e,
				  uint32_t line, const struct chain *start,
				  int depth)
{
	const struct flow_node *from = &w->c->flow.nodes[e->from];
	struct amount in = going_on(w, e->from, line, start, depth + 1);

	if (in.all || (in.known && from->known && in.count == from->count))
		return (struct amount){ e->count, e->known, true };
	if (in.known && !in.count)
		return in;
	if (from->out_count == 1 && !from->open_out)
		return in;
	/* It parts again: all or nothing can be told. */
	return (struct amount){ 0, false, false };
}

/* How often control took edge E to a node that begins with the lines START and
 * was on LINE already. */
static struct amount edge_goes_on(struct work *w, const struct flow_edge *e,
				  uint32_t line, const struct chain *start,
				  int depth)
{
	const struct flow_node *from = &w->c->flow.nodes[e->from];
	struct chain end;

	if (is_glue(w, e->from))
		return glue_goes_on(w, e, line, start, depth);
	if (!shows(w, e->from, line)) {
		if (is_within(w, e->from, line))
			return glue_goes_on(w, e, line, start, depth);
		return (struct amount){ 0, true, false };
	}
	chain_at(w, &end, from->last);
	if (!in_chain(&end, line))
		return (struct amount){ 0, true, false };
	if (e->back && start->count &&
	    (start->ids[0] == line || end.ids[0] == line))
		return (struct amount){ least(e->count,
					      fresh(w, e->from, line, 0)),
					e->known, false };
	return (struct amount){ e->count, e->known, true };
}

/* How often control came to NODE, which begins with the lines START, being on
 * LINE already. */
static struct amount going_on(struct work *w, uint32_t node, uint32_t line,
			      const struct chain *start, int depth)
{
	const struct flow *f = &w->c->flow;
	const struct flow_node *n = &f->nodes[node];
	struct amount sum = { 0, true, !n->open_in };

	/* Who goes round in a loop came on the line if all who enter it did. */
	if (w->asked[node])
		return (struct amount){ 0, false, true };
	if (!w->steps || depth > MAX_CHAIN)
		return (struct amount){ 0, false, false };
	w->steps--;
	w->asked[node] = true;
	for (uint32_t i = 0; i < n->in_count; i++) {
		const struct flow_edge *e = &f->edges[f->in[n->in_first + i]];

		sum = add(sum, edge_goes_on(w, e, line, start, depth));
	}
	w->asked[node] = false;
	/* Where everything comes from there, no edge need be known. */
	if (!sum.known && sum.all && n->known)
		return (struct amount){ n->count, true, true };
	return sum;
}

/* --- hits -------------------------------------------------------------------
 */

static void add_hits(struct work *w, const struct sight *sight,
		     const struct chain *start)
{
	const struct flow_node *n = &w->c->flow.nodes[sight->node];
	struct amount on = { 0, n->known, false };
	struct hit *hit;

	if (n->known && in_chain(start, sight->line))
		on = going_on(w, sight->node, sight->line, start, 0);
	/* Not before: who looks for lines may find new ones, and move all. */
	hit = &w->c->hits->lines[sight->line];
	hit->shown = true;
	if (!on.known)
		hit->unknown = true;
	/* More came than is there: an exception went another way. */
	if (n->known && on.count < n->count)
		hit->count += n->count - on.count;
}

/* The function that ROW is of, or NULL. A statement at the end of an inlined
 * function that has no code left is where the code behind it begins. */
static const struct symbol_function *function_of_row(
	struct work *w, const struct symbol_row *row)
{
	const struct symbol_location *location;

	for (uint64_t before = 0; before < 2; before++) {
		size_t i;

		location = symbolizer_lookup(w->c->symbolizer, w->c->module, 0,
					     row->address - before);
		i = frame_of_row(location, row);
		if (i < location->frame_count)
			return location->frames[i].function;
	}
	return NULL;
}

/* Which functions the code belongs to, and up to which line. */
static void add_functions(struct work *w)
{
	for (size_t i = 0; i < w->row_count; i++) {
		const struct symbol_row *row = &w->rows[i];
		const struct symbol_function *function =
			function_of_row(w, row);
		struct hit_function *known =
			function ? hits_function(w->c->hits, function) : NULL;

		if (known && row->line > known->last_line)
			known->last_line = row->line;
	}
	for (size_t i = 0; i < w->c->flow.node_count; i++) {
		const struct flow_node *n = &w->c->flow.nodes[i];
		const struct symbol_location *location = symbolizer_lookup(
			w->c->symbolizer, w->c->module, 0, n->start);
		struct hit_function *known =
			hits_function(w->c->hits, location->frames[0].function);

		if (known && n->counted)
			known->blocks += n->count;
	}
}

void hits_add_lines(struct hits_code *c)
{
	struct work w = { .c = c, .steps = MAX_STEPS };
	struct chain start;
	uint32_t node = HITS_NONE;

	w.asked = calloc(c->flow.node_count + 1, sizeof(*w.asked));
	if (!w.asked || !sort_rows(&w)) {
		free(w.asked);
		c->hits->failed = true;
		return;
	}
	look_at_all(&w);
	for (size_t i = 0; i < w.sight_count && !c->hits->failed; i++) {
		if (w.sights[i].node != node) {
			node = w.sights[i].node;
			chain_at(&w, &start, c->flow.nodes[node].start);
		}
		add_hits(&w, &w.sights[i], &start);
	}
	add_functions(&w);
	free(w.asked);
	free(w.rows);
	free(w.sights);
}
