#include "lib/base/array.h"

#include <stdlib.h>

void *array_grow(void *array, size_t *capacity, size_t needed,
		 size_t element_size)
{
	size_t size = *capacity ? *capacity : 8;

	if (needed <= *capacity)
		return array;
	while (size < needed)
		size += size / 2;
	array = reallocarray(array, size, element_size);
	if (array)
		*capacity = size;
	return array;
}
