/* emit.h - from the arena to the finished, compressed file.
 *
 * Context: ordinary.
 */
#ifndef PROF_RUNTIME_EMIT_H
#define PROF_RUNTIME_EMIT_H

#include "lib/runtime/signal/rt.h"

/* Recording begins anew: the CPU time of the process until now is not told. */
void emit_drop_usage(void);

/* Recording has ended, with STATUS: bill and describe all threads, compress
 * the file and put it in place of the raw one. Where that fails, the raw file
 * stays, with one warning. */
void emit_finish(int status);

/* The process ends at once, with STATUS: say so in the file as it is. A vfork
 * child, which is in its parent's memory, changes nothing. Context: signal. */
void emit_mark(int status);

/* This thread is about to do what the process may not come back from: bill its
 * time and say in the file that it ended so. ARENA_END_NONE: it came back, and
 * that is taken back. Context: signal. */
void emit_mark_going(enum arena_end end);

/* The process is about to lose system calls that we need: finish the profile,
 * and record nothing more. */
void emit_before_sandbox(void);

/* Write a compressed copy of what there is so far beside the profile. 0, or -1
 * with a warning. */
int emit_copy(void);

#endif
