#include "lib/runtime/control/engine.h"

#include "lib/base/options.h"
#include "lib/runtime/control/masks.h"
#include "lib/runtime/control/signals.h"
#include "lib/runtime/control/waits.h"
#include "lib/runtime/signal/perf.h"
#include "lib/runtime/signal/raw.h"
#include "lib/runtime/signal/sampler.h"
#include "lib/runtime/signal/timers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* The first perf event of a machine may wait for all its processors,
	 * 15 ms and more: for a process that has run for this many ticks, of
	 * 4 ms. On a busy machine timers miss most of them. */
	TICKS_BEFORE_PERF = 4,
	BEFORE_PERF_NS = 16000000,
	TICKS_BETWEEN_TRIES = 64,
	COST_FLOOR_NS = 2000,
	EARLY_NS = 1000000
};

enum perf_state {
	PERF_UNWANTED,
	PERF_UNTRIED,
	PERF_WORKS,
	PERF_REFUSED /* by the kernel, or a debugger is there */
};

/* Timers' ticks so far, of all threads; and that at which to try perf next. */
static atomic_uint perf_state, ticks, next_try;

/* What the kernel says in PATH, its beginning, as a string. Context: signal. */
static bool read_text(const char *path, char *to, size_t size)
{
	int fd = raw_open(path, O_RDONLY, 0);
	long got;

	if (fd < 0)
		return false;
	got = raw_read(fd, to, size - 1);
	raw_close(fd);
	to[got > 0 ? got : 0] = '\0';
	return true;
}

/* Whether more threads want to run than there are processors. Where they take
 * turns, the kernel's ticks may find others for hundreds of milliseconds, and
 * the timers of this process do not expire. Context: ordinary, at start-up. */
static bool is_busy(void)
{
	char text[128], *at = text; /* "0.00 0.01 0.05 2/345 12345" (proc(5)) */
	int field;

	if (!read_text("/proc/loadavg", text, sizeof(text)))
		return false;
	for (field = 0; at && field < 3; field++)
		at = strchr(at + 1, ' ');
	return at && strtoul(at, NULL, 10) > rt.config.cpus;
}

/* A debugger or tracer stops at each SIGTRAP, and keeps it for itself. Context:
 * signal. */
static RT_APART bool is_traced(void)
{
	char status[512], *line; /* it is among the first ten lines */

	if (!read_text("/proc/self/status", status, sizeof(status)))
		return false;
	line = strstr(status, "\nTracerPid:\t");
	return line && line[12] != '0';
}

/* Give T a perf event, the process's first where TRY_FIRST permits it. A thread
 * for which there is none, all descriptors being taken, say, has a timer.
 * Context: signal. */
static bool to_perf(struct rt_thread *t, uint64_t first_ns, bool try_first)
{
	unsigned state = atomic_load(&perf_state);

	if ((state != PERF_WORKS && (state != PERF_UNTRIED || !try_first)) ||
	    t->blocked_really & RT_BLOCKS_TRAP)
		return false;
	if (state == PERF_UNTRIED && is_traced()) {
		atomic_store(&perf_state, PERF_REFUSED);
		return false;
	}
	if (!perf_start(t, first_ns)) {
		if (state == PERF_UNTRIED)
			atomic_store(&perf_state, PERF_REFUSED);
		return false;
	}
	if (state == PERF_UNTRIED) {
		atomic_store(&perf_state, PERF_WORKS);
		rt.config.engine = ARENA_ENGINE_PERF;
		if (atomic_load(&arena->state) == ARENA_OPEN)
			arena_head()->engine = ARENA_ENGINE_PERF;
	}
	return true;
}

/* Whether the process, at its timers' TICK, runs for long enough by now. */
static bool is_worth_perf(unsigned tick)
{
	return tick >= TICKS_BEFORE_PERF ||
	       raw_clock_ns(CLOCK_PROCESS_CPUTIME_ID) >=
		       rt.config.start_cpu_ns + BEFORE_PERF_NS;
}

/* After a sample of T, the calling thread: see to the next. */
static void go_on(struct rt_thread *t)
{
	unsigned tick;

	if (atomic_load_explicit(&t->perf_page, memory_order_relaxed)) {
		perf_next(t);
		return;
	}
	if (t->timer < 0)
		return;
	tick = 1 + atomic_fetch_add(&ticks, 1);
	/* The threads that began on timers come to it one by one. */
	if ((int)(tick - atomic_load(&next_try)) >= 0) {
		bool worth = is_worth_perf(tick);

		if (to_perf(t, 0, worth)) {
			timers_stop(t);
			return;
		}
		if (worth && !(t->blocked_really & RT_BLOCKS_TRAP))
			atomic_store(&next_try, tick + TICKS_BETWEEN_TRIES);
	}
	timers_arm(t, sampler_next_due(t));
}

/* An eighth of each new cost goes in. What took longer than usual since BEGIN
 * has most often waited for a processor: then the CPU clock tells, which was
 * read for the sample's weight, and which costs a system call. One sample
 * weighs no more than four of those before. */
