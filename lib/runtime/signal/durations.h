/* durations.h - how long each call took: a histogram of each function, and its
 * slowest calls.
 *
 * Only where it was asked for (PROF_DURATIONS). Each thread writes records of
 * its own in the arena, found by function: no lock, no atomic
 * read-modify-write. They stay with the thread's state, and so serve the
 * threads that come later: there are as many as functions, times the threads
 * that live at once.
 *
 * Context of all: signal, on the thread whose records they are.
 */
#ifndef PROF_RUNTIME_DURATIONS_H
#define PROF_RUNTIME_DURATIONS_H

#include "lib/runtime/signal/rt.h"

/* Of a call that has no context of its own: its time is its caller's. */
#define DURATIONS_LEFT_OUT 1

/* What a frame of the shadow stack knows of its call. */
struct rt_call {
	uint64_t begin; /* ticks; 0: not known, as recording was stopped since;
			 * DURATIONS_LEFT_OUT */
	uint64_t calls; /* of the thread until then, this one included */
	uint64_t brief; /* rt_thread.brief until then */
	/* The context that counts it; NULL: it is to stay, however brief. */
	struct arena_node *child;
};

/* All zero: none yet. It lies in memory that fork wipes, as the arena does: a
 * child starts anew. */
struct durations {
	struct arena_duration **slots; /* by function; open addressing */
	uint64_t mask;		       /* slots - 1, a power of two minus 1 */
	uint64_t count;		       /* of slots in use */
	struct arena_duration *next, *end; /* free records of CHUNK */
	struct arena_chunk *chunk;
	uint64_t next_size;	  /* bytes of the next chunk */
	struct arena_chunk *open; /* calls that did not end */
	uint64_t open_from; /* the first there of the thread that lives now */
	bool busy;	    /* recording: a handler may not change the table */
	bool sorting;	    /* nor the slowest calls */
};

/* A call of NODE ended at NOW, or has lasted until then, while the thread has
 * made CALLS. */
struct durations_event {
	const struct arena_node *node;
	const struct rt_call *call;
	uint64_t now, calls;
};

/* The record of FN, made if need be; NULL: no room, and the loss counted. */
struct arena_duration *durations_find(struct durations *d, uint64_t fn);

/* What durations_end does where a handler's call ends within the recording of
 * another, or is one that the recording stopped in. */
void durations_end_oddly(struct durations *d, const struct durations_event *e);

/* The call of E, which took TICKS, is an extreme of R, or one of its slowest.
 */
void durations_note_extreme(struct durations *d, struct arena_duration *r,
			    const struct durations_event *e, uint64_t ticks);

/* The call of E goes on, and nothing more will be recorded of it. */
void durations_leave_open(struct durations *d, const struct durations_event *e);

/* The calls left open so far are those of threads that are gone. */
void durations_keep_open(struct durations *d);

/* Those of the thread that lives now will be told anew. */
void durations_forget_open(struct durations *d);

/* Forget the records; they stay in the file. */
void durations_drop(struct durations *d);

/* Place at which to look for FN first. */
static inline RT_QUIET uint64_t durations_place(uint64_t fn)
{
	return fn * UINT64_C(0x9e3779b97f4a7c15) >> 32;
}

/* Ticks that E took, without what the hooks did meanwhile; never below 0. */
static inline RT_QUIET uint64_t durations_ticks(const struct durations_event *e)
{
	uint64_t took = e->now - e->call->begin;
	uint64_t cost = (rt.config.call_cost +
			 (e->calls - e->call->calls) * rt.config.pair_cost) >>
			16;

	return took > cost ? took - cost : 0;
}

/* One instruction where there is one: a handler may count in between. */
static inline RT_QUIET void durations_note(struct durations *d,
					   struct arena_duration *r,
					   const struct durations_event *e)
{
	uint64_t ticks = durations_ticks(e);
	uint64_t *count = &r->buckets[arena_bucket(ticks)];

#ifdef __x86_64__
	__asm__("addq $1, %0" : "+m"(*count) : : "cc");
#else
	__atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
#endif
	if (RT_UNLIKELY(ticks < r->min) || RT_UNLIKELY(ticks > r->least))
		durations_note_extreme(d, r, e, ticks);
}

/* Record that the call of E ended. */
static inline RT_QUIET void durations_end(struct durations *d,
					  const struct durations_event *e)
{
	uint64_t fn = e->node->fn;
	struct arena_duration *r = NULL;

	if (RT_UNLIKELY(d->busy) ||
	    RT_UNLIKELY(e->call->begin <= DURATIONS_LEFT_OUT)) {
		durations_end_oddly(d, e);
		return;
	}
	d->busy = true;
	atomic_signal_fence(memory_order_seq_cst);
	if (RT_LIKELY(d->slots))
		r = d->slots[durations_place(fn) & d->mask];
	if (RT_UNLIKELY(!r) || RT_UNLIKELY(r->fn != fn))
		r = durations_find(d, fn);
	if (RT_LIKELY(r))
		durations_note(d, r, e);
	atomic_signal_fence(memory_order_seq_cst);
	d->busy = false;
}

#endif
