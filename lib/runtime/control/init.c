/* init.c - from the loader's call to the first event, and to the last. */
#include "lib/base/options.h"
#include "lib/runtime/control/calibrate.h"
#include "lib/runtime/control/control.h"
#include "lib/runtime/control/detect.h"
#include "lib/runtime/control/emit.h"
#include "lib/runtime/control/engine.h"
#include "lib/runtime/control/exec.h"
#include "lib/runtime/control/filters.h"
#include "lib/runtime/control/fork.h"
#include "lib/runtime/control/loader.h"
#include "lib/runtime/control/output.h"
#include "lib/runtime/control/quick.h"
#include "lib/runtime/control/threads.h"
#include "lib/runtime/signal/arena.h"
#include "lib/runtime/signal/clock.h"
#include "lib/runtime/signal/filter.h"
#include "lib/runtime/signal/modules.h"
#include "lib/runtime/signal/raw.h"
#include "lib/runtime/signal/sampler.h"
#include "lib/runtime/signal/text.h"

#include <dlfcn.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>

enum { RESERVE_BYTES = 1 << 30 };

static void warn(const char *line)
{
	char text[512];
	int size = snprintf(text, sizeof(text), "libprof: %s\n", line);

	if (size > (int)sizeof(text) - 1)
		size = sizeof(text) - 1;
	(void)raw_write(2, text, (size_t)size);
}

/* Address space for the arena: a gigabyte is not missed by anyone, except
 * where it is rationed. */
static uint64_t choose_reserve(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_AS, &limit) || limit.rlim_cur == RLIM_INFINITY ||
	    limit.rlim_cur / 8 > RESERVE_BYTES)
		return RESERVE_BYTES;
	return (limit.rlim_cur / 8) & ~(uint64_t)(ARENA_PAGE - 1);
}

static void configure(const struct options *o)
{
	struct rt_config *c = &rt.config;
	struct timespec tick;

	c->mode = (uint8_t)o->mode;
	c->mode_asked = o->mode != OPTION_MODE_AUTO;
	if (o->mode == OPTION_MODE_AUTO)
		c->mode = detect_instrumented() ? ARENA_MODE_TRACE
						: ARENA_MODE_SAMPLE;
	c->clock = (uint8_t)o->clock;
	if (o->clock == OPTION_CLOCK_AUTO)
		c->clock = c->mode == ARENA_MODE_TRACE ? ARENA_CLOCK_WALL
						       : ARENA_CLOCK_CPU;
	if (o->event && c->mode == ARENA_MODE_TRACE)
		warn("PROF_EVENT: mode trace takes no samples; ignored");
	else if (o->event) {
		c->clock = (uint8_t)(ARENA_CLOCK_CYCLES + o->event - 1);
		c->events = true;
	}
	c->ticks = ARENA_TICKS_NS;
	if (c->mode == ARENA_MODE_TRACE && c->clock == ARENA_CLOCK_WALL &&
	    clock_tsc_invariant())
		c->ticks = ARENA_TICKS_TSC;
	c->durations = o->durations && c->mode == ARENA_MODE_TRACE;
	if (c->mode == ARENA_MODE_TRACE)
		c->min_duration_ns = o->min_duration_ns;
	else if (o->min_duration_ns && c->mode_asked)
		warn("PROF_MIN_DURATION: only mode trace knows how long a call "
		     "takes; ignored");
	c->timed = c->durations || c->min_duration_ns;
	c->engine = ARENA_ENGINE_NONE;
	c->hz = o->hz;
	if (clock_getres(CLOCK_MONOTONIC_COARSE, &tick) == 0)
		c->tick_ns = (uint64_t)tick.tv_nsec;
	c->page_size = (uint32_t)sysconf(_SC_PAGESIZE);
	c->depth = o->depth;
	c->reserve_bytes = choose_reserve();
	c->rationed = c->reserve_bytes < RESERVE_BYTES;
	c->follow_fork = o->follow == OPTION_FOLLOW_ALL ||
			 o->follow == OPTION_FOLLOW_FORK;
}

/* The shortest duration in ticks, whose rate is measured since start-up: a
 * fifth of a millisecond gives it to a few in ten thousand. */
static uint64_t min_ticks(void)
{
	const struct arena_sync *from = &rt.config.sync;
	struct arena_sync to;
	double ticks = (double)rt.config.min_duration_ns;

	if (rt.config.ticks == ARENA_TICKS_TSC && rt.config.min_duration_ns) {
		do
			to = clock_sync();
		while (to.mono_ns - from->mono_ns < 200000);
		ticks *= (double)(to.ticks - from->ticks) /
			 (double)(to.mono_ns - from->mono_ns);
	}
	return (uint64_t)(ticks + 0.5);
}

/* Children that are not to be followed get an environment without us. */
static void leave_preload(void)
{
	const char *preload = getenv("LD_PRELOAD");
	char kept[4096], *at = kept;
	size_t length;

	if (!preload || strlen(preload) >= sizeof(kept))
		return;
	*at = '\0';
	for (; *preload; preload += length) {
		preload += strspn(preload, ": ");
		length = strcspn(preload, ": ");
		if (!length || memmem(preload, length, "libprof.so", 10))
			continue;
		if (at > kept)
			*at++ = ':';
		memcpy(at, preload, length);
		at += length;
		*at = '\0';
	}
	if (*kept)
		setenv("LD_PRELOAD", kept, 1);
	else
		unsetenv("LD_PRELOAD");
}