static RT_APART void note_cost(struct rt_thread *t, uint64_t begin)
{
	uint64_t usual = t->sample_cost_ns, most = COST_FLOOR_NS + 4 * usual;
	uint64_t ns = raw_clock_ns(CLOCK_MONOTONIC) - begin;

	if (ns > COST_FLOOR_NS + usual) {
		uint64_t used = raw_clock_ns(thread_cpu_clock(t->tid)) -
				t->last_clock_ns;

		if (used < ns)
			ns = used;
	}
	if (ns > most)
		ns = most;
	t->sample_cost_ns += (uint32_t)ns / 8 - t->sample_cost_ns / 8;
}

#if defined(__x86_64__) && !defined(__ILP32__)
/* Calls that fail with EINTR where a handler without SA_RESTART comes, and
 * begin again otherwise (signal(7)). */
static bool may_restart(unsigned long call)
{
	switch (call) {
	case SYS_read:
	case SYS_write:
	case SYS_readv:
	case SYS_writev:
	case SYS_open:
	case SYS_openat:
	case SYS_ioctl:
	case SYS_fcntl:
	case SYS_flock:
	case SYS_futex:
	case SYS_connect:
	case SYS_accept:
	case SYS_accept4:
	case SYS_sendto:
	case SYS_sendmsg:
	case SYS_recvfrom:
	case SYS_recvmsg:
	case SYS_recvmmsg:
	case SYS_wait4:
	case SYS_waitid:
	case SYS_mq_timedsend:
	case SYS_mq_timedreceive:
		return true;
	default:
		return false;
	}
}

/* A signal of the program's has interrupted a call, and ours was delivered
 * first, on the same way back: the kernel has gone by our SA_RESTART, and set
 * the call up to begin again. Where the program's handler, which comes next,
 * has none, the call is to fail. */
static RT_APART void keep_interrupted(ucontext_t *uc)
{
	static const uint8_t instruction[] = { 0x0f, 0x05 }; /* syscall */
	struct {
		void (*handler)(int);
		unsigned long flags;
		void (*restorer)(void);
		uint64_t mask;
	} action = { NULL, 0, NULL, 0 };
	greg_t *r = uc->uc_mcontext.gregs;
	uint64_t pending = 0, blocked;
	int number;

	/* The instruction leaves in %rcx where it returns to. */
	if (r[REG_RCX] != r[REG_RIP] + 2 ||
	    !may_restart((unsigned long)r[REG_RAX]) ||
	    memcmp((const void *)r[REG_RIP], instruction, 2) != 0)
		return;
	memcpy(&blocked, &uc->uc_sigmask, sizeof(blocked));
	if (syscall(SYS_rt_sigpending, &pending, sizeof(pending)))
		return;
	pending &= ~blocked;
	if (!pending)
		return;
	number = __builtin_ctzll(pending) + 1; /* the one that comes next */
	if (signals_flags(number, &action.flags) ||
	    (!syscall(SYS_rt_sigaction, number, NULL, &action,
		      sizeof(action.mask)) &&
	     action.handler != SIG_DFL && action.handler != SIG_IGN)) {
		if (action.flags & SA_RESTART)
			return;
		r[REG_RIP] += 2;
		r[REG_RAX] = -EINTR;
	}
}
#else
static void keep_interrupted(ucontext_t *uc)
{
	(void)uc;
}
#endif

static void on_signal(int number, siginfo_t *info, void *context)
{
	int saved_errno = errno;
	uint64_t begin = raw_clock_ns(CLOCK_MONOTONIC);
	bool timer = timers_ours(info);
	enum perf_kind perf = perf_kind(info);
	struct rt_thread *t = thread_self();

	if (!timer && perf == PERF_NONE) {
		if (!masks_hold(t, number, info, context))
			signals_deliver(number, info, context);
	} else if (!atomic_load_explicit(&rt.active, memory_order_relaxed) ||
		   thread_guard() == RT_GUARD_RETIRED)
		; /* sent before all was stopped */
	else if (t && thread_guard() == RT_GUARD_STARTING)
		go_on(t);
	else if (perf == PERF_WAIT)
		sampler_waited(t, context);
	else {
		sampler_take(context, timer ? (unsigned)info->si_overrun : 0);
		if (t) {
			note_cost(t, begin);
			go_on(t);
		}
	}
	if (timer || perf != PERF_NONE)
		keep_interrupted(context);
	errno = saved_errno;
}

static bool handle(int number)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_sigaction = on_signal;
	action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
	sigfillset(&action.sa_mask);
	return signals_take(number, &action);
}

/* The events asked for cannot be counted, for the reason WHY. */
static void leave_events(const char *why)
{
	rt_warn_once("PROF_EVENT: these events cannot be counted here; "
		     "sampling CPU time",
		     why);
	rt.config.events = false;
	rt.config.clock = ARENA_CLOCK_CPU;
}

