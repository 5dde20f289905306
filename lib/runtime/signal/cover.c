/* cover.c - the counter of blocks, on the shortest way.
 *
 * A full table is followed by one of twice its size, and stays in the file
 * with what it has counted: nothing is moved, so that a process may be killed
 * at any moment and a signal handler may count in the middle of counting. */
#include "lib/runtime/signal/cover.h"

#include "lib/runtime/signal/hooks.h"
#include "lib/runtime/signal/modules.h"
#include "lib/runtime/signal/thread.h"

#include <errno.h>
#include <string.h>

enum {
	FIRST_SLOTS = 1024,
	MAX_SLOTS = 1 << 24,
	SLOT = sizeof(struct arena_block),
	STUBS = 64,
	STUB_BYTES = 16
};

/* Where the stubs begin: a module has one. In further modules than these their
 * time is the function's that calls them. */
static _Atomic uintptr_t stubs[STUBS];

/* Byte of the table at which to look for PC first. A call is longer than four
 * bytes, so that no two blocks of a stretch of code begin at one place. */
static inline uint64_t first_place(uint64_t pc, uint64_t mask)
{
	return pc * (SLOT / 4) & mask;
}

static inline struct arena_block *slot_at(struct arena_block *slots,
					  uint64_t place)
{
	return (struct arena_block *)((char *)slots + place);
}

/* One instruction where there is one: a handler that counts the same block in
 * between must not be lost. */
static inline void increment(uint64_t *count)
{
#ifdef __x86_64__
	__asm__("addq $1, %0" : "+m"(*count) : : "cc");
#else
	__atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
#endif
}

bool cover_is_stub(uintptr_t pc)
{
	for (int i = 0; i < STUBS; i++) {
		uintptr_t start =
			atomic_load_explicit(&stubs[i], memory_order_relaxed);

		if (!start)
			return false;
		if (pc - start < STUB_BYTES)
			return true;
	}
	return false;
}

/* A block calls us by a stub where its call, which ends at PC, is a direct one
 * (e8) and does not lead here. */
static void note_stub(uintptr_t pc)
{
#ifdef __x86_64__
	const unsigned char *call = (const unsigned char *)pc - 5;
	uintptr_t target, none;
	int32_t distance;

	if (*call != 0xe8)
		return;
	memcpy(&distance, call + 1, sizeof(distance));
	target = pc + (uintptr_t)(intptr_t)distance;
	if (target == (uintptr_t)__sanitizer_cov_trace_pc)
		return;
	for (int i = 0; i < STUBS && !cover_is_stub(target); i++) {
		none = 0;
		atomic_compare_exchange_strong(&stubs[i], &none, target);
	}
#else
	(void)pc;
#endif
}

static bool new_table(struct rt_thread *t)
{
	struct cover_table *table = &t->cover;
	uint64_t slots =
		table->slots ? 2 * (table->mask / SLOT + 1) : FIRST_SLOTS;
	struct arena_chunk *chunk;
	uint64_t size;

	if (slots > MAX_SLOTS)
		slots = MAX_SLOTS;
	size = sizeof(*chunk) + slots * sizeof(struct arena_block);
	chunk = arena_claim(ARENA_CHUNK_BLOCKS, size, t->tree.record->serial,
			    ARENA_LOSS_BLOCK);
	if (!chunk)
		return false;
	__atomic_store_n(&chunk->used, size, __ATOMIC_RELEASE);
	/* A handler that comes in between finds a smaller mask: a place in
	 * either table. */
	if (table->mask / SLOT >= slots)
		table->mask = (slots - 1) * SLOT;
	atomic_signal_fence(memory_order_seq_cst);
	table->slots = (struct arena_block *)(chunk + 1);
	table->used = 0;
	atomic_signal_fence(memory_order_seq_cst);
	table->mask = (slots - 1) * SLOT;
	return true;
}

/* The slot of KEY; with TAKE, made where there is none. A handler may take a
 * free one before us: then the search goes on. NULL: there is none. The mask is
 * read first: what a handler puts in place is never smaller. */
static struct arena_block *find_slot(struct cover_table *table, uint64_t key,
				     bool take)
{
	uint64_t mask = table->mask, left;
	struct arena_block *slots;
	uint64_t place = first_place(key, mask);

	atomic_signal_fence(memory_order_seq_cst);
	slots = table->slots;
	for (left = slots ? mask / SLOT : 0; left; left--) {
		struct arena_block *slot = slot_at(slots, place);
		uint64_t seen = slot->pc;

		if (!seen && !take)
			return NULL;
		if (!seen && __atomic_compare_exchange_n(
				     &slot->pc, &seen, key, false,
				     __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
			table->used++;
			return slot;
		}
		if (seen == key)
			return slot;
		place = (place + SLOT) & mask;
	}
	return NULL;
}

static void count_key(struct rt_thread *t, uintptr_t pc)
{
	uint64_t key = modules_tag(pc);
	struct cover_table *table = &t->cover;
	struct arena_block *slot = find_slot(table, key, false);

	if (!slot) {
		modules_note(pc);
		note_stub(pc);
		if ((!table->slots || table->used > table->mask / SLOT / 2) &&
		    !new_table(t))
			return;
		slot = find_slot(table, key, true);
	}
	if (slot)
		increment(&slot->count);
	else
		arena_lose(ARENA_LOSS_BLOCK);
}

/* Not in the table yet, or not in its first place, or no table yet. */
static __attribute__((noinline, cold)) void count_cold(uintptr_t pc)
{
	int saved_errno = errno;
	struct rt_thread *t;
	bool slow;

	if (!atomic_load_explicit(&rt.active, memory_order_relaxed))
		return;
	t = thread_ready();
	slow = t && thread_set_slow(t, true);
	if (t && t->tree.record)
		count_key(t, pc);
	else
		arena_lose(ARENA_LOSS_BLOCK);
	if (t)
		(void)thread_set_slow(t, slow);
	errno = saved_errno;
}

HOOKS_TEXT void __sanitizer_cov_trace_pc(void)
{
	uintptr_t pc = (uintptr_t)__builtin_return_address(0);
	struct rt_thread *t = thread_self();
	struct arena_block *slots, *slot;
	uint64_t mask, place;

	if (RT_UNLIKELY(
		    !t || !(mask = t->cover.mask) ||
		    !atomic_load_explicit(&rt.active, memory_order_relaxed) ||
		    atomic_load_explicit(&rt.reused_size,
					 memory_order_relaxed))) {
		count_cold(pc);
		return;
	}
	/* The mask was read first: see find_slot. */
	atomic_signal_fence(memory_order_seq_cst);
	slots = t->cover.slots;
	/* In a child that a handler has forked meanwhile. */
	if (RT_UNLIKELY(!slots)) {
		count_cold(pc);
		return;
	}
	place = first_place(pc, mask);
	slot = slot_at(slots, place);
	if (RT_LIKELY(slot->pc == pc)) {
		increment(&slot->count);
		return;
	}
	while (slot->pc) {
		place = (place + SLOT) & mask;
		slot = slot_at(slots, place);
		if (slot->pc == pc) {
			increment(&slot->count);
			return;
		}
	}
	count_cold(pc);
}
