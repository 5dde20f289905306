/* idmap.h - a hash table from keys, kept elsewhere, to 32-bit numbers.
 *
 * Holds only (hash, number) pairs; the caller keeps the keys in an array of its
 * own, indexed by the number, and compares them:
 *
 *	IDMAP_EACH(&map, hash, id)
 *		if (things[id].key == key)
 *			return id;
 *	idmap_add(&map, hash, new_id);
 *
 * A zeroed struct is an empty map. Allocates: not for signal context.
 */
#ifndef PROF_BASE_IDMAP_H
#define PROF_BASE_IDMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IDMAP_NONE UINT32_MAX

struct idmap_slot {
	uint32_t hash;
	uint32_t id; /* IDMAP_NONE: the slot is free */
};

struct idmap {
	struct idmap_slot *slots;
	size_t mask; /* number of slots - 1; meaningless without slots */
	size_t count;
};

/* Add ID (not IDMAP_NONE) under HASH, equal hashes or not. False when out of
 * memory; the map is then unchanged. */
bool idmap_add(struct idmap *map, uint64_t hash, uint32_t id);

/* Free what MAP holds; it is an empty map afterwards. */
void idmap_free(struct idmap *map);

/* Next number stored under HASH at or after slot *AT, or IDMAP_NONE. */
static inline uint32_t idmap_next(const struct idmap *map, uint64_t hash,
				  size_t *at)
{
	const struct idmap_slot *slot;

	if (!map->slots)
		return IDMAP_NONE;
	for (;;) {
		slot = &map->slots[*at & map->mask];
		++*at;
		if (slot->id == IDMAP_NONE || slot->hash == (uint32_t)hash)
			return slot->id;
	}
}

/* For each number ID stored under HASH. */
#define IDMAP_EACH(map, hash, id)                                              \
	for (size_t idmap_at = (uint32_t)(hash), idmap_once = 1; idmap_once;   \
	     idmap_once = 0)                                                   \
		for (uint32_t id; (id = idmap_next((map), (hash),              \
						   &idmap_at)) != IDMAP_NONE;)

#endif
