/* taylor.c - the coefficients of exp and sin: a recursive function with two
 * callers.
 *
 * With 500 coefficients taylor_exp calls factorial 500 times, taylor_sin 250
 * times and factorial itself 187250 times: 188000 calls, of which 750 are
 * primitive.
 */
#include "examples/common/args.h"
#include "examples/common/call.h"
#include "examples/common/memory.h"

#include <stdio.h>

/* Infinite from 171 on, where the coefficients are 0 in any case. */
static REAL_CALL double factorial(unsigned n)
{
	REAL_FRAME();
	if (n == 0)
		return 1;
	return n * factorial(n - 1);
}

static REAL_CALL void taylor_exp(unsigned n, double *coefficients)
{
	for (unsigned i = 0; i < n; i++)
		coefficients[i] = 1 / factorial(i);
}

static REAL_CALL void taylor_sin(unsigned n, double *coefficients)
{
	for (unsigned i = 0; i < n; i++) {
		if (i % 2 == 1)
			coefficients[i] = (i % 4 == 1 ? 1 : -1) / factorial(i);
		else
			coefficients[i] = 0;
	}
}

/* The polynomial at 1, which the coefficients' sum is. */
static double at_one(const double *coefficients, unsigned n)
{
	double sum = 0;

	/* The small ones first, so that they count. */
	while (n > 0)
		sum += coefficients[--n];
	return sum;
}

int main(int argc, char **argv)
{
	uint64_t n = 500;
	const struct arg args[] = {
		{ "N", .count = &n, .min = 1, .max = 20000,
		  .help = "number of coefficients" },
	};
	double *coefficients;

	ARGS_PARSE(argc, argv,
		   "The first coefficients of the Taylor series of exp and\n"
		   "sin, with a recursive factorial.\n",
		   args);
	coefficients = memory_new(n, sizeof(*coefficients));
	taylor_exp((unsigned)n, coefficients);
	printf("exp(1) = %.15f\n", at_one(coefficients, (unsigned)n));
	taylor_sin((unsigned)n, coefficients);
	printf("sin(1) = %.15f\n", at_one(coefficients, (unsigned)n));
	memory_free(coefficients);
	return 0;
}
