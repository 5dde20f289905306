/* signals.h - the program's own SIGPROF, beside ours.
 *
 * Stands in front of sigaction and signal: the kernel always calls our
 * handler, which passes on what is not ours.
 */
#ifndef PROF_RUNTIME_SIGNALS_H
#define PROF_RUNTIME_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/* Make ACTION what the kernel does on SIGPROF; what was there before is kept
 * as the program's own. */
bool signals_take_sigprof(const struct sigaction *action);

/* Treat a SIGPROF that is not ours as the program wants it. Context: signal. */
void signals_deliver(int number, siginfo_t *info, void *context);

#endif
