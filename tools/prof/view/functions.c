#include "tools/prof/view/functions.h"
#include "lib/base/similar.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/message.h"
#include "tools/prof/cli/pick.h"

#include <stdlib.h>
#include <string.h>

#define DEAREST	     5	/* functions shown at most where none is named */
#define DEAR_PERCENT 10 /* of the total: own time of such */

static int compare_text(const char *a, const char *b)
{
	return a == b ? 0 : !a ? -1 : !b ? 1 : strcmp(a, b);
}

static int compare_symbols(const struct symbol_function *x,
			   const struct symbol_function *y)
{
	int order = compare_text(x->file, y->file);

	if (order)
		return order;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* One function of the model, or of the hits. */
struct entry {
	const struct symbol_function *symbol;
	uint32_t member; /* of the model, or MODEL_NONE */
	uint32_t last_line;
	uint64_t own_ns, blocks;
};

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return compare_symbols(x->symbol, y->symbol);
}

static size_t list_entries(struct entry *out, const struct model *m,
			   const struct hit_function *hits, size_t hit_count)
{
	size_t count = 0;

	for (size_t i = 0; i < m->function_count; i++)
		if (!m->functions[i].synthetic)
			out[count++] = (struct entry){
				.symbol = m->functions[i].symbol,
				.member = (uint32_t)i,
				.own_ns = m->functions[i].self.ns,
			};
	for (size_t i = 0; i < hit_count; i++)
		out[count++] =
			(struct entry){ hits[i].function, MODEL_NONE,
					hits[i].last_line, 0, hits[i].blocks };
	qsort(out, count, sizeof(*out), compare_entries);
	return count;
}

static void add_entry(struct functions *to, const struct entry *e,
		      size_t member_count)
{
	struct lines_function *f;

	if (!to->count ||
	    compare_symbols(to->list[to->count - 1].symbol, e->symbol)) {
		f = &to->list[to->count++];
		f->symbol = e->symbol;
		f->members = memory_array(member_count + 1, sizeof(bool));
	}
	f = &to->list[to->count - 1];
	/* One that has code out of line can tell where it ends. */
	if (!f->symbol->high)
		f->symbol = e->symbol;
	if (e->member != MODEL_NONE)
		f->members[e->member] = true;
	if (e->last_line > f->last_line)
		f->last_line = e->last_line;
	to->own_ns[to->count - 1] += e->own_ns;
	to->blocks[to->count - 1] += e->blocks;
}

void functions_gather(struct functions *all, const struct model *m,
		      const struct hits *hits)
{
	size_t hit_count = 0, count;
	const struct hit_function *list =
		hits ? hits_functions(hits, &hit_count) : NULL;
	struct entry *entries =
		memory_array(m->function_count + hit_count, sizeof(*entries));

	count = list_entries(entries, m, list, hit_count);
	memset(all, 0, sizeof(*all));
	all->list = memory_array(count, sizeof(*all->list));
	all->own_ns = memory_array(count, sizeof(*all->own_ns));
	all->blocks = memory_array(count, sizeof(*all->blocks));
	all->total_ns = m->total.ns;
	for (size_t i = 0; i < count; i++)
		add_entry(all, &entries[i], m->function_count);
	free(entries);
}

static void take(struct functions *to, const struct functions *from, size_t i)
{
	to->own_ns[to->count] = from->own_ns[i];
	to->blocks[to->count] = from->blocks[i];
	to->list[to->count++] = from->list[i];
}

static bool means(const char *name, const struct symbol_function *symbol)
{
	return pick_names_function(name, symbol) ||
	       pick_names_file(name, symbol);
}

static bool find_any(const struct functions *all, const char *name)
{
	const char *closest = NULL;
	size_t best = SIMILAR_LIMIT;

	for (size_t i = 0; i < all->count; i++) {
		if (means(name, all->list[i].symbol))
			return true;
		similar_closest(name, all->list[i].symbol->name, &closest,
				&best);
	}
	message_error("no function or source file '%s' in the profile", name);
	if (closest)
		message_hint("did you mean '%s'?", closest);
	else
		message_hint("'prof report' lists the functions");
	return false;
}

/* How dear function I is: by time, or by executions where there is none. */
static double price(const struct functions *f, size_t i)
{
	return f->total_ns ? (double)f->own_ns[i] : (double)f->blocks[i];
}

static void choose_dearest(struct functions *chosen,
			   const struct functions *all)
{
	bool *taken = memory_array(all->count, sizeof(*taken));
	double total = 0;

	for (size_t i = 0; i < all->count; i++)
		total += price(all, i);
	while (chosen->count < DEAREST) {
		size_t best = all->count;

		for (size_t i = 0; i < all->count; i++)
			if (!taken[i] && all->list[i].symbol->line &&
			    (best == all->count ||
			     price(all, i) > price(all, best)))
				best = i;
		if (best == all->count ||
		    (chosen->count &&
		     price(all, best) * 100 < total * DEAR_PERCENT))
			break;
		taken[best] = true;
		take(chosen, all, best);
	}
	free(taken);
}

bool functions_choose(struct functions *chosen, const struct functions *all,
		      char **names, size_t count)
{
	memset(chosen, 0, sizeof(*chosen));
	chosen->list = memory_array(all->count, sizeof(*chosen->list));
	chosen->own_ns = memory_array(all->count, sizeof(*chosen->own_ns));
	chosen->blocks = memory_array(all->count, sizeof(*chosen->blocks));
	chosen->total_ns = all->total_ns;
	for (size_t n = 0; n < count; n++)
		if (!find_any(all, names[n]))
			return false;
	for (size_t i = 0; i < all->count; i++) {
		bool wanted = false;

		for (size_t n = 0; n < count && !wanted; n++)
			wanted = means(names[n], all->list[i].symbol);
		if (wanted)
			take(chosen, all, i);
	}
	if (!count)
		choose_dearest(chosen, all);
	return true;
}

void functions_measure(struct functions *chosen, struct symbolizer *s)
{
	for (size_t i = 0; i < chosen->count; i++) {
		struct lines_function *f = &chosen->list[i];
		struct symbol_code code;
		uint32_t module;

		if (!symbolizer_function_code(s, f->symbol, &module, &code))
			continue;
		for (size_t r = 0; r < code.row_count; r++) {
			const struct symbol_row *row = &code.rows[r];

			if (row->file == f->symbol->file &&
			    row->line > f->last_line &&
			    symbolizer_lookup(s, module, 0, row->address)
					    ->frames[0]
					    .function == f->symbol)
				f->last_line = row->line;
		}
		symbol_code_free(&code);
	}
}

void functions_free(struct functions *functions, bool members)
{
	for (size_t i = 0; members && i < functions->count; i++)
		free(functions->list[i].members);
	free(functions->list);
	free(functions->own_ns);
	free(functions->blocks);
	memset(functions, 0, sizeof(*functions));
}
