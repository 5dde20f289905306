/* walks.c - what one walk of the stack costs in a signal handler, by method.
 *
 * Preloaded into any program: WALK=METHOD says how to walk, and the figures are
 * appended to the file WALK_OUT at exit: METHOD SAMPLES FRAMES MEDIAN_US
 * MEAN_US, where the mean leaves out the longest hundredth (another process or
 * the hypervisor had the processor then). Samples come at WALK_HZ (4000) from a
 * perf event, or from a timer where those are forbidden; with 0, only when the
 * program raises SIGPROF.
 *
 * Methods: empty, fp (frame pointers), unw_backtrace, unw_step, backtrace
 * (glibc), rows (ours, each stack whole), memo (ours as it is), sample (all
 * that libprof does: the clock, the walk, the context), and compare, which
 * tells where memo, rows and unw_step find different stacks.
 */
#include "lib/runtime/control/loader.h"
#include "lib/runtime/control/ownstack.h"
#include "lib/runtime/signal/clock.h"
#include "lib/runtime/signal/modules.h"
#include "lib/runtime/signal/raw.h"
#include "lib/runtime/signal/sampler.h"
#include "lib/runtime/signal/thread.h"
#include "lib/runtime/signal/unwind.h"
#include "tests/unw_step.h"

#include <errno.h>
#include <execinfo.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <ucontext.h>

enum { DEPTH = 1024, SAMPLES_MAX = 400000 };

static struct rt_thread *self, *plain;
static uint32_t *ticks; /* of each sample */
static size_t samples;
static uint64_t frames;
static int perf_fd = -1;
static uint32_t tid;

typedef size_t walk_function(ucontext_t *uc);
static walk_function *method;

static size_t walk_empty(ucontext_t *uc)
{
	(void)uc;
	return 0;
}

/* Without looking whether an address can be read, on the main stack alone. */
static size_t walk_fp(ucontext_t *uc)
{
	uintptr_t bp = (uintptr_t)uc->uc_mcontext.gregs[REG_RBP];
	uintptr_t low = (uintptr_t)uc->uc_mcontext.gregs[REG_RSP];
	size_t n = 1;

	while (bp >= low && bp < self->stack_end - 16 && !(bp & 7) &&
	       n < DEPTH) {
		uintptr_t pc = ((uintptr_t *)bp)[1];

		if (!pc)
			break;
		n++;
		low = bp + 1;
		bp = *(uintptr_t *)bp;
	}
	return n;
}

static uintptr_t pcs[DEPTH];

/* Neither function takes a context: both begin in this handler. */
static size_t walk_unw_backtrace(ucontext_t *uc)
{
	(void)uc;
	return (size_t)unw_backtrace((void **)pcs, DEPTH);
}

static size_t walk_backtrace(ucontext_t *uc)
{
	(void)uc;
	return (size_t)backtrace((void **)pcs, DEPTH);
}

static size_t walk_unw_step(ucontext_t *uc)
{
	return unw_step_all(uc, pcs, DEPTH);
}

static size_t walk_memo(ucontext_t *uc)
{
	struct unwind_stack stack;

	unwind_stack(self, uc, &stack);
	return stack.count;
}

static size_t walk_rows(ucontext_t *uc)
{
	unwind_forget(self);
	return walk_memo(uc);
}

static size_t walk_sample(ucontext_t *uc)
{
	sampler_take(uc, 0);
	return 0;
}

static size_t differences, cut, longer;

/* Say on stderr what differs, for the first few. */
static void show(const char *what, const struct unwind_stack *a, size_t theirs)
{
	size_t i;

	if (++differences > 10)
		return;
	dprintf(2, "%s: ours %zu frames, cut %d, theirs %zu\n", what, a->count,
		a->cut, theirs);
	for (i = 0; i < a->count || i < theirs; i++) {
		struct module_image image = { .name = "?" };
		uintptr_t pc = i < a->count ? a->frame[i].pc : pcs[i];

		(void)modules_find(pc, &image);
		dprintf(2, "  %2zu %14lx %14lx %s+%lx sp %lx\n", i,
			i < a->count ? (unsigned long)a->frame[i].pc : 0,
			i < theirs ? (unsigned long)pcs[i] : 0, image.name,
			(unsigned long)(pc - image.bias),
			i < a->count ? (unsigned long)a->frame[i].sp : 0);
	}
}

static size_t walk_compare(ucontext_t *uc)
{
	struct unwind_stack a, b;
	size_t i, theirs = walk_unw_step(uc);

	unwind_stack(self, uc, &a);
	unwind_forget(plain);
	unwind_stack(plain, uc, &b);
	for (i = 0; i < a.count && i < b.count; i++)
		if (a.frame[i].pc != b.frame[i].pc ||
		    a.frame[i].sp != b.frame[i].sp)
			break;
	if (a.count != b.count || i < a.count)
		show("memo and rows", &a, theirs);
	cut += a.cut != ARENA_CUT_COUNT;
	for (i = 0; i < a.count && i < theirs; i++)
		if (a.frame[i].pc != pcs[i])
			break;
	if (a.cut == ARENA_CUT_COUNT &&
	    pcs[theirs - 1] != a.frame[a.count - 1].pc)
		longer++; /* we came to the end, they did not */
	else if (i < theirs || i < a.count)
		show("ours and unw_step", &a, theirs);
	return a.count;
}

