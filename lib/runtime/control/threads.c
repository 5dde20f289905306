/* threads.c - threads, from the call that makes them to their last destructor.
 */
#include "lib/runtime/control/threads.h"

#include "lib/runtime/control/engine.h"
#include "lib/runtime/control/masks.h"
#include "lib/runtime/control/ownstack.h"
#include "lib/runtime/control/relay.h"
#include "lib/runtime/signal/clock.h"
#include "lib/runtime/signal/raw.h"
#include "lib/runtime/signal/sampler.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <threads.h>

enum { OPEN_CALLS = 32 };

#define PUBLIC __attribute__((visibility("default")))

typedef int create_function(pthread_t *, const pthread_attr_t *,
			    void *(*)(void *), void *);
typedef int thrd_function(thrd_t *, thrd_start_t, void *);

static create_function *real_create;
static thrd_function *real_thrd;
static pthread_key_t key;
static bool key_made;
static unsigned int last_round = PTHREAD_DESTRUCTOR_ITERATIONS;

static create_function *find_create(void)
{
	if (!real_create)
		real_create =
			(create_function *)dlsym(RTLD_NEXT, "pthread_create");
	return real_create;
}

static thrd_function *find_thrd(void)
{
	if (!real_thrd)
		real_thrd = (thrd_function *)dlsym(RTLD_NEXT, "thrd_create");
	return real_thrd;
}

static void read_name(struct rt_thread *t, char name[16])
{
	char path[64];
	long got = -1;
	int fd;

	if (t->named) {
		memcpy(name, t->name, 16);
		return;
	}
	if (t->tid == raw_tid()) {
		(void)syscall(SYS_prctl, PR_GET_NAME, name, 0, 0, 0);
		return;
	}
	snprintf(path, sizeof(path), "/proc/self/task/%u/comm", t->tid);
	fd = raw_open(path, O_RDONLY, 0);
	if (fd >= 0) {
		got = raw_read(fd, name, 15);
		raw_close(fd);
	}
	if (got > 0)
		name[got - (name[got - 1] == '\n')] = '\0';
}

/* The calls of T that are active, the outermost ones: no other lasts longer. Of
 * a thread that runs on nothing can be told. */
static void mark_open_calls(struct rt_thread *t)
{
	bool own = t == thread_self();
	/* The CPU clock that we can read here is our own. */
	uint64_t now = own || rt.config.clock == ARENA_CLOCK_WALL
			       ? clock_ticks()
			       : t->last;
	const struct rt_frame *f = t->bottom + 1;

	if (!own && atomic_load(&rt.active))
		return;
	durations_forget_open(&t->durations);
	for (; f <= thread_top(t) && f <= t->bottom + OPEN_CALLS; f++)
		durations_leave_open(
			&t->durations,
			&(struct durations_event){ f->node, thread_call(t, f),
						   now, t->calls });
}

void threads_mark(struct rt_thread *t)
{
	struct arena_thread *record = t->tree.record;

	record->cpu_ns = raw_clock_ns(thread_cpu_clock(t->tid));
	record->end_ticks = clock_ticks();
	if (rt.config.mode == ARENA_MODE_TRACE && thread_is_planted(t)) {
		record->pending = arena_position(thread_node(t));
		record->pending_ticks = t->last;
		if (rt.config.durations)
			mark_open_calls(t);
	}
}

void threads_describe(struct rt_thread *t)
{
	if (!t->tree.record)
		return;
	read_name(t, t->tree.record->name);
	threads_mark(t);
}

/* As arena_ready, but another thread that is just making the file is waited
 * for, a second at most: here, unlike in a handler, one may. */
static bool arena_ready_soon(void)
{
	const struct timespec pause = { 0, 1000000 };
	int tries;

	for (tries = 0; tries < 1000; tries++) {
		if (arena_ready())
			return true;
		if (atomic_load(&arena->state) >= ARENA_FAILED)
			return false;
		(void)syscall(SYS_nanosleep, &pause, NULL);
	}
	return false;
}

/* The thread T, which is the calling one, records nothing any more. Its time is
 * billed last: making the record takes some of it. */
