/* lists.c - a list that grows, and what it costs to build and search one.
 *
 * append makes room for more than it needs, so a list of 10 million elements is
 * moved 104 times only. Building in order, backwards and all at once; linear
 * and binary search; memory that is freed and memory that is kept.
 */
#include "examples/common/args.h"
#include "examples/common/call.h"
#include "examples/common/memory.h"
#include "examples/common/timing.h"

#include <stdio.h>
#include <string.h>

struct list {
	long *values;
	size_t length, allocated, reallocations;
};

static void list_free(struct list *list)
{
	memory_free(list->values);
}

/* As CPython does it: an eighth more than needed, and 3 or 6. */
static REAL_CALL void append(struct list *list, long value)
{
	size_t n = list->length + 1;

	if (n > list->allocated) {
		list->allocated = n + (n >> 3) + (n < 9 ? 3 : 6);
		list->values = memory_resize(list->values, list->allocated,
					     sizeof(*list->values));
		list->reallocations++;
	}
	list->values[list->length++] = value;
}

/* A list of the right size from the start. */
static REAL_CALL struct list list_range(size_t length)
{
	struct list list = { memory_new(length, sizeof(long)), length, length,
			     1 };

	for (size_t i = 0; i < length; i++)
		list.values[i] = (long)i;
	return list;
}

static REAL_CALL double sum(const struct list *list)
{
	double total = 0;

	for (size_t i = 0; i < list->length; i++)
		total += (double)list->values[i];
	return total;
}

static REAL_CALL size_t count_reallocations(size_t length)
{
	struct list list = { NULL, 0, 0, 0 };

	for (size_t i = 0; i < length; i++)
		append(&list, (long)i);
	list_free(&list);
	return list.reallocations;
}

/* --- building ------------------------------------------------------------ */

static REAL_CALL double run_append(const void *context)
{
	size_t length = *(const uint64_t *)context;
	struct list list = { NULL, 0, 0, 0 };
	double total;

	for (size_t i = 0; i < length; i++)
		append(&list, (long)i);
	total = sum(&list);
	list_free(&list);
	return total;
}

/* As a list comprehension. */
static REAL_CALL double run_lc(const void *context)
{
	struct list list = list_range(*(const uint64_t *)context);
	double total = sum(&list);

	list_free(&list);
	return total;
}

static REAL_CALL void insert_first(struct list *list, long value)
{
	append(list, 0);
	memmove(list->values + 1, list->values,
		(list->length - 1) * sizeof(*list->values));
	list->values[0] = value;
}

static REAL_CALL void reverse(struct list *list)
{
	for (size_t i = 0, j = list->length; i + 1 < j--; i++) {
		long value = list->values[i];

		list->values[i] = list->values[j];
		list->values[j] = value;
	}
}

/* Differs for every order of the elements; also frees the list. */
static double order_of(struct list *list)
{
	double result = 0;

	for (size_t i = 0; i < list->length; i++)
		result += (double)(i * (uint64_t)list->values[i]);
	list_free(list);
	return result;
}

/* The numbers backwards, by inserting each before the others: O(n) each. */
static REAL_CALL double use_on(const void *context)
{
	size_t length = *(const uint64_t *)context;
	struct list list = { NULL, 0, 0, 0 };

	for (size_t i = 0; i < length; i++)
		insert_first(&list, (long)i);
	return order_of(&list);
}

/* The same by appending, O(1) each, and turning the list round once. */
static REAL_CALL double use_o1(const void *context)
{
	size_t length = *(const uint64_t *)context;
	struct list list = { NULL, 0, 0, 0 };

	for (size_t i = 0; i < length; i++)
		append(&list, (long)i);
	reverse(&list);
	return order_of(&list);
}

static REAL_CALL double use_list(const void *context)
{
	struct list list = list_range(*(const uint64_t *)context);

	reverse(&list);
	return order_of(&list);
}

/* --- searching ----------------------------------------------------------- */

struct search {
	const struct list *list;
	uint64_t count;
};

