#include "lib/runtime/signal/cct.h"

#include "lib/runtime/signal/clock.h"
#include "lib/runtime/signal/filter.h"
#include "lib/runtime/signal/modules.h"
#include "lib/runtime/signal/raw.h"
#include "lib/runtime/signal/thread.h"

#include <string.h>

enum { MAX_CHUNK = 1024 * 1024 };

/* Rebuild the table at twice the size. On failure the old one serves on, up
 * to the last free slot. */
static void widen(struct cct *tree)
{
	uint32_t old_count = tree->mask + 1, mask = old_count * 2 - 1, i;
	uint32_t *old = tree->slots;
	uint32_t *slots = raw_map_private(((size_t)mask + 1) * sizeof(*slots));

	if (!slots)
		return;
	for (i = 0; i < old_count; i++) {
		const struct arena_node *node;
		uint32_t at;

		if (!old[i])
			continue;
		node = cct_at(old[i]);
		at = cct_hash(node->parent, node->fn, node->site) & mask;
		while (slots[at])
			at = (at + 1) & mask;
		slots[at] = old[i];
	}
	tree->slots = slots;
	tree->mask = mask;
	/* A hook that was interrupted may be about to look there: then it
	 * stays as it is. */
	if (old != tree->first_slots && !tree->lent &&
	    !(rt_self && rt_self->nest))
		raw_unmap(old, (size_t)old_count * sizeof(*old));
	tree->lent = false;
}

static bool new_chunk(struct cct *tree)
{
	struct arena_chunk *chunk =
		arena_claim(ARENA_CHUNK_NODES, tree->next_size,
			    tree->record->serial, ARENA_LOSS_NODE);
	size_t room;

	if (!chunk)
		return false;
	/* For the rate of the clock, should the process be killed. */
	arena_head()->sync[1] = clock_sync();
	/* Hooks look at the node behind any: one stays free. */
	room = (chunk->size - sizeof(*chunk)) / sizeof(struct arena_node) - 1;
	tree->chunk = chunk;
	tree->next = (struct arena_node *)(chunk + 1);
	tree->end = tree->next + room;
	if (tree->next_size < MAX_CHUNK)
		tree->next_size *= 2;
	return true;
}

static struct arena_node *take(struct cct *tree)
{
	if (RT_UNLIKELY(tree->next == tree->end) && !new_chunk(tree))
		return NULL;
	return tree->next++;
}

/* The reader looks at the first `used` bytes: the node must be whole first. */
static void publish(struct cct *tree)
{
	__atomic_store_n(&tree->chunk->used,
			 (uint64_t)((char *)tree->next - (char *)tree->chunk),
			 __ATOMIC_RELEASE);
}

bool cct_plant(struct cct *tree, uint32_t tid)
{
	struct arena_chunk *chunk = arena_claim(ARENA_CHUNK_THREAD, ARENA_PAGE,
						0, ARENA_LOSS_THREAD);
	struct arena_thread *record;
	size_t room = ARENA_PAGE - sizeof(*chunk) - sizeof(*record);

	if (!chunk)
		return false;
	record = (struct arena_thread *)(chunk + 1);
	record->serial = 1 + atomic_fetch_add(&arena->thread_serials, 1);
	record->tid = tid;
	record->state = ARENA_THREAD_LIVE;
	chunk->owner = record->serial;
	tree->record = record;
	tree->chunk = chunk;
	tree->next = (struct arena_node *)(record + 1);
	tree->end = tree->next + room / sizeof(struct arena_node) - 1;
	tree->next_size = 2 * ARENA_PAGE;
	memset(tree->first_slots, 0, sizeof(tree->first_slots));
	if (!tree->lent)
		tree->slots = tree->first_slots;
	tree->mask = CCT_FIRST_SLOTS - 1;
	tree->count = 0;
	tree->root = take(tree);
	record->root = tree->root->target = arena_position(tree->root);
	publish(tree);
	return true;
}

/* The nearest context on the path up from NODE, itself included, in which FN
 * was called by CALLER; NULL: there is none. */
static struct arena_node *find_pair(const struct cct *tree,
				    struct arena_node *node, uint64_t caller,
				    uint64_t fn)
{
	while (node != tree->root) {
		struct arena_node *up = cct_at(node->parent);

		if (node->fn == fn && up->fn == caller)
			return node;
		node = up;
	}
	return NULL;
}

/* The context on PARENT's path that a call of FN enters again, or NULL. The
 * pairs of caller and callee below it leave the path by that, so each of them
 * must be on the path above it, too: then what is on the path, and so what is
 * recursion, is the same as if nothing were folded. The walks are short, for
 * paths are, because of this very rule. */
