#include "lib/analysis/symbol_range.h"

#include "lib/base/array.h"
#include "lib/base/bisect.h"

#include <stdlib.h>

bool symbol_ranges_add(struct symbol_ranges *ranges, struct symbol_range range)
{
	struct symbol_range *grown;

	if (range.low >= range.high)
		return true;
	grown = array_grow(ranges->items, &ranges->capacity, ranges->count + 1,
			   sizeof(*grown));
	if (!grown)
		return false;
	ranges->items = grown;
	ranges->items[ranges->count++] = range;
	return true;
}

void symbol_ranges_free(struct symbol_ranges *ranges)
{
	free(ranges->items);
	*ranges = (struct symbol_ranges){ 0 };
}

void symbol_segments_free(struct symbol_segments *segments)
{
	free(segments->items);
	*segments = (struct symbol_segments){ 0 };
}

static int compare_low(const void *a, const void *b)
{
	const struct symbol_range *x = a, *y = b;

	if (x->low != y->low)
		return x->low < y->low ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

/* A heap of the ranges that began before the present address, the one that
 * wins on top. Those that have ended are taken off when they come to the top.
 */
struct heap {
	const struct symbol_range **items;
	size_t count;
};

static bool wins(const struct symbol_range *a, const struct symbol_range *b)
{
	if (a->priority != b->priority)
		return a->priority > b->priority;
	return a->id < b->id;
}

static void heap_push(struct heap *h, const struct symbol_range *r)
{
	size_t at = h->count++;

	while (at && wins(r, h->items[(at - 1) / 2])) {
		h->items[at] = h->items[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	h->items[at] = r;
}

static void heap_pop(struct heap *h)
{
	const struct symbol_range *last = h->items[--h->count];
	size_t at = 0, child;

	while ((child = 2 * at + 1) < h->count) {
		if (child + 1 < h->count &&
		    wins(h->items[child + 1], h->items[child]))
			child++;
		if (!wins(h->items[child], last))
			break;
		h->items[at] = h->items[child];
		at = child;
	}
	h->items[at] = last;
}

static void emit(struct symbol_segments *s, uint64_t start, uint32_t id)
{
	if (s->count && s->items[s->count - 1].id == id)
		return;
	if (s->count && s->items[s->count - 1].start == start)
		s->items[s->count - 1].id = id;
	else
		s->items[s->count++] = (struct symbol_segment){ start, id };
}

/* Go from address to address where the winner may change. */
static void sweep(struct symbol_segments *s, const struct symbol_ranges *ranges,
		  struct heap *active)
{
	size_t next = 0;
	uint64_t at = 0;

	while (next < ranges->count || active->count) {
		if (!active->count)
			at = ranges->items[next].low;
		while (next < ranges->count && ranges->items[next].low <= at)
			heap_push(active, &ranges->items[next++]);
		while (active->count && active->items[0]->high <= at)
			heap_pop(active);
		if (!active->count) {
			emit(s, at, SYMBOL_NONE);
			continue;
		}
		emit(s, at, active->items[0]->id);
		at = active->items[0]->high;
		if (next < ranges->count && ranges->items[next].low < at)
			at = ranges->items[next].low;
	}
}

bool symbol_segments_build(struct symbol_segments *segments,
			   struct symbol_ranges *ranges)
{
	struct heap active = { NULL, 0 };
	struct symbol_segment *shrunk;

	*segments = (struct symbol_segments){ 0 };
	if (!ranges->count)
		return true;
	qsort(ranges->items, ranges->count, sizeof(*ranges->items),
	      compare_low);
	/* Each range begins and ends once, so twice as many are enough. */
	segments->items =
		calloc(2 * ranges->count + 1, sizeof(*segments->items));
	active.items = calloc(ranges->count, sizeof(*active.items));
	if (!segments->items || !active.items) {
		free(active.items);
		symbol_segments_free(segments);
		return false;
	}
	sweep(segments, ranges, &active);
	free(active.items);
	shrunk =
		reallocarray(segments->items, segments->count, sizeof(*shrunk));
	if (shrunk)
		segments->items = shrunk;
	return true;
}

uint32_t symbol_segments_find(const struct symbol_segments *segments,
			      uint64_t address, uint64_t *start)
{
	size_t i =
		bisect_up_to(segments->items, segments->count, start, address);

	if (!i)
		return SYMBOL_NONE;
	if (start)
		*start = segments->items[i - 1].start;
	return segments->items[i - 1].id;
}
