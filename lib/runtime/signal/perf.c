#include "lib/runtime/signal/perf.h"

#include "lib/runtime/signal/raw.h"
#include "lib/runtime/signal/sampler.h"

#include <linux/perf_event.h>
#include <string.h>

enum {
	TRAP_PERF_CODE = 6, /* si_code of these signals: TRAP_PERF */
	RENEWALS = 32,	    /* a second of CPU time: 50 us each */
	SHORTEST_RUN = 4,   /* samples of one period, at low rates */
	JITTER_SHARE = 4,   /* a period is off by a quarter at most */
	COST_SHARE = 10,    /* of the time samples may take a tenth */
	SHORTEST_NS = 20000 /* the kernel has no period below 10000 */
};

/* Their addresses mark our events' signals. */
static char clock_cookie, wait_cookie;

/* What the kernel puts behind si_addr, which not every libc declares. */
struct perf_siginfo {
	int32_t number, error, code, pad;
	void *address;
	unsigned long data;
};

enum perf_kind perf_kind(const siginfo_t *info)
{
	struct perf_siginfo own;

	if (info->si_signo != SIGTRAP || info->si_code != TRAP_PERF_CODE)
		return PERF_NONE;
	memcpy(&own, info, sizeof(own));
	if (own.data == (unsigned long)&clock_cookie)
		return PERF_CLOCK;
	return own.data == (unsigned long)&wait_cookie ? PERF_WAIT : PERF_NONE;
}

/* Put PAGE, or NULL, in the place of what SLOT of T holds. */
static void hold(struct rt_thread *t, _Atomic(void *) *slot, void *page)
{
	void *old = atomic_exchange(slot, page);

	if (old)
		raw_unmap(old, rt.config.page_size);
	/* Another thread may have stopped everything meanwhile, and have found
	 * the old page or none. */
	if (page && !atomic_load(&rt.active))
		perf_stop(t);
}

/* What is counted: of the clocks of arena_clock, and context switches. */
struct source {
	uint32_t type;
	bool user_only;
	uint64_t config;
	uint64_t period; /* of the samples; 0: by the rate asked for */
	uint64_t weight; /* of one event in a node's self time */
};

static const struct source sources[] = {
	[ARENA_CLOCK_CPU] = { PERF_TYPE_SOFTWARE, false,
			      PERF_COUNT_SW_CPU_CLOCK, 0, 1 },
	[ARENA_CLOCK_WALL] = { PERF_TYPE_SOFTWARE, false,
			       PERF_COUNT_SW_CPU_CLOCK, 0, 1 },
	[ARENA_CLOCK_CYCLES] = { PERF_TYPE_HARDWARE, true,
				 PERF_COUNT_HW_CPU_CYCLES, 2000000, 1 },
	[ARENA_CLOCK_INSTRUCTIONS] = { PERF_TYPE_HARDWARE, true,
				       PERF_COUNT_HW_INSTRUCTIONS, 2000000, 1 },
	[ARENA_CLOCK_CACHE_MISSES] = { PERF_TYPE_HARDWARE, true,
				       PERF_COUNT_HW_CACHE_MISSES, 10000, 1 },
	[ARENA_CLOCK_BRANCH_MISSES] = { PERF_TYPE_HARDWARE, true,
					PERF_COUNT_HW_BRANCH_MISSES, 10000, 1 },
	[ARENA_CLOCK_PAGE_FAULTS] = { PERF_TYPE_SOFTWARE, true,
				      PERF_COUNT_SW_PAGE_FAULTS, 50, 1000000 },
};

static const struct source switches = { PERF_TYPE_SOFTWARE, false,
					PERF_COUNT_SW_CONTEXT_SWITCHES, 1, 1 };

static const struct source *source(void)
{
	return &sources[rt.config.clock];
}

uint64_t perf_weight(const struct rt_thread *t)
{
	return t->perf_period * source()->weight;
}

/* An event of thread TID, not running yet; *PAGE holds it when the descriptor
 * that is returned is closed. -1: not to be had. */