static struct arena_node *repeated(const struct cct *tree,
				   struct arena_node *parent, uint64_t fn)
{
	struct arena_node *target = find_pair(tree, parent, parent->fn, fn);
	struct arena_node *n;

	if (!target)
		return NULL;
	for (n = parent; n != target; n = cct_at(n->parent))
		if (!find_pair(tree, target, cct_at(n->parent)->fn, n->fn))
			return NULL;
	return target;
}

/* How many contexts are on the path from the root, itself not counted, to
 * NODE. */
static uint32_t depth_of(const struct cct *tree, const struct arena_node *node)
{
	uint32_t depth = 0;

	for (; node != tree->root; node = cct_at(node->parent))
		depth++;
	return depth;
}

/* Where a call of FN from PARENT leads to, if not to a context of its own:
 * *MARK becomes what the node's `last` says then. */
static struct arena_node *elsewhere(const struct cct *tree,
				    struct arena_node *parent, uint64_t fn,
				    uint32_t *mark)
{
	struct arena_node *earlier;

	if (!(fn & ARENA_REGION_BIT) && modules_hide(fn)) {
		*mark = ARENA_LEFT_OUT(ARENA_BY_FUNCTION);
		return parent;
	}
	earlier = repeated(tree, parent, fn);
	if (earlier || filter_depth() == UINT32_MAX ||
	    depth_of(tree, parent) < filter_depth())
		return earlier;
	*mark = ARENA_LEFT_OUT(ARENA_BY_DEPTH);
	return parent;
}

static struct arena_node *add(struct cct *tree, struct arena_node *parent,
			      uint64_t fn, uint64_t site, uint32_t slot,
			      bool fold)
{
	struct arena_node *node, *target;
	uint32_t mark = 0;

	/* One slot stays free, or a search would not end. */
	if (tree->count == tree->mask) {
		arena_lose(ARENA_LOSS_NODE);
		return NULL;
	}
	if (!(fn & ARENA_REGION_BIT))
		modules_note(fn & ARENA_ADDRESS_MASK);
	modules_note(site & ARENA_ADDRESS_MASK);
	target = fold ? elsewhere(tree, parent, fn, &mark) : NULL;
	node = take(tree);
	if (!node)
		return NULL;
	node->fn = fn;
	node->site = site;
	node->parent = arena_position(parent);
	node->last = mark;
	node->target = arena_position(target ? target : node);
	publish(tree);
	tree->slots[slot] = parent->last = arena_position(node);
	if (++tree->count > tree->mask / 2)
		widen(tree);
	return node;
}

/* As cct_find; *SLOT is where the child is to be, then. In line, as the
 * handler's stack is short. */
static inline __attribute__((always_inline)) struct arena_node *find(
	const struct cct *tree, struct arena_node *parent, uint64_t fn,
	uint64_t site, uint32_t *slot)
{
	uint32_t position = arena_position(parent), mask = cct_mask(tree);
	uint32_t *slots = cct_slots(tree);
	uint32_t tries = mask;

	*slot = cct_hash(position, fn, site) & mask;
	for (; slots[*slot] && tries--; *slot = (*slot + 1) & mask) {
		uint32_t found = slots[*slot];
		struct arena_node *node = cct_at(found);

		if (node->fn != fn || node->site != site ||
		    node->parent != position)
			continue;
		parent->last = found;
		return node;
	}
	return NULL;
}

struct arena_node *cct_find(const struct cct *tree, struct arena_node *parent,
			    uint64_t fn, uint64_t site)
{
	uint32_t slot;

	return find(tree, parent, fn, site, &slot);
}

struct arena_node *cct_child(struct cct *tree, struct arena_node *parent,
			     uint64_t fn, uint64_t site, bool fold)
{
	uint32_t slot;
	struct arena_node *node = find(tree, parent, fn, site, &slot);

	return node ? node : add(tree, parent, fn, site, slot, fold);
}

/* It has fn 0 and site 0, which no call has. */
struct arena_node *cct_brief(struct cct *tree, struct arena_node *parent)
{
	uint32_t last = parent->last;
	struct arena_node *node = cct_child(tree, parent, 0, 0, false);

	/* Hooks look there, and none calls it. */
	parent->last = last;
	if (node && node->target != node->parent) {
		node->last = ARENA_LEFT_OUT(ARENA_BY_DURATION);
		node->target = node->parent;
	}
	return node;
}

void cct_drop(struct cct *tree)
{
	if (tree->slots && tree->slots != tree->first_slots && !tree->lent)
		raw_unmap(tree->slots,
			  ((size_t)tree->mask + 1) * sizeof(*tree->slots));
	memset(tree, 0, sizeof(*tree));
}
