/* hooks.h - the compiler's hooks: -finstrument-functions calls them.
 *
 * See "Instrumentation options" in the manual of gcc. Context: signal.
 */
#ifndef PROF_RUNTIME_HOOKS_H
#define PROF_RUNTIME_HOOKS_H

#define HOOKS_PUBLIC                                                           \
	__attribute__((visibility("default"), no_instrument_function))

#include <stdbool.h>
#include <stdint.h>

/* The hooks lie together: a sample taken there is not the program's time. Each
 * starts a cache line, so that its speed is not by luck. */
#define HOOKS_TEXT __attribute__((section("prof_hooks"), aligned(64)))

/* The exit hook lies apart: what it hides is its caller's time. */
#define HOOKS_EXIT_TEXT __attribute__((section("prof_exit_hook"), aligned(64)))

/* Weak: a program that links libprof.a and calls no hooks has no such section.
 */
extern const char __start_prof_hooks[]
	__attribute__((weak, visibility("hidden")));
extern const char __stop_prof_hooks[]
	__attribute__((weak, visibility("hidden")));

extern const char __start_prof_exit_hook[]
	__attribute__((weak, visibility("hidden")));
extern const char __stop_prof_exit_hook[]
	__attribute__((weak, visibility("hidden")));

/* Whether PC is in an enter hook. */
static inline bool hooks_enter_at(uintptr_t pc)
{
	return pc >= (uintptr_t)__start_prof_hooks &&
	       pc < (uintptr_t)__stop_prof_hooks;
}

/* Whether PC is in the exit hook. */
static inline bool hooks_exit_at(uintptr_t pc)
{
	return pc >= (uintptr_t)__start_prof_exit_hook &&
	       pc < (uintptr_t)__stop_prof_exit_hook;
}

HOOKS_PUBLIC void __cyg_profile_func_enter(void *function, void *call_site);
HOOKS_PUBLIC void __cyg_profile_func_exit(void *function, void *call_site);

#endif
