#include "lib/runtime/control/unseen.h"

#include "lib/runtime/signal/cct.h"
#include "lib/runtime/signal/clock.h"
#include "lib/runtime/signal/raw.h"

#include <string.h>

enum {
	WORTH_NS = 2000000,
	WORTH_SHARE = 200 /* of the process's time: half a per cent */
};

static uint64_t recorded_ns(void)
{
	uint64_t at = ARENA_PAGE, end = arena_head()->used_bytes, sum = 0;
	uint64_t mapped = atomic_load(&arena->mapped);

	if (end > mapped)
		end = mapped;
	while (at < end) {
		const struct arena_chunk *chunk =
			(const struct arena_chunk *)(arena->base + at);

		if (chunk->magic != ARENA_CHUNK_MAGIC || !chunk->size) {
			at += ARENA_PAGE;
			continue;
		}
		if (chunk->kind == ARENA_CHUNK_THREAD)
			sum += ((const struct arena_thread *)(chunk + 1))
				       ->cpu_ns;
		at += chunk->size;
	}
	return sum;
}

void unseen_bill(void)
{
	static struct cct tree;
	uint64_t all = raw_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	uint64_t seen = recorded_ns();

	/* Threads that lived while recording was stopped have no record, and
	 * should have none. */
	if (atomic_load(&rt.interrupted) ||
	    rt.config.engine == ARENA_ENGINE_NONE ||
	    rt.config.clock != ARENA_CLOCK_CPU || seen + WORTH_NS > all ||
	    all - seen < all / WORTH_SHARE)
		return;
	if (!cct_plant(&tree, 0))
		return;
	memcpy(tree.record->name, "(unrecorded)", 12);
	tree.record->state = ARENA_THREAD_DONE;
	tree.record->start_ticks = tree.record->end_ticks = clock_ticks();
	tree.record->cpu_ns = tree.record->unsampled_ns = all - seen;
}
