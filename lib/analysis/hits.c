/* hits.c - the blocks of all processes, function by function. */
#include "lib/analysis/hits.h"

#include "lib/analysis/hits_parts.h"
#include "lib/base/array.h"
#include "lib/base/hash.h"

#include <stdlib.h>
#include <string.h>

uint32_t hits_line(struct hits *h, const char *file, uint32_t line)
{
	uint64_t hash = hash_add(hash_pointer(file), line);
	struct hit *grown;

	IDMAP_EACH(&h->line_map, hash, id)
	if (h->lines[id].file == file && h->lines[id].line == line)
		return id;
	grown = array_grow(h->lines, &h->line_capacity, h->line_count + 1,
			   sizeof(*grown));
	if (grown)
		h->lines = grown;
	if (!grown || !idmap_add(&h->line_map, hash, (uint32_t)h->line_count)) {
		h->failed = true;
		return HITS_NONE;
	}
	h->lines[h->line_count] = (struct hit){ .file = file, .line = line };
	return (uint32_t)h->line_count++;
}

struct hit_function *hits_function(struct hits *h,
				   const struct symbol_function *function)
{
	uint64_t hash = hash_pointer(function);
	struct hit_function *grown;

	IDMAP_EACH(&h->function_map, hash, id)
	if (h->functions[id].function == function)
		return &h->functions[id];
	grown = array_grow(h->functions, &h->function_capacity,
			   h->function_count + 1, sizeof(*grown));
	if (grown)
		h->functions = grown;
	if (!grown ||
	    !idmap_add(&h->function_map, hash, (uint32_t)h->function_count)) {
		h->failed = true;
		return NULL;
	}
	h->functions[h->function_count] =
		(struct hit_function){ .function = function };
	return &h->functions[h->function_count++];
}

const struct hit *hits_find(const struct hits *h, const char *file,
			    uint32_t line)
{
	IDMAP_EACH(&h->line_map, hash_add(hash_pointer(file), line), id)
	if (h->lines[id].file == file && h->lines[id].line == line &&
	    h->lines[id].shown)
		return &h->lines[id];
	return NULL;
}

const struct hit_function *hits_functions(const struct hits *h, size_t *count)
{
	*count = h->function_count;
	return h->functions;
}

uint64_t hits_lost(const struct hits *h)
{
	return h->lost;
}

uint64_t hits_blocks(const struct hits *h)
{
	return h->blocks;
}

static int compare_counters(const void *a, const void *b)
{
	const struct hits_counter *x = a, *y = b;

	if (x->module != y->module)
		return x->module < y->module ? -1 : 1;
	return x->pc < y->pc ? -1 : x->pc > y->pc;
}

static bool gather(struct hits *h, struct profile *const *profiles,
		   size_t count, struct symbolizer *s)
{
	size_t room = 1, kept = 0;
	uint32_t module;
	uint64_t bias;

	for (size_t i = 0; i < count; i++)
		room += profiles[i]->block_count;
	h->counters = reallocarray(NULL, room, sizeof(*h->counters));
	if (!h->counters)
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct profile *p = profiles[i];

		for (size_t n = 0; n < p->block_count; n++) {
			const struct profile_block *b = &p->blocks[n];

			h->blocks += b->count;
			if (b->module == PROFILE_NONE) {
				h->lost += b->count;
				continue;
			}
			module = profile_symbolizer_module(p, b->module, s,
							   &bias);
			h->counters[h->counter_count++] =
				(struct hits_counter){ module, b->pc - bias,
						       b->count };
		}
	}
	qsort(h->counters, h->counter_count, sizeof(*h->counters),
	      compare_counters);
	for (size_t i = 0; i < h->counter_count; i++) {
		struct hits_counter *last = &h->counters[kept ? kept - 1 : 0];

		if (kept && !compare_counters(last, &h->counters[i]))
			last->count += h->counters[i].count;
		else
			h->counters[kept++] = h->counters[i];
	}
	h->counter_count = kept;
	return true;
}

