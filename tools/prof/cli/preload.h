/* preload.h - the environment in which a program records itself. */
#ifndef PROF_CLI_PRELOAD_H
#define PROF_CLI_PRELOAD_H

#include "lib/base/error.h"

#include <stdbool.h>

/* Path of libprof.so, looked for beside the running tool: its own directory,
 * ../lib, ../lib/MULTIARCH, ../lib64. To be freed; NULL and ERR if absent. */
char *preload_find(struct error *err);

/* Put LIBRARY first in LD_PRELOAD, and start a new session, whose id is copied
 * to ID (17 bytes or more). */
bool preload_set(const char *library, char *id, struct error *err);

/* Warn of variables of the library's in the environment that are misspelt, and
 * of values that are not allowed, which are taken away: the library would warn
 * of them in each process. */
void preload_check_variables(void);

#endif
