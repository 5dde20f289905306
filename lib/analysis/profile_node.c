/* profile_node.c - calling contexts: positions in the file become indices. */
#include "lib/analysis/profile_parts.h"
#include "lib/base/bisect.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define NODE_UNITS (sizeof(struct arena_node) / ARENA_UNIT)
#define EPOCH_MASK 0x7fffu

/* Contexts whose caller is lost, and values that cannot be: salvaging counts
 * them and says so once. */
struct repairs {
	uint64_t orphans, values, targets;
};

uint32_t profile_find_node(const struct profile_scan *s, uint32_t position,
			   size_t *span)
{
	const struct profile_span *found;
	uint32_t step;

	/* A parent mostly lies in the chunk that the last one was in. */
	found = *span < s->span_count ? &s->spans[*span] : NULL;
	if (!found || position < found->position ||
	    (position - found->position) / NODE_UNITS >= found->count) {
		size_t after = bisect_up_to(s->spans, s->span_count, position,
					    position);

		if (after == 0)
			return PROFILE_NONE;
		*span = after - 1;
		found = &s->spans[after - 1];
	}
	step = position - found->position;
	if (step % NODE_UNITS || step / NODE_UNITS >= found->count)
		return PROFILE_NONE;
	return found->index + step / NODE_UNITS;
}

/* Index of the parent of node INDEX in THREAD, or PROFILE_NONE where what the
 * file says is not a parent. */
static uint32_t find_parent(const struct profile_scan *s,
			    const struct arena_node *record, uint32_t index,
			    uint32_t thread, size_t *hint)
{
	uint32_t parent = profile_find_node(s, record->parent, hint);

	if (parent == PROFILE_NONE || parent >= index ||
	    s->profile->nodes[parent].thread != thread || s->left_out[parent])
		return PROFILE_NONE;
	return parent;
}

/* What RECORD says of a filter, as in profile_scan.left_out. One that has what
 * such a context cannot have is not one. */
static uint8_t find_left_out(const struct profile_scan *s,
			     const struct arena_node *record, bool has_caller)
{
	uint8_t mode = s->profile->header.mode;
	uint32_t why = ~record->last;

	if (why >= ARENA_LEFT_OUT_COUNT || !has_caller || record->samples ||
	    record->target != record->parent)
		return 0;
	if (why == ARENA_BY_DURATION
		    ? mode != ARENA_MODE_TRACE || record->fn || record->site
		    : record->self != 0)
		return 0;
	return (uint8_t)(why + 1);
}

/* The context that calls counted at INDEX enter: itself, or an earlier one of
 * the same function where recursion is folded. */
static uint32_t find_target(const struct profile_scan *s,
			    const struct arena_node *record, uint32_t position,
			    uint32_t index, size_t *hint)
{
	const struct profile_node *nodes = s->profile->nodes;
	uint32_t target;

	if (s->left_out[index])
		return nodes[index].parent;
	if (record->target == position)
		return index;
	target = profile_find_node(s, record->target, hint);
	if (target == PROFILE_NONE || target >= index ||
	    nodes[target].thread != nodes[index].thread ||
	    nodes[target].fn != nodes[index].fn)
		return PROFILE_NONE;
	return target;
}

/* Self time is a difference modulo 2^64, and may be a little below 0. */
static bool plausible(uint64_t self)
{
	return self < PROFILE_SUM_LIMIT || self >= -PROFILE_SUM_LIMIT;
}

static bool fill_values(struct profile_scan *s, uint32_t index,
			const struct arena_node *record, uint64_t offset,
			struct repairs *repairs)
{
	struct profile_node *node = &s->profile->nodes[index];
	bool good =
		plausible(record->self) && record->calls < PROFILE_SUM_LIMIT;

	if (!good && !s->salvage)
		return profile_damage(s, ERROR_FORMAT, offset,
				      "a context with an impossible %s",
				      plausible(record->self) ? "count"
							      : "time");
	repairs->values += !good;
	node->calls = good ? record->calls : 0;
	node->self_ns = good ? record->self : 0;
	node->samples = record->samples;
	s->pairs[index] = node->calls;
	if (s->left_out[index] == 1 + ARENA_BY_DURATION) {
		s->pairs[index] = node->self_ns;
		node->self_ns = 0;
	}
	return true;
}