/* Mark as done those of the COUNT blocks that lie in CODE; returns how often
 * they ran. */
static uint64_t mark_done(const struct symbol_code *code,
			  const struct flow_block *blocks, size_t count,
			  bool *done)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++) {
		for (size_t p = 0; p < code->part_count && !done[i]; p++)
			done[i] = blocks[i].pc - 1 - code->parts[p].low <
				  code->parts[p].size;
		if (done[i])
			sum += blocks[i].count;
	}
	return sum;
}

/* The function around block I, and all its blocks with it. */
static void add_function(struct hits *h, struct symbolizer *s, uint32_t module,
			 const struct flow_block *blocks, size_t count,
			 size_t i, bool *done)
{
	struct hits_code c = { .hits = h, .symbolizer = s, .module = module };
	struct symbol_code code;
	size_t last = i + 1;
	uint64_t sum;

	done[i] = true;
	if (!symbolizer_code(s, module, 0, blocks[i].pc - 1, &code)) {
		h->lost += blocks[i].count;
		return;
	}
	c.code = &code;
	done[i] = false;
	/* Its first part is what comes next; others lie anywhere. */
	if (code.part_count > 1) {
		i = 0;
		last = count;
	} else {
		uint64_t high = code.parts[0].low + code.parts[0].size;

		while (last < count && blocks[last].pc <= high)
			last++;
	}
	sum = mark_done(&code, blocks + i, last - i, done + i);
	if (!flow_build(&c.flow, &code, blocks, count)) {
		h->lost += sum;
	} else {
		/* No line can have them where nothing says which it is. */
		if (!code.row_count)
			h->lost += sum;
		hits_add_lines(&c);
		flow_free(&c.flow);
	}
	symbol_code_free(&code);
}

static struct flow_block *make_blocks(const struct hits_counter *counters,
				      size_t count)
{
	struct flow_block *blocks =
		reallocarray(NULL, count + 1, sizeof(*blocks));

	for (size_t i = 0; blocks && i < count; i++)
		blocks[i] = (struct flow_block){ counters[i].pc,
						 counters[i].count };
	return blocks;
}

static bool add_module(struct hits *h, struct symbolizer *s,
		       const struct hits_counter *counters, size_t count)
{
	struct flow_block *blocks = make_blocks(counters, count);
	bool *done = calloc(count + 1, sizeof(*done));
	bool ok = blocks && done;

	for (size_t i = 0; ok && i < count; i++)
		if (!done[i])
			add_function(h, s, counters[0].module, blocks, count, i,
				     done);
	free(blocks);
	free(done);
	return ok;
}

/* Index of the first counter behind those of the module of number I. */
static size_t module_end(const struct hits *h, size_t i)
{
	size_t end = i;

	while (end < h->counter_count &&
	       h->counters[end].module == h->counters[i].module)
		end++;
	return end;
}

struct hits *hits_new(struct profile *const *profiles, size_t count,
		      struct symbolizer *s)
{
	struct hits *h = calloc(1, sizeof(*h));
	bool ok = h && gather(h, profiles, count, s);

	for (size_t i = 0, next; ok && i < h->counter_count; i = next) {
		next = module_end(h, i);
		ok = add_module(h, s, h->counters + i, next - i);
	}
	if (ok && !h->failed)
		return h;
	hits_free(h);
	return NULL;
}

bool hits_flow(const struct hits *h, uint32_t module,
	       const struct symbol_code *code, struct flow *flow)
{
	struct flow_block *blocks;
	size_t i = 0, end;
	bool ok;

	while (i < h->counter_count && h->counters[i].module != module)
		i++;
	if (i == h->counter_count)
		return false;
	end = module_end(h, i);
	blocks = make_blocks(h->counters + i, end - i);
	ok = blocks && flow_build(flow, code, blocks, end - i);
	free(blocks);
	return ok;
}

void hits_free(struct hits *h)
{
	if (!h)
		return;
	free(h->counters);
	free(h->lines);
	free(h->functions);
	idmap_free(&h->line_map);
	idmap_free(&h->function_map);
	free(h);
}
