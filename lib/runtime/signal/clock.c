#include "lib/runtime/signal/clock.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

bool clock_tsc_invariant(void)
{
#if defined(__x86_64__)
	unsigned a, b, c, d;

	if (!__get_cpuid(0x80000007u, &a, &b, &c, &d))
		return false;
	return d & (1u << 8);
#elif defined(__aarch64__)
	return true; /* the generic timer counts at a constant rate */
#else
	return false;
#endif
}

struct arena_sync clock_sync(void)
{
	struct arena_sync best = { 0, 0 };
	uint64_t best_width = UINT64_MAX;
	int i;

	for (i = 0; i < 8; i++) {
		uint64_t before = clock_tsc();
		uint64_t mono = raw_clock_ns(CLOCK_MONOTONIC);
		uint64_t after = clock_tsc();

		if (after - before >= best_width)
			continue;
		best_width = after - before;
		best.mono_ns = mono;
		best.ticks = rt.config.ticks == ARENA_TICKS_TSC
				     ? before + best_width / 2
				     : mono;
	}
	return best;
}
