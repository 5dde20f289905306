/* regions.h - the named regions of prof.h, as functions of their own.
 *
 * Context: signal.
 */
#ifndef PROF_RUNTIME_REGIONS_H
#define PROF_RUNTIME_REGIONS_H

#include <stdint.h>

/* Enter the region NAME from SITE, a return address in the function whose
 * stack pointer is SP. 0, or -1 where nothing is traced. */
int regions_begin(const char *name, uintptr_t site, uintptr_t sp);

/* Leave the innermost region. */
int regions_end(uintptr_t sp);

#endif
