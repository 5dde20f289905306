/* array.h - growing a plain array.
 *
 * Allocates: not for signal context.
 */
#ifndef PROF_BASE_ARRAY_H
#define PROF_BASE_ARRAY_H

#include <stddef.h>

/* ARRAY with room for at least NEEDED elements of ELEMENT_SIZE bytes, moved
 * where necessary; *CAPACITY is the number of elements it has room for. NULL
 * when out of memory; ARRAY and *CAPACITY then stay as they were. */
void *array_grow(void *array, size_t *capacity, size_t needed,
		 size_t element_size);

#endif
