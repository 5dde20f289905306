/* fork.h - what happens to the runtime when the process forks. */
#ifndef PROF_RUNTIME_FORK_H
#define PROF_RUNTIME_FORK_H

#include <stdbool.h>

/* Have every fork's child start afresh. Context: ordinary, at start-up. */
bool fork_prepare(void);

#endif
