/* calc.c - one line for each kind of arithmetic, to be compared line by line.
 *
 * Then the same value read through a local variable and through two pointers.
 */
#include "examples/common/args.h"
#include "examples/common/call.h"
#include "examples/common/timing.h"

#include <math.h>
#include <stdio.h>

struct sums {
	double add, multiply, integer_power, pow, sqrt_via, sqrt;
};

/* Every line depends on I, or it would be taken out of the loop. */
static REAL_CALL struct sums calc(double number, long loops,
				  double (*via)(double x))
{
	struct sums s = { 0, 0, 0, 0, 0, 0 };

	for (long i = 0; i < loops; i++) {
		s.add += number + i;
		s.multiply += number * i;
		s.integer_power += (number + i) * (number + i) * (number + i);
		s.pow += pow(number + i, 3);
		s.sqrt_via += via(number + i);
		s.sqrt += sqrt(number + i);
	}
	return s;
}

struct module {
	const long *value;
};

struct reference {
	const struct module *module;
	long loops;
};

/* In both of these the total is made unknown, or the loop would become one
 * multiplication. */
static REAL_CALL double local_ref(const void *context)
{
	const struct reference *reference = context;
	long loops = reference->loops, total = 0;
	long value = *reference->module->value;

	for (long i = 0; i < loops; i++) {
		total += value;
		UNKNOWN(total);
	}
	return (double)total;
}

static REAL_CALL double module_ref(const void *context)
{
	const struct reference *reference = context;
	long loops = reference->loops, total = 0;

	for (long i = 0; i < loops; i++) {
		total += *reference->module->value;
		UNKNOWN(total);
		/* Both pointers are followed anew every time. */
		__asm__ volatile("" : : : "memory");
	}
	return (double)total;
}

int main(int argc, char **argv)
{
	uint64_t loops = 100000, refs = 100000000;
	double number = 3;
	static const long one = 1;
	const struct module module = { &one };
	struct reference reference = { &module, 0 };
	struct timings timings = { .repeat = 1 };
	const struct arg args[] = {
		{ "LOOPS", .count = &loops, .min = 1, .max = 1e9,
		  .help = "times that calc's body runs" },
		{ "NUMBER", .real = &number, .min = 0, .max = 1e6,
		  .help = "what it calculates with" },
		{ "--refs", "COUNT", .count = &refs, .min = 1, .max = 1e10,
		  .help = "reads by local_ref and module_ref" },
		TIMINGS_ARGS(timings),
	};
	struct sums s;

	ARGS_PARSE(argc, argv,
		   "Arithmetic line by line, and reading a value directly and\n"
		   "through pointers.\n",
		   args);
	s = calc(number, (long)loops, sqrt);
	printf("add: %.15g\nmultiply: %.15g\ninteger power: %.15g\n"
	       "pow: %.15g\nsqrt via: %.15g\nsqrt: %.15g\n",
	       s.add, s.multiply, s.integer_power, s.pow, s.sqrt_via, s.sqrt);
	reference.loops = (long)refs;
	printf("local_ref: %.0f\n",
	       timings_run(&timings, local_ref, &reference, "local_ref"));
	printf("module_ref: %.0f\n",
	       timings_run(&timings, module_ref, &reference, "module_ref"));
	timings_table(&timings);
	return 0;
}
