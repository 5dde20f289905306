/* pick.h - operands that are names of functions or source files, or profiles.
 */
#ifndef PROF_CLI_PICK_H
#define PROF_CLI_PICK_H

#include "lib/analysis/symbolize.h"

#include <stdbool.h>
#include <stddef.h>

/* Move those of the COUNT OPERANDS that are profiles, by name or content, to
 * the front, in order; returns how many. The others follow. */
size_t pick_profiles(char **operands, size_t count);

/* Whether FUNCTION is what NAME means: its name, with or without scopes and
 * parameters. */
bool pick_names_function(const char *name,
			 const struct symbol_function *function);

/* Whether NAME is the file of FUNCTION, or the last components of its path. */
bool pick_names_file(const char *name, const struct symbol_function *function);

#endif
