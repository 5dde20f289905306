#include "lib/runtime/signal/rt.h"

#include "lib/runtime/signal/raw.h"
#include "lib/runtime/signal/text.h"

struct rt_globals rt;

enum rt_hook_state rt_hook_state(void)
{
	switch (rt.config.mode) {
	case ARENA_MODE_TRACE:
		if (rt.config.ticks != ARENA_TICKS_TSC)
			return RT_OTHER;
		return rt.config.timed ? RT_TIMED : RT_TRACE;
	case ARENA_MODE_COUNT:
		return RT_COUNT;
	default:
		return RT_UNSET;
	}
}

unsigned rt_switch(unsigned active)
{
	unsigned was = atomic_exchange(&rt.active, active), seen;

	/* Another thread may switch as well: whoever is last sees both. */
	do {
		seen = atomic_load(&rt.active);
		if (seen)
			atomic_fetch_or(&rt.hooks, rt_hook_state());
		else
			atomic_fetch_and(&rt.hooks, RT_REUSED);
	} while (seen != atomic_load(&rt.active));
	return was;
}

void rt_warn_once(const char *line, const char *detail)
{
	static atomic_flag warned = ATOMIC_FLAG_INIT;
	static char text[1024]; /* not on a handler's stack */
	char *at = text, *end = text + sizeof(text) - 1;

	if (atomic_flag_test_and_set(&warned))
		return;
	text_put(&at, end, "libprof: ");
	text_put(&at, end, line);
	if (detail && *detail) {
		text_put(&at, end, ": ");
		text_put(&at, end, detail);
	}
	*at++ = '\n';
	(void)raw_write(2, text, (size_t)(at - text));
}