static REAL_CALL size_t linear_search(const struct list *list, long value)
{
	size_t i = 0;

	REAL_FRAME();
	while (i < list->length && list->values[i] != value)
		i++;
	return i;
}

/* In a sorted list; the place where VALUE is or would be. */
static REAL_CALL size_t binary_search(const struct list *list, long value)
{
	size_t low = 0, high = list->length;

	REAL_FRAME();
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list->values[middle] < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The values to search for are spread over the list. */
static long value_of(const struct search *s, uint64_t i)
{
	return (long)(i * 7919 % s->list->length);
}

static REAL_CALL double use_linear_search(const void *context)
{
	const struct search *s = context;
	double places = 0;

	for (uint64_t i = 0; i < s->count; i++)
		places += (double)linear_search(s->list, value_of(s, i));
	return places;
}

static REAL_CALL double use_binary_search(const void *context)
{
	const struct search *s = context;
	double places = 0;

	for (uint64_t i = 0; i < s->count; i++)
		places += (double)binary_search(s->list, value_of(s, i));
	return places;
}

/* --- memory -------------------------------------------------------------- */

enum { ROUNDS = 10 };

/* Make big lists, one after the other, and free each: memory stays low. */
static REAL_CALL double make_big(const void *context)
{
	double total = 0;

	for (int i = 0; i < ROUNDS; i++)
		total += run_lc(context);
	return total;
}

/* Make the same lists and keep them all to the end: memory grows. */
static REAL_CALL double grow(const void *context)
{
	struct list lists[ROUNDS];
	double total = 0;

	for (int i = 0; i < ROUNDS; i++) {
		lists[i] = list_range(*(const uint64_t *)context);
		total += sum(&lists[i]);
	}
	for (int i = 0; i < ROUNDS; i++)
		list_free(&lists[i]);
	return total;
}

struct comparison {
	const char *name;
	double (*run)(const void *context);
	const void *context;
};

int main(int argc, char **argv)
{
	uint64_t appends = 10000000, build = 1000000, backwards = 10000;
	uint64_t search_length = 10000;
	struct search search = { NULL, 1000 };
	struct timings timings = { .repeat = 1 };
	const struct comparison comparisons[] = {
		{ "run_append", run_append, &build },
		{ "run_lc", run_lc, &build },
		{ "use_on", use_on, &backwards },
		{ "use_o1", use_o1, &backwards },
		{ "use_list", use_list, &backwards },
		{ "linear_search", use_linear_search, &search },
		{ "binary_search", use_binary_search, &search },
		{ "make_big", make_big, &build },
		{ "grow", grow, &build },
	};
	const struct arg args[] = {
		{ "--appends", "COUNT", .count = &appends, .min = 10,
		  .max = 1e9, .help = "count reallocations up to so many" },
		{ "--build", "COUNT", .count = &build, .min = 1, .max = 1e8,
		  .help = "elements to append, for make_big and grow" },
		{ "--backwards", "COUNT", .count = &backwards, .min = 1,
		  .max = 1e7, .help = "elements to insert in front" },
		{ "--length", "COUNT", .count = &search_length, .min = 1,
		  .max = 1e8, .help = "elements to search" },
		{ "--searches", "COUNT", .count = &search.count, .min = 1,
		  .max = 1e9, .help = "searches of each kind" },
		TIMINGS_ARGS(timings),
	};
	struct list list;

	ARGS_PARSE(argc, argv, "Lists: growing, building, searching.\n", args);
	for (uint64_t n = 10; n <= appends; n *= 10)
		printf("%ju appends: %zu reallocations\n", (uintmax_t)n,
		       count_reallocations(n));
	list = list_range(search_length);
	search.list = &list;
	for (size_t i = 0; i < sizeof(comparisons) / sizeof(comparisons[0]);
	     i++) {
		const struct comparison *c = &comparisons[i];

		printf("%s: %.0f\n", c->name,
		       timings_run(&timings, c->run, c->context, "%s",
				   c->name));
	}
	list_free(&list);
	timings_table(&timings);
	return 0;
}
