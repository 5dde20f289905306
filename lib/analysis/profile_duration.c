/* profile_duration.c - how long calls took: histograms, and the slowest.
 *
 * The chunks are only noted at first: what they say is understood when the
 * contexts and the rate of the clock are known. */
#include "lib/analysis/profile_parts.h"
#include "lib/base/array.h"
#include "lib/base/hash.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

bool profile_note_durations(struct profile_scan *s,
			    const struct arena_chunk *chunk)
{
	struct profile_part *parts = array_grow(
		s->parts, &s->part_capacity, s->part_count + 1, sizeof(*parts));

	if (!parts)
		return profile_no_memory(s);
	s->parts = parts;
	parts[s->part_count++] = (struct profile_part){
		.at = chunk->offset + sizeof(*chunk),
		.end = chunk->offset + chunk->used,
		.open = chunk->kind == ARENA_CHUNK_OPEN,
	};
	return true;
}

/* A node's function as the file has it. */
static uint64_t raw_fn(const struct profile_scan *s, size_t node)
{
	uint64_t fn = s->profile->nodes[node].fn;

	if (fn & ARENA_REGION_BIT)
		return fn;
	return fn | (uint64_t)s->epochs[node].fn << ARENA_ADDRESS_BITS;
}

/* Some context of FN, or PROFILE_NONE. */
static uint32_t find_fn(const struct profile_scan *s, const struct idmap *map,
			uint64_t fn)
{
	IDMAP_EACH(map, hash_u64(fn), id)
	{
		if (raw_fn(s, id) == fn)
			return id;
	}
	return PROFILE_NONE;
}

static bool index_functions(struct profile_scan *s, struct idmap *map)
{
	for (size_t i = 0; i < s->profile->node_count; i++) {
		uint64_t fn = raw_fn(s, i);

		if (s->profile->nodes[i].parent != PROFILE_NONE &&
		    !s->left_out[i] && find_fn(s, map, fn) == PROFILE_NONE &&
		    !idmap_add(map, hash_u64(fn), (uint32_t)i))
			return profile_no_memory(s);
	}
	return true;
}

/* When a call in NODE's thread began: since the start of the recording, or by
 * the CPU time of the thread. */
static uint64_t begin_ns(const struct profile_scan *s, uint32_t node,
			 uint64_t ticks)
{
	const struct profile *p = s->profile;
	uint64_t start = p->header.sync[0].ticks;

	if (p->header.clock == ARENA_CLOCK_CPU)
		start = p->threads[p->nodes[node].thread].record.start_ticks;
	return ticks > start ? profile_ns(s, ticks - start) : 0;
}

/* Take CALL at byte OFFSET, of the function FN, where that is not 0. */
static bool add_call(struct profile_scan *s, const struct arena_call *call,
		     uint64_t fn, uint64_t offset)
{
	struct profile *p = s->profile;
	size_t hint = 0;
	uint32_t node = profile_find_node(s, call->node, &hint);
	struct profile_call *calls;

	if (node == PROFILE_NONE || p->nodes[node].parent == PROFILE_NONE ||
	    s->left_out[node] || (fn && raw_fn(s, node) != fn))
		return profile_damage(s, ERROR_FORMAT, offset,
				      "a slow call in a context that is not "
				      "there");
	if (call->ticks >= PROFILE_SUM_LIMIT)
		return profile_damage(s, ERROR_FORMAT, offset,
				      "a call of an impossible duration");
	calls = array_grow(p->calls, &s->call_capacity, p->call_count + 1,
			   sizeof(*calls));
	if (!calls)
		return profile_no_memory(s);
	p->calls = calls;
	calls[p->call_count++] = (struct profile_call){
		.node = node,
		.open = !fn,
		.begin_ns = begin_ns(s, node, call->begin),
		.ns = profile_ns(s, call->ticks),
	};
	return true;
}

static bool add_bucket(struct profile_scan *s, unsigned number, uint64_t count)
{
	struct profile *p = s->profile;
	struct profile_bucket *buckets =
		array_grow(p->buckets, &s->bucket_capacity, p->bucket_count + 1,
			   sizeof(*buckets));

	if (!buckets)
		return profile_no_memory(s);
	p->buckets = buckets;
	buckets[p->bucket_count++] = (struct profile_bucket){
		.start_ns = profile_ns(s, arena_bucket_start(number)),
		.end_ns = profile_ns(s, arena_bucket_start(number + 1)),
		.count = count,
	};
	return true;
}

