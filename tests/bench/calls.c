/* calls.c - call-heavy kernels that time themselves, for the benchmarks.
 *
 * calls fib|taylor|julia|wide|threads [SCALE]: prints "PAIRS SECONDS", where
 * PAIRS is the number of calls of instrumented functions.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define QUIET  __attribute__((no_instrument_function))
#define CALLED __attribute__((noinline, noipa))
#ifdef __clang__
#undef CALLED
#define CALLED __attribute__((noinline))
#endif

static QUIET double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static CALLED long fib(int n)
{
	return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

/* Calls that fib(N) makes: 2 fib(N + 1) - 1. */
static QUIET uint64_t fib_calls(int n)
{
	uint64_t a = 0, b = 1;
	int i;

	for (i = 0; i < n + 1; i++) {
		uint64_t c = a + b;

		a = b;
		b = c;
	}
	return 2 * a - 1;
}

static CALLED double factorial(int n)
{
	return n ? n * factorial(n - 1) : 1;
}

static QUIET uint64_t taylor(int rounds)
{
	uint64_t pairs = 0;
	volatile double sum = 0;
	int round, i;

	for (round = 0; round < rounds; round++) {
		for (i = 0; i < 150; i++) {
			sum += 1 / factorial(i);
			pairs += (uint64_t)i + 1;
		}
	}
	return pairs;
}

struct point {
	double x, y;
};

static CALLED double squared_length(const struct point *z)
{
	return z->x * z->x + z->y * z->y;
}

/* The julia set of examples/julia.c on a SIDE x SIDE grid: a call a step. */
static QUIET uint64_t julia(int side)
{
	uint64_t pairs = 0;
	int row, column, n;

	for (row = 0; row < side; row++) {
		for (column = 0; column < side; column++) {
			struct point z = { -1.8 + 3.6 * column / side,
					   -1.8 + 3.6 * row / side };

			for (n = 0; n < 300; n++) {
				double x = z.x * z.x - z.y * z.y - 0.62772;

				pairs++;
				if (squared_length(&z) >= 4)
					break;
				z.y = 2 * z.x * z.y - 0.42193;
				z.x = x;
			}
		}
	}
	return pairs;
}

/* 2000 distinct leaves, called in turn by one parent. */
#define LEAF(n)                                                                \
	static CALLED void leaf_##n(void)                                      \
	{                                                                      \
		__asm__ volatile("");                                          \
	}
#define TEN(m, n)                                                              \
	m(n##0) m(n##1) m(n##2) m(n##3) m(n##4) m(n##5) m(n##6) m(n##7)        \
		m(n##8) m(n##9)
#define HUNDRED(m, n)                                                          \
	TEN(m, n##0)                                                           \
	TEN(m, n##1)                                                           \
	TEN(m, n##2)                                                           \
	TEN(m, n##3)                                                           \
	TEN(m, n##4)                                                           \
	TEN(m, n##5)                                                           \
	TEN(m, n##6)                                                           \
	TEN(m, n##7)                                                           \
	TEN(m, n##8)                                                           \
	TEN(m, n##9)
#define THOUSAND(m, n)                                                         \
	HUNDRED(m, n##0)                                                       \
	HUNDRED(m, n##1)                                                       \
	HUNDRED(m, n##2)                                                       \
	HUNDRED(m, n##3)                                                       \
	HUNDRED(m, n##4)                                                       \
	HUNDRED(m, n##5)                                                       \
	HUNDRED(m, n##6)                                                       \
	HUNDRED(m, n##7)                                                       \
	HUNDRED(m, n##8)                                                       \
	HUNDRED(m, n##9)
THOUSAND(LEAF, 1)
THOUSAND(LEAF, 2)

#define CALL(n) leaf_##n();
static CALLED void parent(void)
{
	THOUSAND(CALL, 1)
	THOUSAND(CALL, 2)
}

static QUIET uint64_t wide(int rounds)
{
	int i;

	for (i = 0; i < rounds; i++)
		parent();
	return (uint64_t)rounds * 2001;
}

static int thread_n;

static QUIET void *run_fib(void *sum)
{
	*(volatile long *)sum = fib(thread_n);
	return NULL;
}

static QUIET uint64_t threads(int n)
{
	pthread_t one, two;
	long sums[32];

	thread_n = n;
	pthread_create(&one, NULL, run_fib, &sums[0]);
	pthread_create(&two, NULL, run_fib, &sums[16]);
	pthread_join(one, NULL);
	pthread_join(two, NULL);
	/* Both ran at once: the time is that of one. */
	return fib_calls(n);
}

QUIET int main(int argc, char **argv)
{
	const char *kind = argc > 1 ? argv[1] : "fib";
	int scale = argc > 2 ? atoi(argv[2]) : 0;
	double start = now();
	uint64_t pairs;

	if (!strcmp(kind, "taylor")) {
		pairs = taylor(scale ? scale : 800);
	} else if (!strcmp(kind, "julia")) {
		pairs = julia(scale ? scale : 300);
	} else if (!strcmp(kind, "wide")) {
		pairs = wide(scale ? scale : 5000);
	} else if (!strcmp(kind, "threads")) {
		pairs = threads(scale ? scale : 32);
	} else {
		volatile long sum = fib(scale ? scale : 33);

		(void)sum;
		pairs = fib_calls(scale ? scale : 33);
	}
	printf("%llu %.9f\n", (unsigned long long)pairs, now() - start);
	return 0;
}
