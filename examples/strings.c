/* strings.c - joining strings, counting elements, building lists.
 *
 * Each thing is done in several ways that differ in what is copied, and in how
 * many functions are called for an element.
 */
#include "examples/common/args.h"
#include "examples/common/call.h"
#include "examples/common/memory.h"
#include "examples/common/random.h"
#include "examples/common/timing.h"

#include <stdio.h>
#include <string.h>

/* --- joining strings ------------------------------------------------------ */

enum { LONGEST = 16 };

struct strings {
	char (*all)[LONGEST + 1];
	size_t count;
};

static struct strings random_strings(size_t count, struct random_stream *r)
{
	struct strings s = { memory_new(count, sizeof(*s.all)), count };

	for (size_t i = 0; i < count; i++) {
		size_t length = 1 + random_below(r, LONGEST);

		for (size_t j = 0; j < length; j++)
			s.all[i][j] = (char)('a' + random_below(r, 26));
		s.all[i][length] = '\0';
	}
	return s;
}

/* A number for the characters and their order, small enough for a double; also
 * frees TEXT. */
static double checksum(char *text)
{
	uint64_t sum = 0;

	for (const char *c = text; *c; c++)
		sum = (sum * 31 + (unsigned char)*c) % 1000000007;
	memory_free(text);
	return (double)sum;
}

/* A new string, A followed by B; A is freed. */
static REAL_CALL char *plus(char *a, size_t a_length, const char *b,
			    size_t b_length)
{
	char *result = memory_new(a_length + b_length + 1, 1);

	memcpy(result, a, a_length);
	memcpy(result + a_length, b, b_length + 1);
	memory_free(a);
	return result;
}

static REAL_CALL double concat_plus(const void *context)
{
	const struct strings *s = context;
	char *text = memory_zeroed(1, 1);
	size_t length = 0;

	for (size_t i = 0; i < s->count; i++) {
		size_t more = strlen(s->all[i]);

		text = plus(text, length, s->all[i], more);
		length += more;
	}
	return checksum(text);
}

/* Add up the lengths, then copy each string once. */
static REAL_CALL double concat_join(const void *context)
{
	const struct strings *s = context;
	size_t length = 0;
	char *text, *end;

	for (size_t i = 0; i < s->count; i++)
		length += strlen(s->all[i]);
	text = end = memory_zeroed(length + 1, 1);
	for (size_t i = 0; i < s->count; i++)
		end = stpcpy(end, s->all[i]);
	return checksum(text);
}

/* --- counting ------------------------------------------------------------- */

struct numbers {
	long *values;
	size_t count;
};

static REAL_CALL double count_for(const void *context)
{
	const struct numbers *n = context;
	size_t count = 0;

	for (size_t i = 0; i < n->count; i++)
		if (n->values[i] % 2 == 1)
			count++;
	return (double)count;
}

static REAL_CALL long one_if_odd(long value)
{
	REAL_FRAME();
	return value % 2 == 1;
}

/* The sum of what a generator makes, a call for each element. */
static REAL_CALL double count_sum(const void *context)
{
	const struct numbers *n = context;
	long count = 0;

	for (size_t i = 0; i < n->count; i++)
		count += one_if_odd(n->values[i]);
	return (double)count;
}

static REAL_CALL struct numbers odd_numbers(const struct numbers *n)
{
	struct numbers odd = { memory_new(n->count, sizeof(long)), 0 };

	for (size_t i = 0; i < n->count; i++)
		if (n->values[i] % 2 == 1)
			odd.values[odd.count++] = n->values[i];
	return odd;
}

/* The length of a list made for that purpose. */
static REAL_CALL double count_len(const void *context)
{
	struct numbers odd = odd_numbers(context);

	memory_free(odd.values);
	return (double)odd.count;
}

/* --- building lists ------------------------------------------------------- */

static double sum_and_free(struct numbers n)
{
	double sum = 0;

	for (size_t i = 0; i < n.count; i++)
		sum += (double)n.values[i];
	memory_free(n.values);
	return sum;
}

static REAL_CALL double list_comp(const void *context)
{
	const struct numbers *n = context;
	struct numbers result = { memory_new(n->count, sizeof(long)),
				  n->count };

	for (size_t i = 0; i < n->count; i++)
		result.values[i] = n->values[i] * n->values[i];
	return sum_and_free(result);
}

static REAL_CALL long squared(long value)
{
	REAL_FRAME();
	return value * value;
}

static REAL_CALL struct numbers map(long (*function)(long value),
				    const struct numbers *n)
{
	struct numbers result = { memory_new(n->count, sizeof(long)),
				  n->count };

	/* Or the compiler may see which function it is. */
	UNKNOWN(function);
	for (size_t i = 0; i < n->count; i++)
		result.values[i] = function(n->values[i]);
	return result;
}

static REAL_CALL double list_map(const void *context)
{
	return sum_and_free(map(squared, context));
}

/* --- all of it ------------------------------------------------------------ */

static struct numbers random_numbers(size_t count, struct random_stream *r)
{
	struct numbers n = { memory_new(count, sizeof(long)), count };

	for (size_t i = 0; i < count; i++)
		n.values[i] = (long)random_below(r, 1000);
	return n;
}

struct comparison {
	const char *name;
	double (*run)(const void *context);
	const void *context;
};

/* The data of each kind have a seed of their own, so that changing how many
 * there are of one kind leaves the others as they are. */
static void compare(size_t strings, size_t counted, size_t listed,
		    uint64_t seed, struct timings *timings)
{
	struct random_stream r = random_seeded(seed),
			     r1 = random_seeded(seed + 1),
			     r2 = random_seeded(seed + 2);
	struct strings text = random_strings(strings, &r);
	struct numbers count = random_numbers(counted, &r1);
	struct numbers list = random_numbers(listed, &r2);
	const struct comparison comparisons[] = {
		{ "concat_plus", concat_plus, &text },
		{ "concat_join", concat_join, &text },
		{ "count_for", count_for, &count },
		{ "count_sum", count_sum, &count },
		{ "count_len", count_len, &count },
		{ "list_comp", list_comp, &list },
		{ "list_map", list_map, &list },
	};

	for (size_t i = 0; i < sizeof(comparisons) / sizeof(comparisons[0]);
	     i++) {
		const struct comparison *c = &comparisons[i];

		printf("%s: %.0f\n", c->name,
		       timings_run(timings, c->run, c->context, "%s", c->name));
	}
	memory_free(text.all);
	memory_free(count.values);
	memory_free(list.values);
}

int main(int argc, char **argv)
{
	uint64_t strings = 5000, counted = 10000, listed = 1000000, seed = 1;
	struct timings timings = { .repeat = 1 };
	const struct arg args[] = {
		{ "--strings", "COUNT", .count = &strings, .min = 1, .max = 1e6,
		  .help = "strings to join" },
		{ "--count", "COUNT", .count = &counted, .min = 1, .max = 1e8,
		  .help = "numbers to count the odd ones of" },
		{ "--list", "COUNT", .count = &listed, .min = 1, .max = 1e8,
		  .help = "numbers to make a list of squares of" },
		{ "--seed", "SEED", .count = &seed, .max = 1e15,
		  .help = "for the random data" },
		TIMINGS_ARGS(timings),
	};

	ARGS_PARSE(argc, argv,
		   "Joining strings (a checksum is shown), counting, making\n"
		   "lists (their sum is shown).\n",
		   args);
	compare(strings, counted, listed, seed, &timings);
	timings_table(&timings);
	return 0;
}
