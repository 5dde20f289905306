/* recursion.c - recursion and caching, with a known number of calls.
 *
 * Factorials by recursion and with a stack of one's own, Fibonacci numbers by
 * counting up, by naive recursion and with a memory, a recursive search, and
 * caches that keep their results for ever or for a while.
 */
#include "examples/common/args.h"
#include "examples/common/call.h"
#include "examples/common/memory.h"
#include "examples/common/timing.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- factorials: 20! is the largest in 64 bits ---------------------------- */

enum { FACTORIAL_MOST = 20 };

static REAL_CALL uint64_t recursive_factorial(uint64_t n)
{
	uint64_t rest;

	if (n <= 1)
		return 1;
	rest = recursive_factorial(n - 1);
	UNKNOWN(rest);
	return n * rest;
}

static REAL_CALL uint64_t stack_factorial(uint64_t n)
{
	uint64_t stack[FACTORIAL_MOST], result = 1;
	size_t depth = 0;

	while (n > 1)
		stack[depth++] = n--;
	while (depth > 0)
		result *= stack[--depth];
	return result;
}

/* --- Fibonacci numbers: number 186 is the largest in 128 bits ------------- */

enum { FIBONACCI_MOST = 186, FIB_MOST = 50 };

static REAL_CALL unsigned __int128 fibonacci(unsigned n)
{
	unsigned __int128 a = 0, b = 1;

	while (n-- > 0) {
		unsigned __int128 next = a + b;

		a = b;
		b = next;
	}
	return a;
}

static void print_u128(unsigned __int128 value)
{
	char digits[40];
	size_t i = sizeof(digits) - 1;

	digits[i] = '\0';
	do {
		digits[--i] = (char)('0' + (int)(value % 10));
		value /= 10;
	} while (value);
	printf("%s", digits + i);
}

static uint64_t fib_calls;

static REAL_CALL uint64_t fib(unsigned n)
{
	uint64_t a, b;

	fib_calls++;
	if (n < 2)
		return n;
	a = fib(n - 1);
	b = fib(n - 2);
	UNKNOWN(a);
	UNKNOWN(b);
	return a + b;
}

/* What a cache did, and for fib_memo what is in it. */
struct memo {
	uint64_t hits, misses;
	uint64_t values[FIB_MOST + 1];
	bool known[FIB_MOST + 1];
};

static REAL_CALL uint64_t fib_memo(unsigned n, struct memo *memo)
{
	uint64_t a, b;

	if (memo->known[n]) {
		memo->hits++;
		return memo->values[n];
	}
	memo->misses++;
	a = n < 2 ? n : fib_memo(n - 1, memo);
	b = n < 2 ? 0 : fib_memo(n - 2, memo);
	memo->values[n] = a + b;
	memo->known[n] = true;
	return a + b;
}

static double run_fib(const void *context)
{
	fib_calls = 0;
	return (double)fib((unsigned)*(const uint64_t *)context);
}

/* A memo for each run, or the next one would find everything in it. */
static struct memo last_memo;

static double run_fib_memo(const void *context)
{
	memset(&last_memo, 0, sizeof(last_memo));
	return (double)fib_memo((unsigned)*(const uint64_t *)context,
				&last_memo);
}

/* --- searching ------------------------------------------------------------ */

struct search {
	const int *source; /* sorted */
	size_t length, count;
};

/* VALUE's place in the sorted VALUES from LOW up to, not including, HIGH, or
 * -1. */
static REAL_CALL long binary_search(const long *values, long low, long high,
				    long value)
{
	long middle = low + (high - low) / 2, place;

	if (low >= high)
		return -1;
	if (values[middle] == value)
		return middle;
	if (values[middle] < value)
		place = binary_search(values, middle + 1, high, value);
	else
		place = binary_search(values, low, middle, value);
	UNKNOWN(place);
	return place;
}

/* The numbers in another type: O(n), before a search of O(log n). */
static REAL_CALL long *convert(const struct search *s)
{
	long *values = memory_new(s->length, sizeof(*values));

	for (size_t i = 0; i < s->length; i++)
		values[i] = s->source[i];
	return values;
}

/* Both search COUNT values, and return the sum of their places. */
static REAL_CALL double search_direct(const void *context)
{
	const struct search *s = context;
	long *values = convert(s);
	double places = 0;

	for (size_t i = 0; i < s->count; i++)
		places += (double)binary_search(values, 0, (long)s->length,
						(long)(i * 7 % s->length));
	memory_free(values);
	return places;
}

static REAL_CALL double search_converting(const void *context)
{
	const struct search *s = context;
	double places = 0;

	for (size_t i = 0; i < s->count; i++) {
		long *values = convert(s);

		places += (double)binary_search(values, 0, (long)s->length,
						(long)(i * 7 % s->length));
		memory_free(values);
	}
	return places;
}

static void compare_searches(size_t length, size_t count,
			     struct timings *timings)
{
	int *source = memory_new(length, sizeof(*source));
	struct search s = { source, length, count };