/* A region has no address of its own, but a site. */
static void fill_address(struct profile_scan *s, struct profile_node *node,
			 const struct arena_node *record, uint32_t index)
{
	struct profile_epochs *epochs = &s->epochs[index];
	bool region = record->fn & ARENA_REGION_BIT;

	node->site = record->site & ARENA_ADDRESS_MASK;
	epochs->site = (record->site >> ARENA_ADDRESS_BITS) & EPOCH_MASK;
	node->fn = region ? record->fn : record->fn & ARENA_ADDRESS_MASK;
	epochs->fn =
		region ? 0 : (record->fn >> ARENA_ADDRESS_BITS) & EPOCH_MASK;
}

static bool fill_node(struct profile_scan *s, const struct profile_span *span,
		      uint32_t i, size_t *hint, struct repairs *repairs)
{
	uint32_t index = span->index + i;
	uint32_t position = span->position + i * (uint32_t)NODE_UNITS;
	uint64_t offset = (uint64_t)position * ARENA_UNIT;
	struct profile_node *node = &s->profile->nodes[index];
	uint32_t root = s->profile->threads[span->thread].root;
	struct arena_node record;

	memcpy(&record, s->bytes + offset, sizeof(record));
	*node = (struct profile_node){ .parent = PROFILE_NONE,
				       .thread = span->thread,
				       .module = PROFILE_NONE,
				       .site_module = PROFILE_NONE };
	if (index != root) {
		node->parent =
			find_parent(s, &record, index, span->thread, hint);
		if (node->parent == PROFILE_NONE) {
			if (!s->salvage)
				return profile_damage(
					s, ERROR_FORMAT, offset,
					"a context whose caller is not one");
			repairs->orphans++;
			node->parent = root;
		}
	}
	fill_address(s, node, &record, index);
	s->left_out[index] =
		find_left_out(s, &record, node->parent != PROFILE_NONE);
	s->targets[index] = find_target(s, &record, position, index, hint);
	if (s->targets[index] == PROFILE_NONE) {
		if (!s->salvage)
			return profile_damage(s, ERROR_FORMAT, offset,
					      "a context that enters another");
		repairs->targets++;
		s->targets[index] = index;
	}
	return fill_values(s, index, &record, offset, repairs);
}

static bool allocate(struct profile_scan *s)
{
	struct profile *p = s->profile;
	size_t n = s->node_count ? s->node_count : 1;

	p->nodes = reallocarray(NULL, n, sizeof(*p->nodes));
	s->epochs = reallocarray(NULL, n, sizeof(*s->epochs));
	s->targets = reallocarray(NULL, n, sizeof(*s->targets));
	s->left_out = calloc(n, sizeof(*s->left_out));
	s->pairs = reallocarray(NULL, n, sizeof(*s->pairs));
	if (!p->nodes || !s->epochs || !s->targets || !s->left_out || !s->pairs)
		return profile_no_memory(s);
	p->node_count = s->node_count;
	return true;
}

bool profile_scan_nodes(struct profile_scan *s)
{
	struct repairs repairs = { 0 };
	size_t hint = 0;

	if (!allocate(s))
		return false;
	for (size_t i = 0; i < s->span_count; i++)
		for (uint32_t n = 0; n < s->spans[i].count; n++)
			if (!fill_node(s, &s->spans[i], n, &hint, &repairs))
				return false;
	if (repairs.orphans)
		profile_warn(s,
			     "%" PRIu64 " contexts without their caller: "
			     "shown as called by the thread",
			     repairs.orphans);
	if (repairs.targets)
		profile_warn(s, "%" PRIu64 " contexts enter a damaged one",
			     repairs.targets);
	if (repairs.values)
		profile_warn(s,
			     "%" PRIu64 " contexts with impossible values: "
			     "set to 0",
			     repairs.values);
	return true;
}
