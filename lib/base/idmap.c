#include "lib/base/idmap.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 64

static void put(struct idmap *map, uint32_t hash, uint32_t id)
{
	size_t at = hash & map->mask;

	while (map->slots[at].id != IDMAP_NONE)
		at = (at + 1) & map->mask;
	map->slots[at] = (struct idmap_slot){ hash, id };
}

static bool grow(struct idmap *map)
{
	size_t old_size = map->slots ? map->mask + 1 : 0;
	size_t size = old_size ? old_size * 2 : FIRST_SLOTS;
	struct idmap_slot *old = map->slots;
	struct idmap_slot *slots = calloc(size, sizeof(*slots));

	if (!slots)
		return false;
	memset(slots, 0xff, size * sizeof(*slots));
	map->slots = slots;
	map->mask = size - 1;
	for (size_t i = 0; i < old_size; i++)
		if (old[i].id != IDMAP_NONE)
			put(map, old[i].hash, old[i].id);
	free(old);
	return true;
}

bool idmap_add(struct idmap *map, uint64_t hash, uint32_t id)
{
	/* At most two thirds full, so that idmap_next always ends. */
	if (!map->slots || map->count * 3 >= map->mask * 2)
		if (!grow(map))
			return false;
	put(map, (uint32_t)hash, id);
	map->count++;
	return true;
}

void idmap_free(struct idmap *map)
{
	free(map->slots);
	*map = (struct idmap){ 0 };
}
