#include "lib/runtime/control/timers.h"

#include "lib/runtime/control/signals.h"
#include "lib/runtime/signal/raw.h"
#include "lib/runtime/signal/sampler.h"

#include <errno.h>
#include <string.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

/* Its address marks our timers' signals. */
static char cookie;

bool timers_ours(const siginfo_t *info)
{
	return info->si_code == SI_TIMER && info->si_value.sival_ptr == &cookie;
}

/* Expire next when the thread's clock stands at NS. */
static void arm(struct rt_thread *t, uint64_t ns)
{
	struct itimerspec when = {
		.it_value = { .tv_sec = (time_t)(ns / 1000000000u),
			      .tv_nsec = (long)(ns % 1000000000u) },
	};

	(void)syscall(SYS_timer_settime, t->timer, TIMER_ABSTIME, &when, NULL);
}

static void on_sigprof(int number, siginfo_t *info, void *context)
{
	int saved_errno = errno;
	struct rt_thread *t;

	if (!timers_ours(info)) {
		signals_deliver(number, info, context);
		errno = saved_errno;
		return;
	}
	t = rt_self;
	if (atomic_load_explicit(&rt.active, memory_order_relaxed) &&
	    !(rt_guard & RT_GUARD_RETIRED)) {
		sampler_take(context, (unsigned)info->si_overrun);
		if (t && t->timer >= 0)
			arm(t, sampler_next_due(t));
	}
	errno = saved_errno;
}

bool timers_prepare(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_sigaction = on_sigprof;
	action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
	sigfillset(&action.sa_mask);
	return signals_take_sigprof(&action);
}

void timers_start(struct rt_thread *t)
{
	struct sigevent event;
	clockid_t clock = thread_cpu_clock(t->tid);
	int id = -1;

	if (rt.config.engine != ARENA_ENGINE_TIMER || t->timer >= 0)
		return;
	if (rt.config.clock == ARENA_CLOCK_WALL)
		clock = CLOCK_MONOTONIC;
	memset(&event, 0, sizeof(event));
	event.sigev_notify = SIGEV_THREAD_ID;
	event.sigev_signo = SIGPROF;
	event.sigev_value.sival_ptr = &cookie;
	event.sigev_notify_thread_id = (pid_t)t->tid;
	if (syscall(SYS_timer_create, clock, &event, &id)) {
		arena_lose(ARENA_LOSS_TIMER);
		rt_warn_once("cannot create a timer for a thread: its time "
			     "will not be sampled",
			     NULL);
		return;
	}
	t->timer = id;
	arm(t, sampler_first_due(t));
}

void timers_stop(struct rt_thread *t)
{
	int id = t->timer;

	t->timer = -1;
	if (id >= 0)
		(void)syscall(SYS_timer_delete, id);
}
