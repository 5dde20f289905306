/* loader.h - between libunwind and the dynamic loader.
 *
 * Stands in front of dl_iterate_phdr: while a handler unwinds, it is answered
 * without the loader's lock (signal/unwind.h); else by libc as ever.
 */
#ifndef PROF_RUNTIME_LOADER_H
#define PROF_RUNTIME_LOADER_H

/* Settle what libunwind does lazily, so that no handler has to. Context:
 * ordinary, at start-up. */
void loader_prepare(void);

#endif
