#include "lib/runtime/signal/thread.h"

#include "lib/runtime/signal/clock.h"
#include "lib/runtime/signal/raw.h"
#include "lib/runtime/signal/unwind.h"

#include <string.h>

enum {
	BLOCK_SLOTS = 510,
	SHADOW_FRAMES = 64 * 1024,
	SHADOW_BYTES = SHADOW_FRAMES * sizeof(struct rt_frame),
	SHADOW_ROOM = 32 * SHADOW_BYTES
};

struct rt_frame rt_hidden[2];
__thread struct rt_local rt_local = { NULL, RT_HIDDEN_TOP };
struct rt_thread rt_busy_nobody = { .guard = RT_GUARD_BUSY };
struct rt_thread rt_retired_nobody = { .guard = RT_GUARD_RETIRED };

/* States are never given back to the system, so that whoever walks the
 * registry never meets a hole; a finished thread's is taken by the next. */
struct block {
	_Atomic(struct block *) next;
	_Atomic(struct rt_thread *) slot[BLOCK_SLOTS];
};

static struct block *registry;

/* The state, and the unwinder's scratch. */
static size_t state_size(void)
{
	size_t size = ((sizeof(struct rt_thread) + 63) & ~(size_t)63) +
		      unwind_scratch_size();

	return (size + rt.config.page_size - 1) / rt.config.page_size *
	       rt.config.page_size;
}

static size_t mapped_size(void)
{
	return state_size() + sizeof(struct rt_start);
}

struct rt_start *thread_start(struct rt_thread *t)
{
	return (struct rt_start *)((char *)t + state_size());
}

bool thread_prepare(void)
{
	registry = raw_map_wiped(sizeof(struct block));
	return registry != NULL;
}

static struct rt_thread *make(void)
{
	struct rt_thread *t = raw_map_private(mapped_size());

	if (!t)
		return NULL;
	raw_keep_in_child(t, state_size(), false);
	atomic_store(&t->in_use, 1);
	return t;
}

static void lay_out(struct rt_thread *t)
{
	t->scratch = (char *)t + ((sizeof(*t) + 63) & ~(size_t)63);
	t->timer = -1;
}

static bool try_take(_Atomic(struct rt_thread *) *slot, struct rt_thread **out)
{
	struct rt_thread *t = atomic_load(slot), *none = NULL;
	unsigned idle = 0;

	if (t) {
		if (!atomic_compare_exchange_strong(&t->in_use, &idle, 1))
			return false;
		*out = t;
		return true;
	}
	t = make();
	if (!t) {
		*out = NULL;
		return true;
	}
	if (atomic_compare_exchange_strong(slot, &none, t)) {
		*out = t;
		return true;
	}
	raw_unmap(t, mapped_size()); /* rare: another thread took the slot */
	return false;
}

struct rt_thread *thread_reserve(void)
{
	struct block *b = registry;

	while (b) {
		struct block *next, *none = NULL;
		int i;

		for (i = 0; i < BLOCK_SLOTS; i++) {
			struct rt_thread *t;

			if (!try_take(&b->slot[i], &t))
				continue;
			if (t)
				lay_out(t);
			return t;
		}
		next = atomic_load(&b->next);
		if (!next) {
			next = raw_map_wiped(sizeof(*next));
			if (next && !atomic_compare_exchange_strong(
					    &b->next, &none, next)) {
				raw_unmap(next, sizeof(*next));
				next = none;
			}
		}
		b = next;
	}
	return NULL;
}

void thread_release(struct rt_thread *t)
{
	struct rt_frame *shadow = t->shadow;
	struct rt_call *timing = t->timing;
	size_t room = t->shadow_room;
	size_t from = offsetof(struct rt_thread, tid);

	cct_drop(&t->tree);
	t->guard = RT_GUARD_NONE;
	t->nest = 0;
	t->deeper = t->slow = false;
	t->top = t->bottom = t->limit = t->shadow = NULL;
	t->timing = NULL;
	t->shadow_size = t->shadow_room = 0;
	thread_show_top(t);
	if (shadow)
		raw_unmap(shadow, room);
	if (timing)
		raw_unmap(timing, thread_timing_size(room));
	memset((char *)t + from, 0, sizeof(*t) - from);
	atomic_store(&t->in_use, 0);
}

void thread_bind(struct rt_thread *t)
{
	t->tid = raw_tid();
	t->random = (uint32_t)(clock_tsc() ^ (uintptr_t)t) * 2654435761u | 1;
	t->guard = thread_guard();
	rt_self = t;
}

struct rt_thread *thread_adopt(void)
{
	struct rt_thread *t = thread_self();

	if (t && atomic_load_explicit(&t->in_use, memory_order_relaxed))
		return t;
	t = thread_reserve();
	if (t)
		thread_bind(t);
	return t;
}

