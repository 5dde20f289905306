/* cct.h - one thread's calling-context tree, in the arena.
 *
 * Nodes are claimed from chunks of their own, so that the thread writes
 * without locks. A hash table beside the arena finds a child in about one
 * probe, however many siblings it has; node->last makes the usual case shorter
 * yet.
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
	bool lent; /* the slots lie in memory of thread_mend's, and are zeros */
	uint32_t first_slots[CCT_FIRST_SLOTS];
};

/* Make the thread's record and root node. False, and the loss counted, where
 * the arena cannot hold them. */
bool cct_plant(struct cct *tree, uint32_t tid);

/* Child of PARENT for (FN, SITE), remembered as the child used last; NULL:
 * there is none, or a handler in between has added to the tree. Unlike the
 * others, it may be interrupted by one that does. */
struct arena_node *cct_find(const struct cct *tree, struct arena_node *parent,
			    uint64_t fn, uint64_t site);

/* Child of PARENT for (FN, SITE), added if new, and remembered as the child
 * used last; with FOLD a new one's target may be an ancestor, where recursion
 * is folded or a filter leaves the call out (arena.h). NULL, and the loss
 * counted: the arena is full. */
struct arena_node *cct_child(struct cct *tree, struct arena_node *parent,
			     uint64_t fn, uint64_t site, bool fold);

/* Child of PARENT in which calls that are left out for their duration are
 * counted, added if new. NULL, and the loss counted: the arena is full. */
struct arena_node *cct_brief(struct cct *tree, struct arena_node *parent);

/* Where the search for what identifies a child begins, before masking. Calls
 * are five bytes apart and more, functions mostly 16; contexts of one call are
 * spread by the golden ratio (Knuth, TAOCP vol. 3, 6.4). */
static inline RT_QUIET uint32_t cct_hash(uint32_t parent, uint64_t fn,
					 uint64_t site)
{
	return (uint32_t)fn + (uint32_t)site * 5 + parent * 0x9e3779b1u;
}

/* To be read in this order: a handler in between may have the table widened,
 * and a mask of before is good for the table of after. */
static inline RT_QUIET uint32_t cct_mask(const struct cct *tree)
{
	return *(const volatile uint32_t *)&tree->mask;
}

static inline RT_QUIET uint32_t *cct_slots(const struct cct *tree)
{
	return *(uint32_t *const volatile *)&tree->slots;
}

static inline RT_QUIET uint32_t *cct_slot(const struct cct *tree,
					  uint32_t parent, uint64_t fn,
					  uint64_t site)
{
	uint32_t mask = cct_mask(tree), *slots = cct_slots(tree);

	return &slots[cct_hash(parent, fn, site) & mask];
}

static inline RT_QUIET uint32_t cct_position(const char *base,
					     const struct arena_node *node)
{
	return (uint32_t)((uint64_t)((const char *)node - base) / ARENA_UNIT);
}

/* Forget the tree; its nodes stay in the file. */
void cct_drop(struct cct *tree);

static inline struct arena_node *cct_at(uint32_t position)
{
	return (struct arena_node *)(arena->base +
				     (uint64_t)position * ARENA_UNIT);
}

#endif