static int open_event(uint32_t tid, const struct source *config,
		      uint64_t period, const char *cookie, void **page)
{
	struct perf_event_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.size = sizeof(attr);
	attr.type = config->type;
	attr.config = config->config;
	attr.exclude_kernel = config->user_only;
	attr.sample_period = period;
	attr.disabled = 1;
	attr.sigtrap = 1;
	attr.remove_on_exec = 1;
	attr.sig_data = (uintptr_t)cookie;
	fd = (int)syscall(SYS_perf_event_open, &attr, tid, -1, -1,
			  PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return -1;
	*page = raw_map(NULL, rt.config.page_size, PROT_READ, MAP_SHARED, fd,
			0);
	if (*page)
		return fd;
	raw_close(fd);
	return -1;
}

/* Put a new event into SLOT of T. It runs when it is there already: its first
 * signal may come before another instruction is done. */
static bool start(struct rt_thread *t, _Atomic(void *) *slot,
		  const struct source *config, uint64_t period,
		  const char *cookie)
{
	void *page;
	int fd = open_event(t->tid, config, period, cookie, &page);

	if (fd < 0)
		return false;
	hold(t, slot, page);
	(void)syscall(SYS_ioctl, fd, PERF_EVENT_IOC_ENABLE, 0);
	raw_close(fd);
	return true;
}

bool perf_available(void)
{
	void *page;
	int fd = open_event(0, source(), 1000000, &clock_cookie, &page);

	if (fd < 0)
		return false;
	raw_close(fd);
	raw_unmap(page, rt.config.page_size);
	return true;
}

static bool replace(struct rt_thread *t, uint64_t period)
{
	uint64_t before = t->perf_period;

	if (!rt.config.events && period < SHORTEST_NS)
		period = SHORTEST_NS;
	t->perf_period = period;
	if (start(t, &t->perf_page, source(), period, &clock_cookie))
		return true;
	t->perf_period = before;
	return false;
}

bool perf_start_waits(struct rt_thread *t)
{
	return start(t, &t->wait_page, &switches, 1, &wait_cookie);
}

/* Samples until the next change of period. */
static uint32_t run_length(struct rt_thread *t)
{
	uint32_t length = rt.config.hz / RENEWALS;

	if (length < SHORTEST_RUN)
		length = SHORTEST_RUN;
	return length / 2 + sampler_random(t) % length;
}

/* Runs of samples come in pairs, one as much longer than the period asked for
 * as the other is shorter: the rate stays what was asked, and no period of the
 * program's can hide behind it. */
static uint64_t next_period(struct rt_thread *t)
{
	uint64_t period = UINT64_C(1000000000) / rt.config.hz;
	uint64_t least = (uint64_t)t->sample_cost_ns * COST_SHARE;
	uint64_t width, next = t->perf_other;

	if (next) {
		t->perf_other = 0;
		return next;
	}
	t->perf_run = run_length(t);
	/* A deep stack at a high rate would leave the program no time. */
	if (rt.config.events)
		period = source()->period;
	else if (period < least)
		period = least;
	width = period / JITTER_SHARE;
	next = period - width + sampler_random(t) % (2 * width + 1);
	t->perf_other = 2 * period - next;
	return next;
}

bool perf_start(struct rt_thread *t, uint64_t first_ns)
{
	t->perf_other = 0;
	t->perf_left = 1;
	if (!first_ns) {
		first_ns = next_period(t);
		t->perf_left = t->perf_run;
	}
	return replace(t, first_ns);
}

void perf_next(struct rt_thread *t)
{
	if (!t->perf_left || !--t->perf_left) {
		/* Where no event can be had just now, all descriptors being
		 * taken, say, the one there is goes on. */
		(void)replace(t, next_period(t));
		t->perf_left = t->perf_run;
	}
	t->due_ns = t->last_clock_ns + t->perf_period;
}

void perf_stop(struct rt_thread *t)
{
	hold(t, &t->perf_page, NULL);
	hold(t, &t->wait_page, NULL);
}
