/* profile_block.c - how often each block of code ran. */
#include "lib/analysis/profile_parts.h"
#include "lib/base/array.h"

#include <stdlib.h>
#include <string.h>

#define EPOCH_MASK 0x7fffu

/* Room for COUNT more blocks. */
static bool make_room(struct profile_scan *s, size_t count)
{
	struct profile *p = s->profile;
	size_t needed = p->block_count + count, capacity = s->block_capacity;
	struct profile_block *blocks;
	uint16_t *epochs;

	blocks = array_grow(p->blocks, &s->block_capacity, needed,
			    sizeof(*blocks));
	if (!blocks)
		return profile_no_memory(s);
	p->blocks = blocks;
	if (s->block_capacity == capacity && s->block_epochs)
		return true;
	epochs = reallocarray(s->block_epochs, s->block_capacity,
			      sizeof(*epochs));
	if (!epochs)
		return profile_no_memory(s);
	s->block_epochs = epochs;
	return true;
}

static bool add_block(struct profile_scan *s, const struct arena_block *block,
		      uint64_t offset)
{
	struct profile *p = s->profile;

	if (block->count >= PROFILE_SUM_LIMIT ||
	    s->block_sum + block->count >= PROFILE_SUM_LIMIT)
		return profile_damage(s, ERROR_FORMAT, offset,
				      "a block with an impossible count");
	s->block_sum += block->count;
	p->blocks[p->block_count] = (struct profile_block){
		.pc = block->pc & ARENA_ADDRESS_MASK,
		.count = block->count,
		.module = PROFILE_NONE,
	};
	s->block_epochs[p->block_count++] =
		(uint16_t)(block->pc >> ARENA_ADDRESS_BITS) & EPOCH_MASK;
	return true;
}

/* Most of a table is free; and one that was set back to 0 has not run. */
bool profile_scan_blocks(struct profile_scan *s,
			 const struct arena_chunk *chunk)
{
	const uint8_t *bytes = s->bytes + chunk->offset;
	size_t at = sizeof(*chunk), in_use = 0;
	struct arena_block block;

	for (size_t i = at; i + sizeof(block) <= chunk->used;
	     i += sizeof(block)) {
		memcpy(&block, bytes + i, sizeof(block));
		in_use += block.pc && block.count;
	}
	if (in_use && !make_room(s, in_use))
		return false;
	for (; at + sizeof(block) <= chunk->used; at += sizeof(block)) {
		memcpy(&block, bytes + at, sizeof(block));
		if (block.pc && block.count &&
		    !add_block(s, &block, chunk->offset + at))
			return false;
	}
	return true;
}
