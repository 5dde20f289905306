#include "lib/runtime/control/control.h"

#include "lib/runtime/control/emit.h"
#include "lib/runtime/control/engine.h"
#include "lib/runtime/control/relay.h"
#include "lib/runtime/signal/clock.h"
#include "lib/runtime/signal/raw.h"
#include "lib/runtime/signal/regions.h"
#include "lib/runtime/signal/sampler.h"

#include <errno.h>
#include <sched.h>
#include <string.h>

#define PUBLIC __attribute__((visibility("default")))

static atomic_bool ready;

/* One caller at a time starts, stops, copies or resets. */
static atomic_flag turn = ATOMIC_FLAG_INIT;

void control_ready(void)
{
	atomic_store(&ready, true);
}

static int begin(void)
{
	if (!atomic_load(&ready))
		return -1;
	while (atomic_flag_test_and_set(&turn))
		sched_yield();
	return 0;
}

static int end(int result, int saved_errno)
{
	atomic_flag_clear(&turn);
	errno = saved_errno;
	return result;
}

/* Hooks and handlers that were under way when rt.active became 0 are given
 * the time to end; they take less than a microsecond unless preempted. */
static void settle_down(void)
{
	struct timespec moment = { 0, 1000000 };

	clock_nanosleep(CLOCK_MONOTONIC, 0, &moment, NULL);
}

static void restart_clock(struct rt_thread *t, void *unused)
{
	const struct rt_frame *frame;

	(void)unused;
	t->owed_ns = 0;
	t->last = clock_ticks();
	/* How long the calls took that are active now will not be known. */
	t->durations.open_from = 0;
	for (frame = t->bottom; t->timing && frame <= thread_top(t); frame++)
		if (thread_call(t, frame)->begin != DURATIONS_LEFT_OUT)
			thread_call(t, frame)->begin = 0;
	sampler_begin(t, false);
}

static void restart_engine(struct rt_thread *t, void *unused)
{
	(void)unused;
	engine_start(t);
}

static void stop_thread(struct rt_thread *t, void *unused)
{
	(void)unused;
	engine_stop(t);
	sampler_settle(t);
	if (rt.config.mode == ARENA_MODE_TRACE && thread_is_planted(t)) {
		uint64_t now = clock_ticks();

		thread_node(t)->self += now - t->last;
		t->last = now;
	}
}

PUBLIC int libprof_start(void)
{
	int saved_errno = errno;

	if (begin())
		return -1;
	/* In a sandbox, or nothing can be recorded. */
	if (atomic_load(&arena->state) >= ARENA_FAILED)
		return end(-1, saved_errno);
	if (!atomic_load(&rt.active)) {
		atomic_fetch_add(&rt.restarts, 1);
		thread_each(restart_clock, NULL);
		rt_switch(1);
		/* After that: an event of a process that records nothing is
		 * taken for one that was stopped. */
		thread_each(restart_engine, NULL);
	}
	return end(0, saved_errno);
}

PUBLIC int libprof_stop(void)
{
	int saved_errno = errno;

	if (begin())
		return -1;
	if (rt_switch(0)) {
		atomic_store(&rt.interrupted, 1);
		settle_down();
		thread_each(stop_thread, NULL);
	}
	return end(0, saved_errno);
}

PUBLIC int libprof_flush(void)
{
	int saved_errno = errno;

	if (begin())
		return -1;
	return end(emit_copy(), saved_errno);
}

static void clear_durations(struct arena_duration *r, const void *end)
{
	for (; (const void *)r < end; r++) {
		uint64_t fn = r->fn;

		memset(r, 0, sizeof(*r));
		r->fn = fn;
		r->min = UINT64_MAX;
	}
}

static void clear_chunk(struct arena_chunk *chunk)
{
	struct arena_node *node = (struct arena_node *)(chunk + 1);
	struct arena_node *last =
		(struct arena_node *)((char *)chunk + chunk->used);

	if (chunk->kind == ARENA_CHUNK_THREAD) {
		struct arena_thread *record = (struct arena_thread *)node;

		record->samples = record->overruns = 0;
		record->unsampled_ns = record->cut_samples = 0;
		record->hook_ns = record->hook_samples = 0;
		record->hook_exit_ns = record->brief_ticks = 0;
		record->weight_squares = 0;
		node = (struct arena_node *)(record + 1);
	} else if (chunk->kind == ARENA_CHUNK_BLOCKS) {
		struct arena_block *block = (struct arena_block *)node;

		for (; block < (struct arena_block *)last; block++)
			block->count = 0;
		return;
	} else if (chunk->kind == ARENA_CHUNK_DURATIONS) {
		clear_durations((struct arena_duration *)node, last);
		return;
	} else if (chunk->kind == ARENA_CHUNK_OPEN) {
		chunk->used = sizeof(*chunk);
		return;
	} else if (chunk->kind != ARENA_CHUNK_NODES) {
		return;
	}
	for (; node < last; node++)
		node->calls = node->self = node->samples = 0;
}

static void clear_arena(void)
{
	struct arena_header *head = arena_head();
	uint64_t at = ARENA_PAGE, end = atomic_load(&arena->mapped);

	while (at < end) {
		struct arena_chunk *chunk =
			(struct arena_chunk *)(arena->base + at);

		if (chunk->magic != ARENA_CHUNK_MAGIC || !chunk->size) {
			at += ARENA_PAGE;
			continue;
		}
		clear_chunk(chunk);
		at += chunk->size;
	}
	memset(head->losses, 0, sizeof(head->losses));
	memset(head->cuts, 0, sizeof(head->cuts));
	head->sync[0] = clock_sync();
	head->start_real_ns = raw_clock_ns(CLOCK_REALTIME);
	head->start_cpu_ns = rt.config.start_cpu_ns;
}

PUBLIC int libprof_reset(void)
{
	int saved_errno = errno;
	unsigned was;

	if (begin())
		return -1;
	was = rt_switch(0);
	atomic_store(&rt.interrupted, 1);
	settle_down();
	rt.config.start_cpu_ns = 0;
	emit_drop_usage();
	if (atomic_load(&arena->state) == ARENA_OPEN)
		clear_arena();
	relay_forget();
	atomic_fetch_add(&rt.restarts, 1);
	thread_each(restart_clock, NULL);
	rt_switch(was);
	return end(0, saved_errno);
}

PUBLIC int libprof_region_begin(const char *name)
{
	if (!name || !atomic_load_explicit(&ready, memory_order_relaxed))
		return -1;
	return regions_begin(name, (uintptr_t)__builtin_return_address(0),
			     (uintptr_t)__builtin_dwarf_cfa());
}

PUBLIC int libprof_region_end(void)
{
	if (!atomic_load_explicit(&ready, memory_order_relaxed))
		return -1;
	return regions_end((uintptr_t)__builtin_dwarf_cfa());
}

PUBLIC int libprof_thread_name(const char *name)
{
	struct rt_thread *t = thread_self();

	if (!name || !t)
		return -1;
	memset(t->name, 0, sizeof(t->name));
	memccpy(t->name, name, '\0', sizeof(t->name) - 1);
	t->named = true;
	return 0;
}

PUBLIC const char *libprof_version(void)
{
	return PROF_VERSION_TEXT;
}
