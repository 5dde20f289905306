/* signals.h - the program's own SIGPROF and SIGTRAP, beside ours.
 *
 * Stands in front of sigaction and signal: the kernel always calls our
 * handler, which passes on what is not ours.
 */
#ifndef PROF_RUNTIME_SIGNALS_H
#define PROF_RUNTIME_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/* Make ACTION what the kernel does on NUMBER, SIGPROF or SIGTRAP; what was
 * there before is kept as the program's own. */
bool signals_take(int number, const struct sigaction *action);

/* Whether NUMBER is the program's: we have none for it, or it has shown a use
 * for it, by a handler or by waiting; signals_use says that it does. Context:
 * signal. */
bool signals_wanted(int number);
void signals_use(int number);

/* Treat a signal that is not ours as the program wants it. Context: signal. */
void signals_deliver(int number, siginfo_t *info, void *context);

/* Whether NUMBER is one of ours for which the program has a handler, with
 * *FLAGS (sigaction(2)). Context: signal. */
bool signals_flags(int number, unsigned long *flags);

/* What is ignored remains so in the next program: to be called before exec and,
 * with FAILS, after one that failed. Context: signal. */
void signals_before_exec(bool fails);

#endif
