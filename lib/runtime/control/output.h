/* output.h - where this process writes, and what it is called.
 *
 * Context: ordinary, at start-up.
 */
#ifndef PROF_RUNTIME_OUTPUT_H
#define PROF_RUNTIME_OUTPUT_H

#include "lib/base/options.h"
#include "lib/runtime/signal/rt.h"

/* Fill rt.config's program, exe, host, rank, session, text and output from the
 * process and from OPTIONS. The output becomes absolute: a later chdir does
 * not move it. False, and errno set: there is no such path. */
bool output_prepare(const struct options *options);

/* Whether a file can be made in the output's directory; else WHY says, in one
 * line, what is wrong. */
bool output_writable(char *why, size_t size);

#endif
