#include "lib/runtime/signal/durations.h"

#include "lib/runtime/signal/arena.h"
#include "lib/runtime/signal/raw.h"

#include <string.h>

enum {
	FIRST_SLOTS = 512, /* a page */
	FIRST_CHUNK = 2 * ARENA_PAGE,
	MAX_CHUNK = 256 * 1024
};

static size_t table_size(uint64_t mask)
{
	return (size_t)(mask + 1) * sizeof(struct arena_duration *);
}

static void put(struct arena_duration **slots, uint64_t mask,
		struct arena_duration *r)
{
	uint64_t at = durations_place(r->fn) & mask;

	while (slots[at])
		at = (at + 1) & mask;
	slots[at] = r;
}

/* A table of twice the size, or the first. A handler that jumps out of here
 * leaves either table, whole, or the new one with the old mask: then some
 * functions get a second record, and the reader adds up. */
static bool widen(struct durations *d)
{
	struct arena_duration **old = d->slots;
	uint64_t mask = old ? 2 * d->mask + 1 : FIRST_SLOTS - 1, i;
	struct arena_duration **slots = raw_map_private(table_size(mask));

	if (!slots)
		return false;
	for (i = 0; old && i <= d->mask; i++)
		if (old[i])
			put(slots, mask, old[i]);
	d->slots = slots;
	atomic_signal_fence(memory_order_seq_cst);
	if (old)
		raw_unmap(old, table_size(d->mask));
	d->mask = mask;
	return true;
}

static bool new_chunk(struct durations *d)
{
	uint64_t size = d->next_size ? d->next_size : FIRST_CHUNK;
	struct arena_chunk *chunk = arena_claim(ARENA_CHUNK_DURATIONS, size, 0,
						ARENA_LOSS_DURATION);

	if (!chunk)
		return false;
	d->chunk = chunk;
	d->next = (struct arena_duration *)(chunk + 1);
	d->end = d->next + (size - sizeof(*chunk)) / sizeof(*d->next);
	d->next_size = size < MAX_CHUNK ? 2 * size : size;
	return true;
}

static struct arena_duration *add(struct durations *d, uint64_t fn)
{
	struct arena_duration *r;

	if ((!d->slots || d->count > d->mask / 2) && !widen(d) &&
	    (!d->slots || d->count == d->mask)) {
		arena_lose(ARENA_LOSS_DURATION);
		return NULL;
	}
	if (d->next == d->end && !new_chunk(d))
		return NULL;
	r = d->next++;
	r->fn = fn;
	r->min = UINT64_MAX;
	__atomic_store_n(&d->chunk->used,
			 (uint64_t)((char *)d->next - (char *)d->chunk),
			 __ATOMIC_RELEASE);
	put(d->slots, d->mask, r);
	d->count++;
	return r;
}

static struct arena_duration *look_up(const struct durations *d, uint64_t fn)
{
	uint64_t at = durations_place(fn) & d->mask;

	for (; d->slots && d->slots[at]; at = (at + 1) & d->mask)
		if (d->slots[at]->fn == fn)
			return d->slots[at];
	return NULL;
}

struct arena_duration *durations_find(struct durations *d, uint64_t fn)
{
	struct arena_duration *r = look_up(d, fn);

	return r ? r : add(d, fn);
}

void durations_end_oddly(struct durations *d, const struct durations_event *e)
{
	struct arena_duration *r =
		e->call->begin ? look_up(d, e->node->fn) : NULL;

	if (e->call->begin == DURATIONS_LEFT_OUT)
		return;
	if (r)
		durations_note(d, r, e);
	else
		arena_lose(ARENA_LOSS_DURATION);
}

static void fill(struct arena_call *to, const struct durations_event *e,
		 uint64_t ticks)
{
	/* A reader of the running process must not see half of it. */
	__atomic_store_n(&to->ticks, 0, __ATOMIC_RELEASE);
	to->begin = e->call->begin;
	to->node = arena_position(e->node);
	__atomic_store_n(&to->ticks, ticks, __ATOMIC_RELEASE);
}

static struct arena_call *shortest(struct arena_duration *r)
{
	struct arena_call *found = r->slow, *call;

	for (call = r->slow; call < r->slow + ARENA_SLOW_CALLS; call++)
		if (call->ticks < found->ticks)
			found = call;
	return found;
}

static void put_slow(struct arena_duration *r, const struct durations_event *e,
		     uint64_t ticks)
{
	struct arena_call *call;

	/* Those that began no earlier, and have ended, were made inside this
	 * one: a slow recursion is one call, not all of the slowest. */
	for (call = r->slow; call < r->slow + ARENA_SLOW_CALLS; call++)
		if (call->begin >= e->call->begin)
			__atomic_store_n(&call->ticks, 0, __ATOMIC_RELEASE);
	fill(shortest(r), e, ticks);
	/* It never goes down, though there be room again: else each call of a
	 * deep recursion would come here. */
	if (shortest(r)->ticks > r->least)
		r->least = shortest(r)->ticks;
}

/* Rare, as it is: so it may take care of handlers that do the same meanwhile.
 */
__attribute__((noinline)) void durations_note_extreme(
	struct durations *d, struct arena_duration *r,
	const struct durations_event *e, uint64_t ticks)
{
	uint64_t min = r->min, max = r->max;

	while (ticks < min &&
	       !__atomic_compare_exchange_n(&r->min, &min, ticks, false,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	while (ticks > max &&
	       !__atomic_compare_exchange_n(&r->max, &max, ticks, false,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
	if (ticks <= r->least || d->sorting)
		return;
	d->sorting = true;
	atomic_signal_fence(memory_order_seq_cst);
	put_slow(r, e, ticks);
	atomic_signal_fence(memory_order_seq_cst);
	d->sorting = false;
}

/* Places in a chunk of open calls: a page. */
#define OPEN_ROOM                                                              \
	((ARENA_PAGE - sizeof(struct arena_chunk)) / sizeof(struct arena_call))

static uint64_t open_count(const struct durations *d)
{
	if (!d->open)
		return 0;
	return (d->open->used - sizeof(*d->open)) / sizeof(struct arena_call);
}

static void set_open_count(struct durations *d, uint64_t count)
{
	__atomic_store_n(&d->open->used,
			 sizeof(*d->open) + count * sizeof(struct arena_call),
			 __ATOMIC_RELEASE);
}

void durations_leave_open(struct durations *d, const struct durations_event *e)
{
	uint64_t count = open_count(d);

	if (e->call->begin <= DURATIONS_LEFT_OUT || !e->node->parent)
		return;
	if (!d->open)
		d->open = arena_claim(ARENA_CHUNK_OPEN, ARENA_PAGE, 0,
				      ARENA_LOSS_DURATION);
	if (!d->open)
		return;
	if (count == OPEN_ROOM) {
		arena_lose(ARENA_LOSS_DURATION);
		return;
	}
	fill((struct arena_call *)(d->open + 1) + count, e, durations_ticks(e));
	set_open_count(d, count + 1);
}

void durations_keep_open(struct durations *d)
{
	d->open_from = open_count(d);
}

void durations_forget_open(struct durations *d)
{
	if (d->open && d->open_from < open_count(d))
		set_open_count(d, d->open_from);
}

void durations_drop(struct durations *d)
{
	if (d->slots)
		raw_unmap(d->slots, table_size(d->mask));
	memset(d, 0, sizeof(*d));
}
