#include "lib/analysis/flow.h"

#include "lib/analysis/flow_solve.h"
#include "lib/analysis/insn_flow.h"
#include "lib/base/array.h"
#include "lib/base/bisect.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#define NO_NODE	     UINT32_MAX
#define MAX_COUNTERS 4 /* ways by which one function calls the counter */

struct step {
	uint64_t address;
	struct insn insn;
	bool leader;  /* a node begins here */
	bool target;  /* since a jump leads here, or one comes before */
	bool counter; /* a call of the counter */
};

struct build {
	struct flow *flow;
	struct symbol_part *parts; /* by address */
	size_t part_count;
	uint64_t entry;
	struct step *steps; /* by address */
	size_t step_count, step_capacity;
	uint64_t counters[MAX_COUNTERS];
	size_t counter_count;
	bool indirect; /* has jumps to who knows where */
	const struct flow_block *blocks;
	size_t block_count;
	size_t edge_capacity, node_capacity;
};

/* How often the block of the counter at PC ran; *FOUND: there is one. */
static uint64_t count_at(const struct build *b, uint64_t pc, bool *found)
{
	size_t i = bisect_below(b->blocks, b->block_count, pc, pc);

	*found = i < b->block_count && b->blocks[i].pc == pc;
	return *found ? b->blocks[i].count : 0;
}

/* --- instructions -----------------------------------------------------------
 */

static int compare_parts(const void *a, const void *b)
{
	const struct symbol_part *x = a, *y = b;

	return x->low < y->low ? -1 : x->low > y->low;
}

static bool decode_part(struct build *b, const struct symbol_part *part)
{
	size_t at = 0;

	while (at < part->size) {
		struct step step = { .address = part->low + at,
				     .leader = at == 0 };
		struct step *grown;

		if (!part->bytes ||
		    !insn_flow_x86_64(part->bytes + at, part->size - at,
				      step.address, &step.insn))
			return false;
		grown = array_grow(b->steps, &b->step_capacity,
				   b->step_count + 1, sizeof(*grown));
		if (!grown)
			return false;
		b->steps = grown;
		grown[b->step_count++] = step;
		at += step.insn.length;
	}
	return true;
}

/* Index of the instruction at ADDRESS, or step_count. */
static size_t find_step(const struct build *b, uint64_t address)
{
	size_t i = bisect_below(b->steps, b->step_count, address, address);

	if (i < b->step_count && b->steps[i].address == address)
		return i;
	return b->step_count;
}

static bool is_counter(const struct build *b, uint64_t target)
{
	for (size_t i = 0; i < b->counter_count; i++)
		if (b->counters[i] == target)
			return true;
	return false;
}

/* A call behind which a block was counted calls the counter: so do all others
 * that call the same, which ran not once. */
static void find_counters(struct build *b)
{
	for (size_t i = 0; i < b->step_count; i++) {
		const struct step *s = &b->steps[i];
		bool counted;

		if (s->insn.kind != INSN_CALL || !s->insn.target)
			continue;
		count_at(b, s->address + s->insn.length, &counted);
		if (counted && b->counter_count < MAX_COUNTERS &&
		    !is_counter(b, s->insn.target))
			b->counters[b->counter_count++] = s->insn.target;
	}
	for (size_t i = 0; i < b->step_count; i++) {
		struct step *s = &b->steps[i];

		s->counter = s->insn.kind == INSN_CALL && s->insn.target &&
			     is_counter(b, s->insn.target);
	}
}

static void find_leaders(struct build *b)
{
	for (size_t i = 0; i < b->step_count; i++) {
		struct step *s = &b->steps[i];
		size_t target;

		if (s->counter)
			s->leader = true;
		if (s->insn.kind == INSN_INDIRECT)
			b->indirect = true;
		if (s->insn.kind == INSN_PLAIN || s->insn.kind == INSN_CALL)
			continue;
		if (i + 1 < b->step_count)
			b->steps[i + 1].leader = b->steps[i + 1].target = true;
		if (s->insn.kind != INSN_BRANCH && s->insn.kind != INSN_JUMP)
			continue;
		target = find_step(b, s->insn.target);
		if (target < b->step_count)
			b->steps[target].leader = b->steps[target].target =
				true;
	}
}

