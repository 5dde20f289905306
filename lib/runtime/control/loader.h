/* loader.h - what the unwinder has to know of the dynamic loader beforehand.
 *
 * Where libunwind walks (RT_CFI 0, signal/unwind.h), this stands in front of
 * dl_iterate_phdr, answered without the loader's lock while a handler unwinds,
 * and of pipe2.
 */
#ifndef PROF_RUNTIME_LOADER_H
#define PROF_RUNTIME_LOADER_H

/* Note the modules that stay, or settle what libunwind does lazily. Context:
 * ordinary, at start-up. */
void loader_prepare(void);

#endif
