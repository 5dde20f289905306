/* clock.h - the ticks that events are timed with.
 *
 * The time stamp counter where it is invariant, else nanoseconds. Context:
 * signal.
 */
#ifndef PROF_RUNTIME_CLOCK_H
#define PROF_RUNTIME_CLOCK_H

#include "lib/runtime/signal/raw.h"
#include "lib/runtime/signal/rt.h"

/* Whether the processor counts at one rate on all cores, asleep or awake:
 * CPUID 0x80000007, EDX bit 8 (Intel SDM vol. 3, "Invariant TSC"). */
bool clock_tsc_invariant(void);

static inline RT_QUIET uint64_t clock_tsc(void)
{
#if defined(__x86_64__)
	return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
	uint64_t value;

	__asm__ volatile("mrs %0, cntvct_el0" : "=r"(value));
	return value;
#else
	return raw_clock_ns(CLOCK_MONOTONIC);
#endif
}

/* Now, in the unit and on the clock that config asks of the tracer. */
static inline RT_QUIET uint64_t clock_ticks(void)
{
	if (RT_LIKELY(rt.config.ticks == ARENA_TICKS_TSC))
		return clock_tsc();
	if (rt.config.clock == ARENA_CLOCK_CPU)
		return raw_clock_ns(CLOCK_THREAD_CPUTIME_ID);
	return raw_clock_ns(CLOCK_MONOTONIC);
}

/* The same instant on both clocks: of a few tries the one that took least. */
struct arena_sync clock_sync(void);

#endif
