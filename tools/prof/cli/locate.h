/* locate.h - the profile that a running process is writing. */
#ifndef PROF_CLI_LOCATE_H
#define PROF_CLI_LOCATE_H

#include "lib/base/error.h"

#include <sys/types.h>

/* Path of the arena that process PID has mapped, to be freed. NULL and ERR
 * where there is no such process, or it has none, or we may not look. */
char *locate_arena(pid_t pid, struct error *err);

#endif
