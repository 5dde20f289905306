/* exec.h - a process that replaces itself by another program. */
#ifndef PROF_RUNTIME_EXEC_H
#define PROF_RUNTIME_EXEC_H

/* Find the functions that the stand-ins call. Context: ordinary, at start-up:
 * later the loader's lock may be held for ever, in a fork's child. */
void exec_prepare(void);

#endif