/* --- nodes and edges --------------------------------------------------------
 */

static bool ends_part(const struct build *b, const struct step *s)
{
	uint64_t end = s->address + s->insn.length;

	for (size_t i = 0; i < b->part_count; i++)
		if (b->parts[i].low + b->parts[i].size == end)
			return true;
	return false;
}

/* The node of steps FIRST up to LAST. */
static void fill_node(const struct build *b, struct flow_node *n, size_t first,
		      size_t last)
{
	const struct step *s = &b->steps[last];

	*n = (struct flow_node){ .start = b->steps[first].address,
				 .end = s->address + s->insn.length,
				 .last = s->address,
				 .after = b->steps[first].address +
					  b->steps[first].insn.length,
				 .counted = b->steps[first].counter };
	n->gap = true;
	for (size_t i = first; i <= last; i++) {
		if (b->steps[i].insn.kind == INSN_CALL && !b->steps[i].counter)
			n->calls = true;
		n->gap &= b->steps[i].insn.nothing;
	}
	n->falls = s->insn.kind == INSN_PLAIN || s->insn.kind == INSN_CALL ||
		   s->insn.kind == INSN_BRANCH;
	n->leads = !n->counted && n->falls && s->insn.kind != INSN_BRANCH &&
		   last + 1 < b->step_count && b->steps[last + 1].counter &&
		   !b->steps[last + 1].target &&
		   b->steps[last + 1].address == n->end;
	n->empty = n->counted && (last == first || (last == first + 1 &&
						    s->insn.kind == INSN_JUMP));
	n->open_out =
		s->insn.kind == INSN_INDIRECT || s->insn.kind == INSN_STOP;
	/* Falling out of the function: behind a call that does not return. */
	if (n->falls && ends_part(b, s)) {
		n->falls = false;
		n->open_out = true;
	}
	n->open_in = n->start == b->entry || b->indirect;
	/* A counter that is not there counted nothing. */
	if (n->counted)
		n->count = count_at(b, n->after, &n->known);
	n->known = n->counted;
}

static bool make_nodes(struct build *b)
{
	struct flow *f = b->flow;

	for (size_t first = 0; first < b->step_count;) {
		size_t last = first;
		struct flow_node *grown;

		while (last + 1 < b->step_count && !b->steps[last + 1].leader)
			last++;
		grown = array_grow(f->nodes, &b->node_capacity,
				   f->node_count + 1, sizeof(*grown));
		if (!grown)
			return false;
		f->nodes = grown;
		fill_node(b, &grown[f->node_count++], first, last);
		first = last + 1;
	}
	return true;
}

static uint32_t find_node(const struct flow *f, uint64_t start)
{
	size_t i = bisect_below(f->nodes, f->node_count, start, start);

	if (i < f->node_count && f->nodes[i].start == start)
		return (uint32_t)i;
	return NO_NODE;
}

/* An edge from node FROM to the node at ADDRESS; or out of the function. */
static bool add_edge(struct build *b, uint32_t from, uint64_t address)
{
	struct flow *f = b->flow;
	struct flow_node *n = &f->nodes[from];
	uint32_t to = find_node(f, address);
	struct flow_edge *grown;

	if (to == NO_NODE) {
		n->open_out = true;
		return true;
	}
	if (n->out_count && f->edges[n->out[0]].to == to)
		return true; /* a branch to where it would go anyway */
	grown = array_grow(f->edges, &b->edge_capacity, f->edge_count + 1,
			   sizeof(*grown));
	if (!grown)
		return false;
	f->edges = grown;
	grown[f->edge_count] = (struct flow_edge){ .from = from, .to = to };
	n->out[n->out_count++] = (uint32_t)f->edge_count++;
	f->nodes[to].in_count++;
	return true;
}

