/* julia.c - an escape-time fractal: a tight loop around a small function.
 *
 * 34219980 of the calls are to abs, which does little: the place to see what
 * a profiler's own cost per call does to a profile.
 *
 * Two functions are named as C's own, so that the profile shows the names of
 * the Python program that this is. That is why stdlib.h is not included; the
 * compilers know abs even so and would warn.
 */
#include "examples/common/args.h"
#include "examples/common/call.h"
#include "examples/common/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#ifdef __clang__
#pragma GCC diagnostic ignored "-Wincompatible-library-redeclaration"
#else
#pragma GCC diagnostic ignored "-Wbuiltin-declaration-mismatch"
#endif

/* Not C's own complex numbers: their product is a call that looks for
 * infinities. */
struct complex_number {
	double re, im;
};

static const double x_low = -1.8, x_high = 1.8, y_low = -1.8, y_high = 1.8;
static const struct complex_number c_point = { -0.62772, -0.42193 };

struct list {
	char *elements;
	size_t element_size, length, capacity;
};

static REAL_CALL void append(struct list *list, const void *element)
{
	if (list->length == list->capacity) {
		list->capacity = list->capacity ? 2 * list->capacity : 8;
		list->elements = memory_resize(list->elements, list->capacity,
					       list->element_size);
	}
	memcpy(list->elements + list->length * list->element_size, element,
	       list->element_size);
	list->length++;
}

static REAL_CALL double abs(struct complex_number z)
{
	return sqrt(z.re * z.re + z.im * z.im);
}

/* For each of the COUNT points the number of steps until it escapes. */
static REAL_CALL void calculate_z_serial(int max_iterations,
					 const struct complex_number *zs,
					 const struct complex_number *cs,
					 int *output, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int n = 0;
		struct complex_number z = zs[i], c = cs[i];

		while (abs(z) < 2 && n < max_iterations) {
			z = (struct complex_number){
				z.re * z.re - z.im * z.im + c.re,
				z.re * z.im + z.im * z.re + c.im
			};
			n++;
		}
		output[i] = n;
	}
}

static REAL_CALL long sum(const int *values, size_t count)
{
	long total = 0;

	for (size_t i = 0; i < count; i++)
		total += values[i];
	return total;
}

/* Add up the steps instead of multiplying: the points, and with them the sum
 * of the output, are then bit for bit those of the original. */
static void append_coordinates(struct list *x, struct list *y, int width)
{
	double x_step = (x_high - x_low) / width,
	       y_step = (y_low - y_high) / width;

	for (double at = y_high; at > y_low; at += y_step)
		append(y, &at);
	for (double at = x_low; at < x_high; at += x_step)
		append(x, &at);
}

static REAL_CALL void calc_pure(int width, int max_iterations)
{
	struct list x = { .element_size = sizeof(double) }, y = x;
	struct list zs = { .element_size = sizeof(struct complex_number) };
	struct list cs = zs;
	int *output;

	append_coordinates(&x, &y, width);
	for (size_t i = 0; i < y.length; i++) {
		for (size_t j = 0; j < x.length; j++) {
			struct complex_number z = { ((double *)x.elements)[j],
						    ((double *)y.elements)[i] };

			append(&zs, &z);
			append(&cs, &c_point);
		}
	}
	printf("Length of x: %zu\n", x.length);
	printf("Total elements: %zu\n", zs.length);
	output = memory_zeroed(zs.length, sizeof(*output));
	calculate_z_serial(max_iterations, (struct complex_number *)zs.elements,
			   (struct complex_number *)cs.elements, output,
			   zs.length);
	printf("Sum of output: %ld\n", sum(output, zs.length));
	memory_free(output);
	memory_free(x.elements);
	memory_free(y.elements);
	memory_free(zs.elements);
	memory_free(cs.elements);
}

int main(int argc, char **argv)
{
	uint64_t width = 1000, iterations = 300;
	const struct arg args[] = {
		{ "WIDTH", .count = &width, .min = 1, .max = 10000,
		  .help = "points in a row, and rows" },
		{ "ITERATIONS", .count = &iterations, .min = 1, .max = 1e6,
		  .help = "steps at most for a point" },
	};

	ARGS_PARSE(argc, argv,
		   "The Julia set of -0.62772-0.42193i: how many steps each\n"
		   "point of a grid takes to escape.\n",
		   args);
	calc_pure((int)width, (int)iterations);
	return 0;
}
