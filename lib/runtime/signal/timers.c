#include "lib/runtime/signal/timers.h"

#include "lib/runtime/signal/raw.h"

#include <string.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

/* Its address marks our timers' signals. */
static char cookie;

bool timers_ours(const siginfo_t *info)
{
	return info->si_signo == SIGPROF && info->si_code == SI_TIMER &&
	       info->si_value.sival_ptr == &cookie;
}

/* Whether no tick can be left out at the rate asked for. */
static bool every_tick(void)
{
	uint64_t period = UINT64_C(1000000000) / rt.config.hz;

	return period < rt.config.tick_ns + rt.config.tick_ns / 2;
}

/* Relative to now: an expiry in the past would come at once, in the very place
 * of the sample before, and not where the kernel's tick finds the thread. */
void timers_arm(struct rt_thread *t, uint64_t ns)
{
	uint64_t now = raw_clock_ns(thread_cpu_clock(t->tid));
	struct itimerspec when = { .it_value = { 0, 1 } };

	if (ns > now && !every_tick()) {
		when.it_value.tv_sec = (time_t)((ns - now) / 1000000000u);
		when.it_value.tv_nsec = (long)((ns - now) % 1000000000u);
	}
	(void)syscall(SYS_timer_settime, t->timer, 0, &when, NULL);
}

bool timers_start(struct rt_thread *t, uint64_t first_ns)
{
	struct sigevent event;
	int id = -1;

	if (t->timer >= 0)
		return true;
	memset(&event, 0, sizeof(event));
	event.sigev_notify = SIGEV_THREAD_ID;
	event.sigev_signo = SIGPROF;
	event.sigev_value.sival_ptr = &cookie;
	event.sigev_notify_thread_id = (pid_t)t->tid;
	if (syscall(SYS_timer_create, thread_cpu_clock(t->tid), &event, &id))
		return false;
	t->timer = id;
	timers_arm(t, first_ns);
	return true;
}

void timers_stop(struct rt_thread *t)
{
	int id = t->timer;

	t->timer = -1;
	if (id >= 0)
		(void)syscall(SYS_timer_delete, id);
}
