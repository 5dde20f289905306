/* waits.h - the calls of libc that wait, seen from outside. */
#ifndef PROF_RUNTIME_WAITS_H
#define PROF_RUNTIME_WAITS_H

/* Have the stand-ins bill what they wait for: by wall clock, where no perf
 * event tells of waits. Context: ordinary, at start-up. */
void waits_prepare(void);

#endif
