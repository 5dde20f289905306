/* memory.h - memory for the tool, which exits where there is none. */
#ifndef PROF_CLI_MEMORY_H
#define PROF_CLI_MEMORY_H

#include <stddef.h>

/* Say so and exit. */
void memory_fail(void) __attribute__((noreturn));

/* COUNT zeroed elements of SIZE bytes, never NULL. */
void *memory_array(size_t count, size_t size);

char *memory_copy(const char *text);

/* As asprintf, never NULL. */
char *memory_format(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* Add ITEM to the array of *COUNT pointers at LIST, which grows. */
void memory_append(char ***list, size_t *count, char *item);

#endif
