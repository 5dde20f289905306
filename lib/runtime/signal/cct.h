/* cct.h - one thread's calling-context tree, in the arena.
 *
 * Nodes are claimed from chunks of their own, so that the thread writes
 * without locks. A hash table beside the arena finds a child in one probe,
 * however many siblings it has; node->last makes the usual case shorter yet.
 *
 * Context of all: signal, on the tree's thread; never twice at once.
 */
#ifndef PROF_RUNTIME_CCT_H
#define PROF_RUNTIME_CCT_H

#include "lib/runtime/signal/arena.h"

#define CCT_FIRST_SLOTS 128u

struct cct {
	struct arena_node *root;
	struct arena_thread *record;
	struct arena_chunk *chunk;     /* that nodes are being taken from */
	struct arena_node *next, *end; /* free nodes of that chunk */
	uint32_t *slots;    /* node positions, 0: free; open addressing */
	uint32_t mask;	    /* slots - 1, a power of two minus 1 */
	uint32_t count;	    /* nodes in the table */
	uint32_t next_size; /* bytes of the next chunk */
	uint32_t first_slots[CCT_FIRST_SLOTS];
};

/* Make the thread's record and root node. False, and the loss counted, where
 * the arena cannot hold them. */
bool cct_plant(struct cct *tree, uint32_t tid);

/* Child of PARENT for (FN, SITE), added if new, and remembered as the child
 * used last; with FOLD a new one's target may be an ancestor (arena.h). NULL,
 * and the loss counted: the arena is full. */
struct arena_node *cct_child(struct cct *tree, struct arena_node *parent,
			     uint64_t fn, uint64_t site, bool fold);

/* Mixes what identifies a child into a slot number, before masking. The high
 * half of a product depends on all bits of both factors. */
static inline RT_QUIET uint32_t cct_hash(uint32_t parent, uint64_t fn,
					 uint64_t site)
{
	uint64_t h = (fn ^ ((site << 5) - site)) + ((uint64_t)parent << 20);

	return (uint32_t)(h * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

/* Child of PARENT for (FN, SITE), or NULL; BASE is the arena's. */
static inline RT_QUIET struct arena_node *cct_find(const struct cct *tree,
						   char *base,
						   struct arena_node *parent,
						   uint64_t fn, uint64_t site)
{
	uint32_t position =
		(uint32_t)((uint64_t)((char *)parent - base) / ARENA_UNIT);
	uint32_t slot = cct_hash(position, fn, site) & tree->mask;

	for (; tree->slots[slot]; slot = (slot + 1) & tree->mask) {
		uint32_t found = tree->slots[slot];
		struct arena_node *node =
			(struct arena_node *)(base +
					      (uint64_t)found * ARENA_UNIT);

		if (RT_LIKELY(node->fn == fn && node->site == site &&
			      node->parent == position)) {
			parent->last = found;
			return node;
		}
	}
	return NULL;
}

/* Forget the tree; its nodes stay in the file. */
void cct_drop(struct cct *tree);

static inline struct arena_node *cct_at(uint32_t position)
{
	return (struct arena_node *)(arena->base +
				     (uint64_t)position * ARENA_UNIT);
}

#endif
