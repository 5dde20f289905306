/* profile_module.c - which module an address of a certain epoch belongs to. */
#include "lib/analysis/profile_parts.h"
#include "lib/base/bisect.h"

#include <stdlib.h>

#define CACHE_SLOTS 1024

/* A module's range. Ranges overlap where an address was used again by another
 * module: then the epoch decides. */
struct range {
	uint64_t start, end;
	uint64_t reach; /* the largest end of this and all before it */
	uint32_t epoch;
	uint32_t module;
};

struct cached {
	uint64_t address;
	uint32_t module;
	uint16_t epoch;
	bool used;
};

static int compare_ranges(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->epoch != y->epoch)
		return x->epoch < y->epoch ? -1 : 1;
	return x->module < y->module ? -1 : x->module > y->module;
}

static struct range *make_ranges(const struct profile *p)
{
	struct range *ranges =
		reallocarray(NULL, p->module_count + 1, sizeof(*ranges));
	uint64_t reach = 0;

	if (!ranges)
		return NULL;
	for (size_t i = 0; i < p->module_count; i++) {
		const struct profile_module *m = &p->modules[i];

		ranges[i] = (struct range){ m->start, m->end, 0, m->epoch,
					    (uint32_t)i };
	}
	qsort(ranges, p->module_count, sizeof(*ranges), compare_ranges);
	for (size_t i = 0; i < p->module_count; i++) {
		if (ranges[i].end > reach)
			reach = ranges[i].end;
		ranges[i].reach = reach;
	}
	return ranges;
}

/* Whether R tells more of an address of EPOCH than BEST. */
static bool is_better(const struct range *r, const struct range *best,
		      uint16_t epoch)
{
	if (!best)
		return true;
	if (best->epoch > epoch)
		return r->epoch < best->epoch;
	return r->epoch <= epoch && r->epoch > best->epoch;
}

/* Of the ranges that hold ADDRESS the one of the latest epoch up to EPOCH, else
 * the first: a module that shares a part of its range only has a later epoch
 * than an address beside that part may have. Of two of one epoch the later in
 * the order of their starts. */
static uint32_t find(const struct range *ranges, size_t count, uint64_t address,
		     uint16_t epoch)
{
	const struct range *best = NULL;
	size_t i = bisect_up_to(ranges, count, start, address);

	while (i-- > 0 && ranges[i].reach > address) {
		const struct range *r = &ranges[i];

		if (address < r->end && is_better(r, best, epoch))
			best = r;
	}
	return best ? best->module : PROFILE_NONE;
}

static uint32_t find_cached(struct cached *cache, const struct range *ranges,
			    size_t count, uint64_t address, uint16_t epoch)
{
	struct cached *c =
		&cache[(address ^ address >> 12 ^ epoch) % CACHE_SLOTS];

	if (!c->used || c->address != address || c->epoch != epoch)
		*c = (struct cached){ .address = address,
				      .epoch = epoch,
				      .module = find(ranges, count, address,
						     epoch),
				      .used = true };
	return c->module;
}

bool profile_scan_modules(struct profile_scan *s)
{
	struct profile *p = s->profile;
	struct range *ranges = make_ranges(p);
	struct cached *cache = calloc(CACHE_SLOTS, sizeof(*cache));
	bool ok = ranges && cache;

	for (size_t i = 0; ok && i < p->node_count; i++) {
		struct profile_node *node = &p->nodes[i];

		if (!(node->fn & ARENA_REGION_BIT))
			node->module =
				find_cached(cache, ranges, p->module_count,
					    node->fn, s->epochs[i].fn);
		node->site_module = find_cached(cache, ranges, p->module_count,
						node->site, s->epochs[i].site);
	}
	for (size_t i = 0; ok && i < p->block_count; i++)
		/* A call may be the last thing in its module. */
		p->blocks[i].module =
			find_cached(cache, ranges, p->module_count,
				    p->blocks[i].pc - 1, s->block_epochs[i]);
	free(ranges);
	free(cache);
	return ok || profile_no_memory(s);
}
