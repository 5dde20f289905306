/* init.c - from the loader's call to the first event, and to the last. */
#include "lib/base/options.h"
#include "lib/runtime/control/calibrate.h"
#include "lib/runtime/control/control.h"
#include "lib/runtime/control/detect.h"
#include "lib/runtime/control/emit.h"
#include "lib/runtime/control/fork.h"
#include "lib/runtime/control/loader.h"
#include "lib/runtime/control/output.h"
#include "lib/runtime/control/signals.h"
#include "lib/runtime/control/threads.h"
#include "lib/runtime/control/timers.h"
#include "lib/runtime/signal/arena.h"
#include "lib/runtime/signal/clock.h"
#include "lib/runtime/signal/modules.h"
#include "lib/runtime/signal/raw.h"
#include "lib/runtime/signal/sampler.h"
#include "lib/runtime/signal/text.h"

#include <dlfcn.h>
#include <errno.h>
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

	c->mode = (uint8_t)o->mode;
	c->mode_asked = o->mode != OPTION_MODE_AUTO;
	if (o->mode == OPTION_MODE_AUTO)
		c->mode = detect_instrumented() ? ARENA_MODE_TRACE
						: ARENA_MODE_SAMPLE;
	c->clock = (uint8_t)o->clock;
	if (o->clock == OPTION_CLOCK_AUTO)
		c->clock = c->mode == ARENA_MODE_TRACE ? ARENA_CLOCK_WALL
						       : ARENA_CLOCK_CPU;
	c->ticks = ARENA_TICKS_NS;
	if (c->mode == ARENA_MODE_TRACE && c->clock == ARENA_CLOCK_WALL &&
	    clock_tsc_invariant())
		c->ticks = ARENA_TICKS_TSC;
	c->engine = c->mode == ARENA_MODE_TRACE ? ARENA_ENGINE_NONE
						: ARENA_ENGINE_TIMER;
	if (o->engine == OPTION_ENGINE_PERF && c->engine)
		warn("PROF_ENGINE=perf: not built in yet; using timer");
	c->hz = o->hz;
	c->depth = o->depth;
	c->reserve_bytes = choose_reserve();
	c->follow_fork = o->follow == OPTION_FOLLOW_ALL ||
			 o->follow == OPTION_FOLLOW_FORK;
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

static void set_up(const struct options *options)
{
	struct calibration calibration;
	struct rt_thread *t;

	configure(options);
	rt.config.sync = clock_sync();
	if (rt.config.mode != ARENA_MODE_TRACE)
		loader_prepare();
	calibrate_hooks(&calibration);
	rt.config.hook_inside_ps = calibration.inside_ps;
	rt.config.hook_outside_ps = calibration.outside_ps;
	rt.config.hook_spread_ps = calibration.spread_ps;
	if (!threads_prepare() || !fork_prepare() || on_exit(at_exit, NULL)) {
		warn("cannot follow threads, forks and exit; nothing is "
		     "recorded");
		return;
	}
	if (rt.config.mode != ARENA_MODE_TRACE && !timers_prepare()) {
		warn("cannot handle SIGPROF; nothing is recorded");
		return;
	}
	control_ready();
	if (options->follow == OPTION_FOLLOW_NONE ||
	    options->follow == OPTION_FOLLOW_FORK)
		leave_preload();
	if (options->verbose)
		describe();
	t = thread_adopt();
	atomic_store(&rt.active, options->start);
	if (t)
		threads_enter(t, false);
}

/* Before the program's own constructors (priority 101 in libprof.a; the loader
 * runs a preloaded library's in any case before the program's). */
__attribute__((constructor(101))) static void start(void)
{
	int saved_errno = errno;
	struct options options;

	/* A setuid program trusts nobody's environment. */
	if (getauxval(AT_SECURE) || is_second_copy())
		return;
	options_read(&options, getenv, warn);
	if (prepare(&options))
		set_up(&options);
	errno = saved_errno;
}