/* That memory is mapped, and zero, in the child as well. */
struct rt_thread *thread_revive(struct rt_thread *t)
{
	struct rt_thread *none = NULL;

	if (!atomic_compare_exchange_strong(&registry->slot[0], &none, t))
		return NULL;
	atomic_store(&t->in_use, 1);
	lay_out(t);
	thread_bind(t);
	return t;
}

void thread_mend(struct rt_thread *t, char *base, struct rt_frame *from,
		 size_t count)
{
	while (count-- > 0)
		(from--)->node = (struct arena_node *)base + 1;
	t->base = base;
	/* The hook may know the parent's mask: no table is as large as the
	 * contexts in it. */
	t->tree.slots = (uint32_t *)(void *)(base + ARENA_PAGE);
	t->tree.lent = true;
}

/* SIZE bytes at the start of ROOM. */
static void *map_room(size_t size, size_t room)
{
	char *p;

	if (room == size)
		return raw_map_wiped(size);
	p = raw_map(NULL, room, PROT_NONE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (!p)
		return NULL;
	raw_keep_in_child(p, room, false);
	if (!syscall(SYS_mprotect, p, size, PROT_READ | PROT_WRITE))
		return p;
	raw_unmap(p, room);
	return NULL;
}

/* Address space is not asked for where it is rationed, nor where no hook comes.
 */
static bool make_shadow(struct rt_thread *t)
{
	bool hooked = rt.config.mode != ARENA_MODE_SAMPLE;

	if (!t->shadow) {
		t->shadow_size = SHADOW_BYTES;
		t->shadow_room = hooked && !rt.config.rationed ? SHADOW_ROOM
							       : SHADOW_BYTES;
		t->shadow = map_room(t->shadow_size, t->shadow_room);
		if (!t->shadow)
			return false;
	}
	if (rt.config.timed && !t->timing)
		t->timing = map_room(thread_timing_size(t->shadow_size),
				     thread_timing_size(t->shadow_room));
	return !rt.config.timed || t->timing;
}

/* The shadow stack begins with the root's element, never popped; the zeros
 * below it make an exit without an enter fail the hook's first test. */
bool thread_plant(struct rt_thread *t)
{
	if (!make_shadow(t) || !cct_plant(&t->tree, t->tid))
		return false;
	durations_keep_open(&t->durations);
	unwind_forget(t);
	t->tree.record->start_routine = t->start_routine;
	t->tree.record->unsampled_ns = t->unsampled_ns;
	t->last = clock_ticks();
	t->tree.record->start_ticks = t->last;
	t->base = arena->base;
	thread_bound_shadow(t);
	t->bottom->sp = UINTPTR_MAX;
	t->bottom->node = t->tree.root;
	t->top = t->bottom;
	/* Last: a hook that finds a frame finds all the rest. */
	thread_show_top(t);
	return true;
}

struct rt_thread *thread_ready(void)
{
	struct rt_thread *t = thread_self();

	if (t && thread_is_planted(t))
		return t;
	if (thread_guard())
		return NULL;
	thread_hold();
	t = arena_ready() ? thread_adopt() : NULL;
	if (t && !thread_plant(t))
		t = NULL;
	thread_go();
	return t;
}

void thread_each(void (*visit)(struct rt_thread *t, void *context),
		 void *context)
{
	struct block *b;
	int i;

	for (b = registry; b; b = atomic_load(&b->next)) {
		for (i = 0; i < BLOCK_SLOTS; i++) {
			struct rt_thread *t = atomic_load(&b->slot[i]);

			if (t && atomic_load(&t->in_use))
				visit(t, context);
		}
	}
}

void thread_keep_states(bool kept)
{
	for (struct block *b = registry; b; b = atomic_load(&b->next)) {
		raw_keep_in_child(b, sizeof(*b), kept);
		for (int i = 0; i < BLOCK_SLOTS; i++) {
			struct rt_thread *t = atomic_load(&b->slot[i]);

			if (t)
				raw_keep_in_child(t, state_size(), kept);
		}
	}
}

void thread_keep_shadow(const struct rt_thread *t, bool kept)
{
	if (t->shadow)
		raw_keep_in_child(t->shadow, t->shadow_room, kept);
	if (t->timing)
		raw_keep_in_child(t->timing, thread_timing_size(t->shadow_room),
				  kept);
}

void thread_wipe_states(void)
{
	struct block *next;

	for (struct block *b = registry; b; b = next) {
		next = atomic_load(&b->next);
		for (int i = 0; i < BLOCK_SLOTS; i++) {
			struct rt_thread *t = atomic_load(&b->slot[i]);

			if (t)
				raw_wipe(t, state_size());
		}
		raw_wipe(b, sizeof(*b));
	}
}
