/* memory.h - memory, or the end of the program.
 *
 * Does not include stdlib.h: some examples have functions named as its own.
 */
#ifndef EXAMPLES_COMMON_MEMORY_H
#define EXAMPLES_COMMON_MEMORY_H

#include <stddef.h>

/* As malloc, calloc and reallocarray, but never return NULL: without memory
 * they say so and exit 1. Free the result with memory_free. */
void *memory_new(size_t count, size_t size) __attribute__((malloc));
void *memory_zeroed(size_t count, size_t size) __attribute__((malloc));
void *memory_resize(void *memory, size_t count, size_t size);
void memory_free(void *memory);

#endif
