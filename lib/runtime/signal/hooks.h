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

/* The hooks lie together: a sample taken there is not the program's time. */
#define HOOKS_TEXT __attribute__((section("prof_hooks")))

/* Weak: a program that links libprof.a and calls no hooks has no such section.
 */
extern const char __start_prof_hooks[]
	__attribute__((weak, visibility("hidden")));
extern const char __stop_prof_hooks[]
	__attribute__((weak, visibility("hidden")));

static inline bool hooks_contain(uintptr_t pc)
{
	return pc >= (uintptr_t)__start_prof_hooks &&
	       pc < (uintptr_t)__stop_prof_hooks;
}

HOOKS_PUBLIC void __cyg_profile_func_enter(void *function, void *call_site);
HOOKS_PUBLIC void __cyg_profile_func_exit(void *function, void *call_site);

#endif
