#include "lib/runtime/control/relay.h"

#include "lib/runtime/signal/raw.h"

enum { SLOTS = 64, TRIES = 16 };

enum { SLOT_FREE, SLOT_BUSY, SLOT_FULL };

struct baton {
	atomic_uint state;
	uint64_t routine;
	uint64_t left_ns;	     /* CPU time until the next sample is due */
	uint64_t owed_ns;	     /* CPU time since the last one */
	struct arena_thread *record; /* which has owed_ns as unsampled */
};

/* In memory that fork wipes, as the records are. */
static struct baton *batons;

void relay_prepare(void)
{
	batons = raw_map_wiped(SLOTS * sizeof(*batons));
}

static bool claim(struct baton *b, unsigned state)
{
	return atomic_compare_exchange_strong(&b->state, &state, SLOT_BUSY);
}

/* Slots are tried from one that the routine chooses. */
static struct baton *slot(uint64_t routine, unsigned try)
{
	unsigned first = (unsigned)((routine * 0x9e3779b97f4a7c15u) >> 58);

	return &batons[(first + try) % SLOTS];
}

static bool relays(const struct rt_thread *t)
{
	return batons && t->start_routine &&
	       rt.config.engine != ARENA_ENGINE_NONE &&
	       rt.config.clock == ARENA_CLOCK_CPU;
}

void relay_take(struct rt_thread *t)
{
	unsigned try;

	for (try = 0; relays(t) && try < TRIES; try++) {
		struct baton *b = slot(t->start_routine, try);
		bool mine;

		if (atomic_load(&b->state) != SLOT_FULL || !claim(b, SLOT_FULL))
			continue;
		mine = b->routine == t->start_routine;
		if (mine) {
			t->left_ns = b->left_ns;
			t->owed_ns = b->owed_ns;
			t->owed_record = b->record;
		}
		atomic_store(&b->state, mine ? SLOT_FREE : SLOT_FULL);
		if (mine)
			return;
	}
}

/* What T took over and did not live to have sampled goes on as its own. */
static uint64_t take_over(struct rt_thread *t)
{
	struct arena_thread *record = t->tree.record;
	uint64_t owed = t->owed_ns;

	if (!owed || t->owed_record == record)
		return owed;
	__atomic_fetch_sub(&t->owed_record->unsampled_ns, owed,
			   __ATOMIC_RELAXED);
	__atomic_fetch_add(&record->unsampled_ns, owed, __ATOMIC_RELAXED);
	return owed;
}

void relay_give(struct rt_thread *t, uint64_t weight)
{
	unsigned try;

	if (!relays(t) || !t->tree.record)
		return;
	for (try = 0; try < TRIES; try++) {
		struct baton *b = slot(t->start_routine, try);

		if (atomic_load(&b->state) != SLOT_FREE || !claim(b, SLOT_FREE))
			continue;
		b->routine = t->start_routine;
		b->left_ns = t->due_ns > t->last_clock_ns
				     ? t->due_ns - t->last_clock_ns
				     : 1;
		b->owed_ns = weight + take_over(t);
		b->record = t->tree.record;
		atomic_store(&b->state, SLOT_FULL);
		return;
	}
}

void relay_forget(void)
{
	unsigned i;

	for (i = 0; batons && i < SLOTS; i++)
		if (claim(&batons[i], SLOT_FULL))
			atomic_store(&batons[i].state, SLOT_FREE);
}
