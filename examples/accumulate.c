/* accumulate.c - running sums: the smallest example of a line-by-line view.
 *
 * For a list of 10 elements the three lines in the body of accumulate run 9
 * times, for one of 100 elements 99 times.
 */
#include "examples/common/args.h"
#include "examples/common/call.h"
#include "examples/common/memory.h"

#include <stdio.h>

struct list {
	long *values;
	size_t length, allocated;
};

static REAL_CALL void append(struct list *list, long value)
{
	if (list->length == list->allocated) {
		list->allocated = list->allocated ? 2 * list->allocated : 4;
		list->values = memory_resize(list->values, list->allocated,
					     sizeof(*list->values));
	}
	list->values[list->length++] = value;
}

/* The sums of the first 1, 2, 3... elements of LIST, which is not empty. */
static REAL_CALL struct list accumulate(const struct list *list)
{
	struct list sums = { NULL, 0, 0 };

	append(&sums, list->values[0]);
	for (size_t i = 1; i < list->length; i++) {
		long old_value = sums.values[sums.length - 1];
		long new_value = old_value + list->values[i];
		append(&sums, new_value);
	}
	return sums;
}

static void accumulate_range(size_t length)
{
	struct list list = { memory_new(length, sizeof(long)), length, length };
	struct list sums;

	for (size_t i = 0; i < length; i++)
		list.values[i] = (long)i;
	sums = accumulate(&list);
	printf("accumulate(%zu): %zu sums, the last is %ld\n", length,
	       sums.length, sums.values[sums.length - 1]);
	memory_free(sums.values);
	memory_free(list.values);
}

int main(int argc, char **argv)
{
	uint64_t first = 10, second = 100;
	const struct arg args[] = {
		{ "FIRST", .count = &first, .min = 1, .max = 1e8,
		  .help = "length of a list" },
		{ "SECOND", .count = &second, .min = 1, .max = 1e8,
		  .help = "length of another list" },
	};

	ARGS_PARSE(argc, argv, "The running sums of two lists of numbers.\n",
		   args);
	accumulate_range(first);
	accumulate_range(second);
	return 0;
}
