/* args.h - the command line of an example.
 *
 * A program lists its arguments in a table; --help is made from it. Numbers
 * may be written as 1e6.
 */
#ifndef EXAMPLES_COMMON_ARGS_H
#define EXAMPLES_COMMON_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Exactly one of flag, count, real and choice says where the value goes and
 * thereby which kind it is. What it points to beforehand is the default. */
struct arg {
	const char *name;  /* "--chunk"; without dashes: found by position */
	const char *value; /* what --help calls the value of a "--" argument */
	const char *help;
	bool *flag;		    /* takes no value */
	uint64_t *count;	    /* a whole number from min to max */
	double *real;		    /* a number from min to max */
	const char **choice;	    /* one of choices */
	const char *const *choices; /* ends with NULL */
	double min, max;	    /* counts: at most 2^53 */
};

/* Fill in what the command line says. For --help print it, with ABOUT (lines
 * ending in newlines), and exit 0; for a bad argument print one line on stderr
 * and exit 2. */
void args_parse(int argc, char **argv, const char *about,
		const struct arg *args, size_t arg_count);

#define ARGS_PARSE(argc, argv, about, args)                                    \
	args_parse(argc, argv, about, args, sizeof(args) / sizeof((args)[0]))

/* Print PROGRAM: and a message made as by printf on stderr, and exit 2: for
 * arguments that are fine alone and wrong together. */
void args_fail(const char *format, ...)
	__attribute__((format(printf, 1, 2), noreturn));

/* Whether CHOICE, where "all" stands for every name, includes NAME. */
bool args_chosen(const char *choice, const char *name);

#endif
