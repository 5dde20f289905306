/* emit.h - from the arena to the finished, compressed file.
 *
 * Context: ordinary.
 */
#ifndef PROF_RUNTIME_EMIT_H
#define PROF_RUNTIME_EMIT_H

#include "lib/runtime/signal/rt.h"

/* Recording has ended, with STATUS: bill and describe all threads, compress
 * the file and put it in place of the raw one. Where that fails, the raw file
 * stays, with one warning. */
void emit_finish(int status);

/* The process ends at once, with STATUS: say so in the file as it is. A vfork
 * child, which is in its parent's memory, changes nothing. Context: signal. */
void emit_mark(int status);

/* This thread is about to replace the process by another program: bill its
 * time and say so in the file; with BEGINS false, take it back. Context:
 * signal. */
void emit_mark_exec(bool begins);

/* The process is about to lose system calls that we need: finish the profile,
 * and record nothing more. */
void emit_before_sandbox(void);

/* Write a compressed copy of what there is so far beside the profile. 0, or -1
 * with a warning. */
int emit_copy(void);

#endif
