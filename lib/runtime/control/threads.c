/* threads.c - threads, from the call that makes them to their last destructor.
 */
#include "lib/runtime/control/threads.h"

#include "lib/runtime/control/timers.h"
#include "lib/runtime/signal/clock.h"
#include "lib/runtime/signal/raw.h"
#include "lib/runtime/signal/sampler.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <threads.h>

#define PUBLIC __attribute__((visibility("default")))

typedef int create_function(pthread_t *, const pthread_attr_t *,
			    void *(*)(void *), void *);
typedef int thrd_function(thrd_t *, thrd_start_t, void *);

static create_function *real_create;
static thrd_function *real_thrd;
static pthread_key_t key;
static bool key_made;

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
	snprintf(path, sizeof(path), "/proc/self/task/%u/comm", t->tid);
	fd = raw_open(path, O_RDONLY, 0);
	if (fd >= 0) {
		got = raw_read(fd, name, 15);
		raw_close(fd);
	}
	if (got > 0)
		name[got - (name[got - 1] == '\n')] = '\0';
}

void threads_mark(struct rt_thread *t)
{
	struct arena_thread *record = t->tree.record;

	record->cpu_ns = raw_clock_ns(thread_cpu_clock(t->tid));
	record->end_ticks = clock_ticks();
	if (rt.config.mode == ARENA_MODE_TRACE && t->node) {
		record->pending = arena_position(t->node);
		record->pending_ticks = t->last;
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
 * for: here, unlike in a handler, one may. */
static bool arena_ready_soon(void)
{
	int tries;

	for (tries = 0; tries < 10000; tries++) {
		if (arena_ready())
			return true;
		if (atomic_load(&arena->state) != ARENA_MAKING)
			return false;
		sched_yield();
	}
	return false;
}

/* The thread T, which is the calling one, records nothing any more. */
static void retire(struct rt_thread *t)
{
	rt_guard = RT_GUARD_RETIRED;
	atomic_signal_fence(memory_order_seq_cst);
	timers_stop(t);
	if (atomic_load(&rt.active))
		sampler_settle(t);
	if (rt.config.mode == ARENA_MODE_TRACE && t->node) {
		uint64_t now = clock_ticks();

		t->node->self += now - t->last;
		t->last = now;
	}
	/* A thread that was never sampled has a time to be billed still. */
	if (!t->tree.record && t->unsampled_ns && arena_ready_soon())
		thread_plant(t);
	threads_describe(t);
	if (t->tree.record)
		t->tree.record->state = ARENA_THREAD_DONE;
	rt_self = NULL;
	thread_release(t);
}

/* Other keys' destructors may still run instrumented code: wait for the last
 * round of them. */
static void at_thread_end(void *value)
{
	struct rt_thread *t = value;

	if (t != rt_self)
		return; /* a fork's child, whose parent this was */
	if (++t->destructor_rounds < PTHREAD_DESTRUCTOR_ITERATIONS &&
	    !pthread_setspecific(key, t))
		return;
	retire(t);
}

void threads_enter(struct rt_thread *t, bool from_start)
{
	if (key_made)
		(void)pthread_setspecific(key, t);
	sampler_begin(t, from_start);
	if (atomic_load(&rt.active))
		timers_start(t);
}

static void *run_pthread(void *argument)
{
	struct rt_thread *t = argument;
	void *(*routine)(void *) = t->routine.pthread;

	thread_bind(t);
	threads_enter(t, true);
	return routine(t->argument);
}

static int run_thrd(void *argument)
{
	struct rt_thread *t = argument;
	thrd_start_t routine = t->routine.thrd;

	thread_bind(t);
	threads_enter(t, true);
	return routine(t->argument);
}

PUBLIC int pthread_create(pthread_t *thread, const pthread_attr_t *attr,
			  void *(*routine)(void *), void *argument)
{
	struct rt_thread *t = NULL;
	int result;

	if (!find_create())
		return EAGAIN;
	if (key_made)
		t = thread_reserve();
	if (!t)
		return real_create(thread, attr, routine, argument);
	t->routine.pthread = routine;
	t->argument = argument;
	t->start_routine = (uintptr_t)routine;
	result = real_create(thread, attr, run_pthread, t);
	if (result)
		thread_release(t);
	return result;
}

PUBLIC int thrd_create(thrd_t *thread, thrd_start_t routine, void *argument)
{
	struct rt_thread *t = NULL;
	int result;

	if (!find_thrd())
		return thrd_error;
	if (key_made)
		t = thread_reserve();
	if (!t)
		return real_thrd(thread, routine, argument);
	t->routine.thrd = routine;
	t->argument = argument;
	t->start_routine = (uintptr_t)routine;
	result = real_thrd(thread, run_thrd, t);
	if (result != thrd_success)
		thread_release(t);
	return result;
}

bool threads_prepare(void)
{
	find_create();
	find_thrd();
	key_made = pthread_key_create(&key, at_thread_end) == 0;
	return key_made;
}
