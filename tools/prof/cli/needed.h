/* needed.h - the libraries that a program will be loaded with. */
#ifndef PROF_CLI_NEEDED_H
#define PROF_CLI_NEEDED_H

#include <stddef.h>

/* Add the paths of the libraries that the loader named in the ELF file PROGRAM
 * finds for it to the array of *COUNT strings at PATHS, as memory_append does.
 * None where it has no loader, or one that does not tell. */
void needed_libraries(const char *program, char ***paths, size_t *count);

#endif