	for (size_t i = 0; i < length; i++)
		source[i] = (int)i;
	printf("binary_search: %.0f\n",
	       timings_run(timings, search_direct, &s, "search_direct"));
	printf("binary_search after converting: %.0f\n",
	       timings_run(timings, search_converting, &s,
			   "search_converting"));
	memory_free(source);
}

/* --- caching -------------------------------------------------------------- */

enum { KEYS = 10 };

/* Time is the number of requests so far, so that what expires is known. */
struct cache {
	uint64_t now, hits, misses;
	uint64_t values[KEYS], made[KEYS];
	bool known[KEYS];
};

static REAL_CALL uint64_t expensive(uint64_t key)
{
	uint64_t value = key;

	for (int i = 0; i < 1000; i++)
		value = value * 31 + 1;
	return value;
}

static uint64_t make_value(struct cache *cache, uint64_t key)
{
	cache->misses++;
	cache->values[key] = expensive(key);
	cache->made[key] = cache->now;
	cache->known[key] = true;
	return cache->values[key];
}

/* For a function whose result never changes. */
static REAL_CALL uint64_t memoize_deterministic(struct cache *cache,
						uint64_t key)
{
	cache->now++;
	if (!cache->known[key])
		return make_value(cache, key);
	cache->hits++;
	return cache->values[key];
}

/* For one whose result may change: AGE requests later it is made anew. */
static REAL_CALL uint64_t memoize_non_deterministic(struct cache *cache,
						    uint64_t key, uint64_t age)
{
	cache->now++;
	if (!cache->known[key] || cache->now - cache->made[key] > age)
		return make_value(cache, key);
	cache->hits++;
	return cache->values[key];
}

/* REQUESTS in turn for each of the keys. */
static void use_caches(uint64_t requests, uint64_t age)
{
	struct cache for_ever = { .now = 0 }, for_a_while = { .now = 0 };
	uint64_t differences = 0;

	for (uint64_t i = 0; i < requests; i++)
		differences +=
			memoize_deterministic(&for_ever, i % KEYS) !=
			memoize_non_deterministic(&for_a_while, i % KEYS, age);
	printf("memoize_deterministic: %ju hits, %ju misses\n",
	       (uintmax_t)for_ever.hits, (uintmax_t)for_ever.misses);
	printf("memoize_non_deterministic(%ju): %ju hits, %ju misses\n",
	       (uintmax_t)age, (uintmax_t)for_a_while.hits,
	       (uintmax_t)for_a_while.misses);
	printf("different results: %ju\n", (uintmax_t)differences);
}

struct sizes {
	uint64_t factorial, fibonacci, fib, length, searches, requests, age;
};

static void run_all(const struct sizes *sizes, struct timings *timings)
{
	uintmax_t n = sizes->factorial;
	double value;

	printf("recursive_factorial(%ju) = %" PRIu64 "\n", n,
	       recursive_factorial(n));
	printf("stack_factorial(%ju) = %" PRIu64 "\n", n, stack_factorial(n));
	printf("fibonacci(%ju) = ", (uintmax_t)sizes->fibonacci);
	print_u128(fibonacci((unsigned)sizes->fibonacci));
	putchar('\n');
	value = timings_run(timings, run_fib, &sizes->fib, "fib");
	printf("fib(%ju) = %.0f, %ju calls\n", (uintmax_t)sizes->fib, value,
	       (uintmax_t)fib_calls);
	value = timings_run(timings, run_fib_memo, &sizes->fib, "fib_memo");
	printf("fib_memo(%ju) = %.0f, %ju hits, %ju misses\n",
	       (uintmax_t)sizes->fib, value, (uintmax_t)last_memo.hits,
	       (uintmax_t)last_memo.misses);
	compare_searches(sizes->length, sizes->searches, timings);
	use_caches(sizes->requests, sizes->age);
	timings_table(timings);
}

int main(int argc, char **argv)
{
	struct sizes sizes = { FACTORIAL_MOST, 150, 32, 10000, 1000, 1000, 25 };
	struct timings timings = { .repeat = 1 };
	const struct arg args[] = {
		{ "--factorial", "N", .count = &sizes.factorial, .min = 0,
		  .max = FACTORIAL_MOST, .help = "which factorial" },
		{ "--fibonacci", "N", .count = &sizes.fibonacci, .min = 0,
		  .max = FIBONACCI_MOST, .help = "which, by counting up" },
		{ "--fib", "N", .count = &sizes.fib, .min = 0, .max = FIB_MOST,
		  .help = "which, by recursion" },
		{ "--length", "COUNT", .count = &sizes.length, .min = 1,
		  .max = 1e8, .help = "numbers to search" },
		{ "--searches", "COUNT", .count = &sizes.searches, .min = 1,
		  .max = 1e8, .help = "searches" },
		{ "--requests", "COUNT", .count = &sizes.requests, .min = 1,
		  .max = 1e9, .help = "requests to each cache" },
		{ "--age", "COUNT", .count = &sizes.age, .min = 0, .max = 1e9,
		  .help = "requests after which a result expires" },
		TIMINGS_ARGS(timings),
	};

	ARGS_PARSE(argc, argv, "Recursion and caching.\n", args);
	run_all(&sizes, &timings);
	return 0;
}