static bool make_edges(struct build *b)
{
	struct flow *f = b->flow;
	uint32_t at = 0;

	for (uint32_t i = 0; i < f->node_count; i++) {
		const struct step *s =
			&b->steps[find_step(b, f->nodes[i].last)];

		if (f->nodes[i].falls && !add_edge(b, i, f->nodes[i].end))
			return false;
		if ((s->insn.kind == INSN_BRANCH ||
		     s->insn.kind == INSN_JUMP) &&
		    !add_edge(b, i, s->insn.target))
			return false;
	}
	f->in = reallocarray(NULL, f->edge_count + 1, sizeof(*f->in));
	if (!f->in)
		return false;
	for (size_t i = 0; i < f->node_count; i++) {
		struct flow_node *n = &f->nodes[i];

		n->in_first = at;
		at += n->in_count;
		/* Where exceptions are caught, or a jump table leads to; but
		 * what fills the gap before aligned code never runs. */
		if (!n->in_count && n->gap && !n->open_in)
			n->known = true;
		else if (!n->in_count)
			n->open_in = true;
		n->in_count = 0;
	}
	for (uint32_t i = 0; i < f->edge_count; i++) {
		struct flow_node *n = &f->nodes[f->edges[i].to];

		f->in[n->in_first + n->in_count++] = i;
	}
	return true;
}

/* Mark the edges that lead back to a node on the way to them: depth first. */
static bool mark_loops(struct flow *f)
{
	enum { NEW, OPEN, DONE };
	uint8_t *state = calloc(f->node_count + 1, 1);
	uint8_t *taken = calloc(f->node_count + 1, 1);
	uint32_t *stack = reallocarray(NULL, f->node_count + 1, sizeof(*stack));

	for (size_t i = 0; state && taken && stack && i < f->node_count; i++) {
		size_t depth = 0;

		if (state[i] != NEW)
			continue;
		state[i] = OPEN;
		stack[depth++] = (uint32_t)i;
		while (depth) {
			uint32_t top = stack[depth - 1];
			struct flow_node *n = &f->nodes[top];
			struct flow_edge *e;

			if (taken[top] == n->out_count) {
				state[top] = DONE;
				depth--;
				continue;
			}
			e = &f->edges[n->out[taken[top]++]];
			if (state[e->to] == OPEN)
				e->back = true;
			if (state[e->to] != NEW)
				continue;
			state[e->to] = OPEN;
			stack[depth++] = e->to;
		}
	}
	free(state);
	free(taken);
	free(stack);
	return state && taken && stack;
}

static bool build(struct build *b)
{
	for (size_t i = 0; i < b->part_count; i++)
		if (!decode_part(b, &b->parts[i]))
			return false;
	find_counters(b);
	if (!b->counter_count)
		return false;
	find_leaders(b);
	if (!make_nodes(b) || !make_edges(b) || !mark_loops(b->flow))
		return false;
	flow_solve(b->flow);
	return true;
}

bool flow_build(struct flow *flow, const struct symbol_code *code,
		const struct flow_block *blocks, size_t count)
{
	struct build b = { .flow = flow,
			   .part_count = code->part_count,
			   .blocks = blocks,
			   .block_count = count };
	bool ok;

	*flow = (struct flow){ 0 };
	if (code->machine != EM_X86_64 || !code->part_count)
		return false;
	b.parts = reallocarray(NULL, code->part_count, sizeof(*b.parts));
	if (!b.parts)
		return false;
	memcpy(b.parts, code->parts, code->part_count * sizeof(*b.parts));
	b.entry = b.parts[0].low;
	qsort(b.parts, b.part_count, sizeof(*b.parts), compare_parts);
	ok = build(&b);
	free(b.parts);
	free(b.steps);
	if (!ok)
		flow_free(flow);
	return ok;
}

void flow_free(struct flow *flow)
{
	free(flow->nodes);
	free(flow->edges);
	free(flow->in);
	*flow = (struct flow){ 0 };
}