/* There are no perf events, for the reason WHY. The clock may yet be had. */
static void refuse(unsigned asked, const char *why)
{
	if (rt.config.events) {
		leave_events(why);
		return;
	}
	atomic_store(&perf_state, PERF_REFUSED);
	if (asked == OPTION_ENGINE_PERF)
		rt_warn_once("PROF_ENGINE=perf: not available here; using "
			     "timer",
			     why);
}

/* Whoever asks for perf by name is told at once where there is none; waits are
 * seen by nothing else; and on a busy machine timers would be late. */
static void try_now(unsigned asked)
{
	if (asked != OPTION_ENGINE_PERF && !rt.config.events &&
	    rt.config.clock != ARENA_CLOCK_WALL && !is_busy())
		return;
	if (asked == OPTION_ENGINE_AUTO && is_traced())
		errno = EBUSY;
	else if (perf_available()) {
		atomic_store(&perf_state, PERF_WORKS);
		rt.config.engine = ARENA_ENGINE_PERF;
		return;
	}
	refuse(asked, strerror(errno));
}

static void bill_waits(void)
{
	if (rt.config.clock == ARENA_CLOCK_WALL &&
	    rt.config.engine != ARENA_ENGINE_PERF)
		waits_prepare();
}

/* valgrind, which runs the program in its own process, would see a SIGTRAP that
 * it did not expect, and end. It preloads a library of its own. */
static bool is_in_valgrind(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload && strstr(preload, "/vgpreload_");
}

bool engine_prepare(unsigned asked)
{
	rt.config.engine = ARENA_ENGINE_TIMER;
	masks_prepare();
	if (!handle(SIGPROF))
		return false;
	if (asked == OPTION_ENGINE_TIMER) {
		if (rt.config.events)
			leave_events("PROF_ENGINE is timer");
		bill_waits();
		return true;
	}
	if (is_in_valgrind()) {
		refuse(asked, "valgrind is there");
	} else {
		if (!handle(SIGTRAP))
			return false;
		atomic_store(&perf_state, PERF_UNTRIED);
		try_now(asked);
	}
	bill_waits();
	return true;
}

void engine_forked(void)
{
	if (atomic_load(&perf_state) != PERF_WORKS || rt.config.events ||
	    rt.config.clock == ARENA_CLOCK_WALL)
		return;
	atomic_store(&perf_state, PERF_UNTRIED);
	atomic_store(&ticks, 0);
	atomic_store(&next_try, 0);
	rt.config.engine = ARENA_ENGINE_TIMER;
}

bool engine_drives(const struct rt_thread *t)
{
	return t->timer >= 0 || atomic_load(&t->perf_page);
}

bool engine_must_move(const struct rt_thread *t)
{
	return (t->timer >= 0 && t->blocked_really & RT_BLOCKS_PROF) ||
	       (atomic_load(&t->perf_page) &&
		t->blocked_really & RT_BLOCKS_TRAP);
}

/* A thread that waits at once, and for ever, has to be seen by wall clock. */
static void watch_waits(struct rt_thread *t)
{
	if (rt.config.clock == ARENA_CLOCK_WALL &&
	    rt.config.engine == ARENA_ENGINE_PERF &&
	    !(t->blocked_really & RT_BLOCKS_TRAP) &&
	    !atomic_load(&t->wait_page) && !perf_start_waits(t)) {
		arena_lose(ARENA_LOSS_TIMER);
		rt_warn_once("cannot watch the waits of a thread: they will "
			     "not be seen",
			     NULL);
	}
}

/* Events are counted by perf or not at all. */
static void start_events(struct rt_thread *t)
{
	if (to_perf(t, 0, false) || t->blocked_really)
		return;
	arena_lose(ARENA_LOSS_TIMER);
	rt_warn_once("cannot count the events of a thread: it will not be "
		     "sampled",
		     NULL);
}

void engine_start(struct rt_thread *t)
{
	uint64_t first;

	if (rt.config.engine == ARENA_ENGINE_NONE)
		return;
	watch_waits(t);
	if (engine_drives(t))
		return;
	if (rt.config.events) {
		start_events(t);
		return;
	}
	first = sampler_first_due(t);
	/* Many threads live for a millisecond: their first sample comes within
	 * that, and weighs what it has to. */
	if (t->start_routine && perf_state == PERF_WORKS &&
	    first > t->last_clock_ns + EARLY_NS)
		first = t->last_clock_ns + 1 + sampler_random(t) % EARLY_NS;
	/* RLIMIT_SIGPENDING counts timers, and does not count perf events. */
	if (to_perf(t, first - t->last_clock_ns, false) ||
	    (!(t->blocked_really & RT_BLOCKS_PROF) && timers_start(t, first)) ||
	    to_perf(t, first - t->last_clock_ns, true) || t->blocked_really)
		return;
	arena_lose(ARENA_LOSS_TIMER);
	rt_warn_once("cannot create a timer for a thread: its time will not "
		     "be sampled",
		     NULL);
}

void engine_stop(struct rt_thread *t)
{
	timers_stop(t);
	perf_stop(t);
}