static void on_sigprof(int number, siginfo_t *info, void *context)
{
	int saved_errno = errno;
	uint64_t start, took;

	(void)number;
	(void)info;
	if (raw_tid() != tid)
		return;
	start = __builtin_ia32_rdtsc();
	frames += method(context);
	took = __builtin_ia32_rdtsc() - start;
	if (samples < SAMPLES_MAX)
		ticks[samples++] =
			took < UINT32_MAX ? (uint32_t)took : UINT32_MAX;
	if (perf_fd >= 0)
		(void)ioctl(perf_fd, PERF_EVENT_IOC_REFRESH, 1);
	errno = saved_errno;
}

static const struct {
	const char *name;
	walk_function *function;
} methods[] = {
	{ "empty", walk_empty },
	{ "fp", walk_fp },
	{ "unw_backtrace", walk_unw_backtrace },
	{ "unw_step", walk_unw_step },
	{ "backtrace", walk_backtrace },
	{ "rows", walk_rows },
	{ "memo", walk_memo },
	{ "sample", walk_sample },
	{ "compare", walk_compare },
};

static bool start_perf(unsigned hz)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = 1000000000u / hz,
		.disabled = 1,
		.wakeup_events = 1,
		.exclude_hv = 1,
	};
	struct f_owner_ex owner = { F_OWNER_TID, (pid_t)tid };

	perf_fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1,
			       PERF_FLAG_FD_CLOEXEC);
	if (perf_fd < 0)
		return false;
	return !fcntl(perf_fd, F_SETSIG, SIGPROF) &&
	       !fcntl(perf_fd, F_SETOWN_EX, &owner) &&
	       !fcntl(perf_fd, F_SETFL, O_ASYNC) &&
	       !ioctl(perf_fd, PERF_EVENT_IOC_REFRESH, 1);
}

static void start_timer(unsigned hz)
{
	struct itimerspec when = { .it_interval.tv_nsec =
					   (long)(1000000000u / hz) };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
				  .sigev_signo = SIGPROF };
	timer_t timer;

	when.it_value = when.it_interval;
	if (!timer_create(CLOCK_MONOTONIC, &event, &timer))
		(void)timer_settime(timer, 0, &when, NULL);
}

static struct rt_thread *make_thread(void)
{
	size_t head = (sizeof(struct rt_thread) + 63) & ~(size_t)63;
	struct rt_thread *t = raw_map_private(head + unwind_scratch_size());

	t->scratch = (char *)t + head;
	ownstack_find(t);
	return t;
}

static void prepare_sampler(void)
{
	struct rt_config *c = &rt.config;

	c->mode = ARENA_MODE_SAMPLE;
	c->clock = ARENA_CLOCK_CPU;
	c->ticks = ARENA_TICKS_NS;
	c->reserve_bytes = 1 << 30;
	strcpy(c->output, "/tmp/walks.%p.prof");
	if (!arena_prepare() || !modules_prepare() || !thread_prepare() ||
	    !thread_ready())
		method = walk_empty;
	else
		ownstack_find(rt_self);
}

__attribute__((constructor)) static void begin(void)
{
	struct sigaction action = { .sa_sigaction = on_sigprof,
				    .sa_flags = SA_SIGINFO | SA_RESTART };
	const char *name = getenv("WALK"), *hz = getenv("WALK_HZ");
	unsigned rate;
	size_t i;

	for (i = 0; name && i < sizeof(methods) / sizeof(methods[0]); i++)
		if (!strcmp(methods[i].name, name))
			method = methods[i].function;
	if (!method)
		return;
	/* What it starts is not measured. */
	unsetenv("LD_PRELOAD");
	rt.config.depth = DEPTH;
	rt.config.hz = 1000;
	rt.config.page_size = (uint32_t)sysconf(_SC_PAGESIZE);
	tid = raw_tid();
	loader_prepare();
	self = make_thread();
	plain = make_thread();
	if (method == walk_sample)
		prepare_sampler();
	ticks = raw_map_private(SAMPLES_MAX * sizeof(*ticks));
	/* Both load or look up what they need at the first call. */
	unw_set_caching_policy(unw_local_addr_space, UNW_CACHE_PER_THREAD);
	(void)unw_backtrace((void **)pcs, DEPTH);
	(void)backtrace((void **)pcs, DEPTH);
	sigfillset(&action.sa_mask);
	sigaction(SIGPROF, &action, NULL);
	rate = hz ? (unsigned)atoi(hz) : 4000;
	if (rate && !start_perf(rate))
		start_timer(rate);
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

__attribute__((destructor)) static void end(void)
{
	const char *path = getenv("WALK_OUT");
	size_t i, n;
	double sum = 0, ns_per_tick;
	uint64_t tsc, ns;
	FILE *out;

	if (!method || raw_tid() != tid)
		return;
	signal(SIGPROF, SIG_IGN);
	if (method == walk_sample)
		(void)unlink(arena->path);
	tsc = __builtin_ia32_rdtsc();
	ns = raw_clock_ns(CLOCK_MONOTONIC);
	while (raw_clock_ns(CLOCK_MONOTONIC) - ns < 20000000)
		;
	ns = raw_clock_ns(CLOCK_MONOTONIC) - ns;
	ns_per_tick = (double)ns / (double)(__builtin_ia32_rdtsc() - tsc);
	out = path ? fopen(path, "a") : stderr;
	if (!out || !samples)
		return;
	qsort(ticks, samples, sizeof(*ticks), by_value);
	n = samples - samples / 100;
	for (i = 0; i < n; i++)
		sum += ticks[i];
	fprintf(out, "%s %zu %.1f %.3f %.3f", getenv("WALK"), samples,
		(double)frames / (double)samples,
		ticks[samples / 2] * ns_per_tick / 1000,
		sum / (double)n * ns_per_tick / 1000);
	if (method == walk_compare)
		fprintf(out, " different %zu cut %zu longer %zu", differences,
			cut, longer);
	fputc('\n', out);
	fflush(out);
}