static bool prepare(const struct options *options)
{
	char why[512];

	if (!arena_prepare() || !thread_prepare() || !modules_prepare()) {
		warn("out of memory; nothing is recorded");
		return false;
	}
	if (!output_prepare(options)) {
		snprintf(why, sizeof(why),
			 "no path for PROF_OUTPUT=%.300s: %s; nothing is "
			 "recorded",
			 options->output, strerror(errno));
		warn(why);
		return false;
	}
	if (!output_writable(why, sizeof(why))) {
		warn(why);
		return false;
	}
	return true;
}

/* What is to be left out; without it all is recorded, and a line says why. */
static void set_filter(const struct options *options)
{
	const struct filter *filter = NULL;
	char why[512];

	if (rt.config.mode == ARENA_MODE_SAMPLE)
		return;
	if (strcmp(options->filter, "none") != 0) {
		filter = filters_load(options->filter, why, sizeof(why));
		if (!filter)
			warn(why);
	}
	filter_use(filter, options->call_depth);
}

static void at_exit(int status, void *unused)
{
	(void)unused;
	emit_finish(status);
}

static void describe(void)
{
	static const char *const modes[] = { "auto", "sample", "trace",
					     "count" };
	char path[RT_PATH_MAX], line[RT_PATH_MAX + 64];

	if (!text_output_path(path, sizeof(path), rt.config.output, raw_pid(),
			      0))
		return;
	snprintf(line, sizeof(line), "pid %u, mode %s, to %s", raw_pid(),
		 modes[rt.config.mode], path);
	warn(line);
}

/* Whether another copy of us (libprof.a in the program, say) is there before
 * this one: symbols are bound to that, and we keep quiet. */
static bool is_second_copy(void)
{
	void *bound = dlsym(RTLD_DEFAULT, "libprof_version");

	return bound && bound != (void *)libprof_version;
}

/* The first thread of the process: what it takes to begin is ours, and not in
 * the profile. */
static void enter_first(struct rt_thread *t)
{
	t->guard = RT_GUARD_STARTING;
	threads_enter(t, false);
	sampler_begin(t, false);
	atomic_signal_fence(memory_order_seq_cst);
	t->guard = RT_GUARD_NONE;
}

static void set_up(const struct options *options)
{
	struct calibration calibration;
	struct rt_thread *t;

	configure(options);
	set_filter(options);
	rt.config.sync = clock_sync();
	if (rt.config.mode != ARENA_MODE_TRACE)
		loader_prepare();
	rt.config.min_ticks = rt.config.min_duration_ns;
	calibrate_hooks(&calibration);
	rt.config.min_ticks = min_ticks();
	rt.config.hook_inside_ps = calibration.inside_ps;
	rt.config.hook_outside_ps = calibration.outside_ps;
	rt.config.hook_spread_ps = calibration.spread_ps;
	rt.config.call_cost = calibration.call_cost;
	rt.config.pair_cost = calibration.pair_cost;
	if (!threads_prepare() || !fork_prepare() || on_exit(at_exit, NULL)) {
		warn("cannot follow threads, forks and exit; nothing is "
		     "recorded");
		return;
	}
	if (rt.config.mode != ARENA_MODE_TRACE &&
	    !engine_prepare(options->engine)) {
		warn("cannot handle SIGPROF; nothing is recorded");
		return;
	}
	quick_prepare();
	exec_prepare();
	control_ready();
	if (options->follow == OPTION_FOLLOW_NONE ||
	    options->follow == OPTION_FOLLOW_FORK)
		leave_preload();
	if (options->verbose)
		describe();
	t = thread_adopt();
	atomic_store(&rt.interrupted, !options->start);
	rt_switch(options->start);
	if (t)
		enter_first(t);
	rt.config.start_cpu_ns = raw_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

/* Whether NAME matches one of PATTERNS, and none that begins with "!"; where
 * all begin so, it needs to match none. */
static bool is_asked_for(const char *name, const char *patterns)
{
	bool found = false, only_others = true;
	char one[256];

	while (*patterns) {
		size_t length = strcspn(patterns, ",");
		bool leave_out = *patterns == '!';

		if (length < sizeof(one)) {
			memcpy(one, patterns, length);
			one[length] = '\0';
			if (!fnmatch(one + leave_out, name, 0)) {
				if (leave_out)
					return false;
				found = true;
			}
		}
		only_others &= leave_out;
		patterns += length;
		patterns += strspn(patterns, ",");
	}
	return found || only_others;
}

/* Children are not to be told again. */
static void warn_of_value(const char *variable, const char *line)
{
	warn(line);
	unsetenv(variable);
}

static void warn_of_name(const char *variable, const char *line)
{
	(void)variable;
	warn(line);
}

/* Before the program's own constructors (priority 101 in libprof.a; the loader
 * runs a preloaded library's in any case before the program's). */
__attribute__((constructor(101))) static void start(void)
{
	int saved_errno = errno;
	const char *session = getenv(OPTIONS_SESSION);
	struct options options;

	/* A setuid program trusts nobody's environment. */
	if (getauxval(AT_SECURE) || is_second_copy())
		return;
	options_read(&options, getenv, warn_of_value);
	if (is_asked_for(program_invocation_short_name, options.program)) {
		/* Children have them from a process that was told, as was
		 * "prof run". */
		if (!session || !*session)
			options_misspelt(environ, warn_of_name);
		if (prepare(&options))
			set_up(&options);
	}
	errno = saved_errno;
}
