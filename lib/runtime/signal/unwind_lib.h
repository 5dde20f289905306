/* unwind_lib.h - what libunwind asks while it walks in a handler.
 *
 * Only where RT_CFI is 0 (unwind.h). Context: signal.
 */
#ifndef PROF_RUNTIME_UNWIND_LIB_H
#define PROF_RUNTIME_UNWIND_LIB_H

#include "lib/runtime/signal/unwind.h"

#include <link.h>

typedef int unwind_visit(struct dl_phdr_info *info, size_t size, void *data);

enum { UNWIND_NOT_ASKED = INT32_MIN };

/* libunwind asks dl_iterate_phdr for the object at a pc, and the loader would
 * answer under a lock that the interrupted code may hold. While this thread
 * unwinds, the question is answered here, with the one object that holds the
 * pc. Otherwise returns UNWIND_NOT_ASKED. */
int unwind_answer_phdr(unwind_visit *visit, void *data);

#endif
