#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* program_invocation_short_name */
#endif
#include "examples/common/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static void *or_exit(void *memory, size_t count, size_t size)
{
	if (memory || !count || !size)
		return memory;
	fprintf(stderr, "%s: no memory for %zu times %zu bytes\n",
		program_invocation_short_name, count, size);
	exit(EXIT_FAILURE);
}

void *memory_new(size_t count, size_t size)
{
	return memory_resize(NULL, count, size);
}

void *memory_zeroed(size_t count, size_t size)
{
	return or_exit(calloc(count, size), count, size);
}

void *memory_resize(void *memory, size_t count, size_t size)
{
	return or_exit(reallocarray(memory, count, size), count, size);
}

void memory_free(void *memory)
{
	free(memory);
}
