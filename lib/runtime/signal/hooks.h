/* hooks.h - the compiler's hooks: -finstrument-functions calls them.
 *
 * See "Instrumentation options" in the manual of gcc. Context: signal.
 */
#ifndef PROF_RUNTIME_HOOKS_H
#define PROF_RUNTIME_HOOKS_H

#define HOOKS_PUBLIC                                                           \
	__attribute__((visibility("default"), no_instrument_function))

HOOKS_PUBLIC void __cyg_profile_func_enter(void *function, void *call_site);
HOOKS_PUBLIC void __cyg_profile_func_exit(void *function, void *call_site);

#endif
