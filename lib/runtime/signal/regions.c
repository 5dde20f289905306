#include "lib/runtime/signal/regions.h"

#include "lib/runtime/signal/tracer.h"

#include <errno.h>
#include <string.h>

enum { NAME_MAX_BYTES = 200 };

/* FNV-1a, 64 bits (Fowler, Noll, Vo): equal names are one region, wherever
 * their text lies. */
static uint64_t key_of(const char *name, size_t *length)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	size_t i;

	for (i = 0; name[i] && i < NAME_MAX_BYTES; i++)
		h = (h ^ (unsigned char)name[i]) * UINT64_C(0x100000001b3);
	*length = i;
	return h | ARENA_REGION_BIT;
}

/* The name goes into the file when its first context on this thread does. */
static void write_name(struct rt_thread *t, uint64_t key, const char *name,
		       size_t length)
{
	size_t size = sizeof(struct arena_name) + ((length + 15) & ~(size_t)15);
	struct arena_chunk *chunk = t->names;
	struct arena_name *record;

	if (!chunk || chunk->used + size > chunk->size) {
		chunk = arena_claim(ARENA_CHUNK_NAMES, ARENA_PAGE,
				    t->tree.record->serial, ARENA_LOSS_NAME);
		if (!chunk)
			return;
		t->names = chunk;
	}
	record = (struct arena_name *)((char *)chunk + chunk->used);
	record->key = key;
	record->length = (uint32_t)length;
	memcpy(record + 1, name, length);
	__atomic_store_n(&chunk->used, chunk->used + size, __ATOMIC_RELEASE);
}

static bool tracing(void)
{
	return atomic_load_explicit(&rt.active, memory_order_relaxed) &&
	       rt.config.mode != ARENA_MODE_SAMPLE;
}

int regions_begin(const char *name, uintptr_t site, uintptr_t sp)
{
	int saved_errno = errno;
	struct tracer_event event = { 0, site, sp, site };
	struct rt_thread *t;
	uint32_t before;
	size_t length;
	bool slow;

	if (!tracing())
		return -1;
	t = thread_ready();
	errno = saved_errno;
	if (!t)
		return -1;
	before = t->tree.count;
	event.fn = key_of(name, &length);
	tracer_enter(&event);
	/* As in the hooks' slow way: a handler may fork. */
	slow = thread_set_slow(t, true);
	if (thread_is_planted(t) && t->tree.count != before)
		write_name(t, event.fn, name, length);
	thread_set_slow(t, slow);
	errno = saved_errno;
	return 0;
}

int regions_end(uintptr_t sp)
{
	struct tracer_event event = { 0, 0, sp, 0 };
	struct rt_thread *t = thread_self();
	const struct rt_frame *f;

	if (!tracing() || !t || !thread_is_planted(t))
		return -1;
	for (f = thread_top(t); f > t->bottom; f--) {
		if (f->fn & ARENA_REGION_BIT) {
			event.fn = f->fn;
			tracer_exit(&event);
			return 0;
		}
	}
	return -1;
}