static uint64_t clamp(uint64_t value, uint64_t low, uint64_t high)
{
	return value < low ? low : value > high ? high : value;
}

/* The sum of R's buckets, and the first and the last that have something.
 * UINT64_MAX: more than is possible. */
static uint64_t sum_buckets(const struct arena_duration *r, unsigned *first,
			    unsigned *last)
{
	uint64_t sum = 0;

	*first = ARENA_BUCKET_COUNT;
	*last = 0;
	for (unsigned i = 0; i < ARENA_BUCKET_COUNT; i++) {
		if (!r->buckets[i])
			continue;
		if (r->buckets[i] >= PROFILE_SUM_LIMIT ||
		    sum + r->buckets[i] >= PROFILE_SUM_LIMIT)
			return UINT64_MAX;
		sum += r->buckets[i];
		*first = *first < i ? *first : i;
		*last = i;
	}
	return sum;
}

/* The record R at byte OFFSET, of contexts like NODE. Where it was read while
 * it was being written, the extremes may not yet be those of the buckets. */
static bool add_duration(struct profile_scan *s, const struct arena_duration *r,
			 uint32_t node, uint64_t offset)
{
	struct profile *p = s->profile;
	struct profile_duration d = { .node = node };
	struct profile_duration *list;
	unsigned first, last;

	d.count = sum_buckets(r, &first, &last);
	if (d.count == UINT64_MAX ||
	    s->duration_sum + d.count >= PROFILE_SUM_LIMIT)
		return profile_damage(s, ERROR_FORMAT, offset,
				      "durations of an impossible number of "
				      "calls");
	if (!d.count)
		return true;
	s->duration_sum += d.count;
	d.min_ns = profile_ns(s, clamp(r->min, arena_bucket_start(first),
				       arena_bucket_start(first + 1) - 1));
	d.max_ns = profile_ns(
		s, clamp(r->max, arena_bucket_start(last),
			 last + 1 == ARENA_BUCKET_COUNT
				 ? PROFILE_SUM_LIMIT
				 : arena_bucket_start(last + 1) - 1));
	d.first_bucket = p->bucket_count;
	for (unsigned i = first; i <= last; i++)
		if (r->buckets[i] && !add_bucket(s, i, r->buckets[i]))
			return false;
	d.bucket_count = p->bucket_count - d.first_bucket;
	list = array_grow(p->durations, &s->duration_capacity,
			  p->duration_count + 1, sizeof(*list));
	if (!list)
		return profile_no_memory(s);
	p->durations = list;
	list[p->duration_count++] = d;
	for (int i = 0; i < ARENA_SLOW_CALLS; i++)
		if (r->slow[i].ticks &&
		    !add_call(s, &r->slow[i], r->fn, offset))
			return false;
	return true;
}

static bool scan_durations(struct profile_scan *s, const struct idmap *map,
			   const struct profile_part *part)
{
	struct arena_duration r;

	for (uint64_t at = part->at; part->end - at >= sizeof(r);
	     at += sizeof(r)) {
		uint32_t node;

		memcpy(&r, s->bytes + at, sizeof(r));
		if (!r.fn)
			continue;
		node = find_fn(s, map, r.fn);
		if (node == PROFILE_NONE
			    ? !profile_damage(s, ERROR_FORMAT, at,
					      "durations of a function "
					      "without a context")
			    : !add_duration(s, &r, node, at))
			return false;
	}
	return true;
}

static bool scan_open(struct profile_scan *s, const struct profile_part *part)
{
	struct arena_call call;

	for (uint64_t at = part->at; part->end - at >= sizeof(call);
	     at += sizeof(call)) {
		memcpy(&call, s->bytes + at, sizeof(call));
		if (!add_call(s, &call, 0, at))
			return false;
	}
	return true;
}

bool profile_scan_durations(struct profile_scan *s)
{
	struct idmap map = { 0 };
	bool ok = true;

	if (!s->part_count)
		return true;
	s->profile->timed = true;
	ok = index_functions(s, &map);
	for (size_t i = 0; ok && i < s->part_count; i++)
		ok = s->parts[i].open ? scan_open(s, &s->parts[i])
				      : scan_durations(s, &map, &s->parts[i]);
	idmap_free(&map);
	return ok;
}
