/* quick.h - the ways to end a process that run no exit handlers.
 *
 * Context: ordinary.
 */
#ifndef PROF_RUNTIME_QUICK_H
#define PROF_RUNTIME_QUICK_H

/* At start-up, before the program can: what is registered first runs last. */
void quick_prepare(void);

#endif