static void retire(struct rt_thread *t)
{
	bool sampled = rt.config.engine != ARENA_ENGINE_NONE;

	t->guard = RT_GUARD_RETIRED;
	atomic_signal_fence(memory_order_seq_cst);
	engine_stop(t);
	/* A thread that was never sampled has a time to be billed still. */
	if (!t->tree.record && sampled &&
	    (t->unsampled_ns || atomic_load(&rt.active)) && arena_ready_soon())
		thread_plant(t);
	if (rt.config.mode == ARENA_MODE_TRACE && thread_is_planted(t)) {
		uint64_t now = clock_ticks();

		thread_node(t)->self += now - t->last;
		t->last = now;
	}
	if (t->tree.record)
		read_name(t, t->tree.record->name);
	if (sampled && atomic_load(&rt.active))
		relay_give(t, sampler_settle(t));
	if (t->tree.record) {
		threads_mark(t);
		t->tree.record->state = ARENA_THREAD_DONE;
	}
	rt_self = &rt_retired_nobody;
	rt_top = RT_HIDDEN_TOP;
	thread_release(t);
}

/* Other keys' destructors may still run instrumented code: wait for the last
 * round of them. There is a runtime that ends the thread for itself in that
 * round, first, and every signal that comes later is the end of the program. */
static void at_thread_end(void *value)
{
	struct rt_thread *t = value;

	if (t != rt_self)
		return; /* a fork's child, whose parent this was */
	if (++t->destructor_rounds < last_round && !pthread_setspecific(key, t))
		return;
	retire(t);
}

void threads_enter(struct rt_thread *t, bool from_start)
{
	if (key_made)
		(void)pthread_setspecific(key, t);
	if (rt.config.mode == ARENA_MODE_SAMPLE)
		ownstack_find(t);
	masks_enter(t, t->blocked);
	sampler_begin(t, from_start);
	if (!atomic_load(&rt.active))
		return;
	relay_take(t);
	engine_start(t);
}

/* T is the calling thread's, which has just begun. In a child that one of its
 * handlers has forked meanwhile it has another by now. */
static void enter_new(struct rt_thread *t)
{
	if (!atomic_load(&t->in_use))
		return;
	thread_bind(t);
	threads_enter(t, true);
}

static void *run_pthread(void *argument)
{
	struct rt_start start = *(const struct rt_start *)argument;

	enter_new(start.state);
	return start.routine.pthread(start.argument);
}

static int run_thrd(void *argument)
{
	struct rt_start start = *(const struct rt_start *)argument;

	enter_new(start.state);
	return start.routine.thrd(start.argument);
}

PUBLIC int pthread_create(pthread_t *thread, const pthread_attr_t *attr,
			  void *(*routine)(void *), void *argument)
{
	struct rt_thread *t = NULL;
	struct rt_start *start;
	int result;

	if (!find_create())
		return EAGAIN;
	if (key_made && !rt.config.sandboxed)
		t = thread_reserve();
	if (!t)
		return real_create(thread, attr, routine, argument);
	start = thread_start(t);
	*start = (struct rt_start){ { .pthread = routine }, argument, t };
	t->start_routine = (uintptr_t)routine;
	t->blocked = thread_self() ? thread_self()->blocked : 0;
	result = real_create(thread, attr, run_pthread, start);
	if (result)
		thread_release(t);
	return result;
}

PUBLIC int thrd_create(thrd_t *thread, thrd_start_t routine, void *argument)
{
	struct rt_thread *t = NULL;
	struct rt_start *start;
	int result;

	if (!find_thrd())
		return thrd_error;
	if (key_made && !rt.config.sandboxed)
		t = thread_reserve();
	if (!t)
		return real_thrd(thread, routine, argument);
	start = thread_start(t);
	*start = (struct rt_start){ { .thrd = routine }, argument, t };
	t->start_routine = (uintptr_t)routine;
	t->blocked = thread_self() ? thread_self()->blocked : 0;
	result = real_thrd(thread, run_thrd, start);
	if (result != thrd_success)
		thread_release(t);
	return result;
}

bool threads_prepare(void)
{
	find_create();
	find_thrd();
	relay_prepare();
	rt.config.early_threads = dlsym(RTLD_DEFAULT, "__tsan_init");
	if (rt.config.early_threads)
		last_round--;
	key_made = pthread_key_create(&key, at_thread_end) == 0;
	return key_made;
}
