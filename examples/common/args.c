#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* program_invocation_short_name */
#endif
#include "examples/common/args.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_USAGE = 2, HELP_COLUMN = 24 };

void args_fail(const char *format, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fprintf(stderr, " (see %s --help)\n", program_invocation_short_name);
	exit(EXIT_USAGE);
}

static bool is_option(const struct arg *arg)
{
	return arg->name[0] == '-';
}

static void print_default(const struct arg *arg)
{
	if (arg->count)
		printf(" (%.15g..%.15g, default %.15g)", arg->min, arg->max,
		       (double)*arg->count);
	else if (arg->real)
		printf(" (%.15g..%.15g, default %.15g)", arg->min, arg->max,
		       *arg->real);
	else if (arg->choice)
		printf(" (default %s)", *arg->choice);
	putchar('\n');
	if (!arg->choice)
		return;
	for (size_t i = 0; arg->choices[i]; i++)
		printf("%*s%s\n", HELP_COLUMN + 2, "", arg->choices[i]);
}

static void print_help(const char *about, const struct arg *args,
		       size_t arg_count)
{
	printf("Usage: %s [OPTION]...", program_invocation_short_name);
	for (size_t i = 0; i < arg_count; i++)
		if (!is_option(&args[i]))
			printf(" [%s]", args[i].name);
	printf("\n%s\n", about);
	for (size_t i = 0; i < arg_count; i++) {
		const struct arg *arg = &args[i];
		int width = printf("  %s", arg->name);

		if (arg->value)
			width += printf(" %s", arg->value);
		printf("%*s%s", width < HELP_COLUMN ? HELP_COLUMN - width : 1,
		       "", arg->help);
		print_default(arg);
	}
	printf("  %-*sshow this help\n", HELP_COLUMN - 2, "--help");
}

/* A decimal number: no blanks, "nan", "inf" or hexadecimals, which strtod
 * would take. */
static bool parse_number(const char *text, double *number)
{
	char *end;

	if (!*text || text[strspn(text, "0123456789.eE+-")])
		return false;
	errno = 0;
	*number = strtod(text, &end);
	return !*end && errno != ERANGE;
}

static void set_number(const struct arg *arg, const char *text)
{
	double number;
	bool fine = parse_number(text, &number) && number >= arg->min &&
		    number <= arg->max;

	if (arg->count && fine)
		fine = number == (double)(uint64_t)number;
	if (!fine)
		args_fail("%s: \"%s\" is not a%s number from %.15g to %.15g",
			  arg->name, text, arg->count ? " whole" : "", arg->min,
			  arg->max);
	if (arg->count)
		*arg->count = (uint64_t)number;
	else
		*arg->real = number;
}

static void set_value(const struct arg *arg, const char *text)
{
	if (!arg->choice) {
		set_number(arg, text);
		return;
	}
	for (size_t i = 0; arg->choices[i]; i++) {
		if (!strcmp(text, arg->choices[i])) {
			*arg->choice = arg->choices[i];
			return;
		}
	}
	args_fail("%s: there is no \"%s\"", arg->name, text);
}

/* The option that TEXT, "--name" or "--name=value", names. */
static const struct arg *find_option(const struct arg *args, size_t arg_count,
				     const char *text)
{
	size_t length = strcspn(text, "=");

	for (size_t i = 0; i < arg_count; i++)
		if (is_option(&args[i]) && strlen(args[i].name) == length &&
		    !strncmp(args[i].name, text, length))
			return &args[i];
	args_fail("unknown option \"%s\"", text);
}

/* Take the option in argv[I]; the index of the last word that it uses. */
static int take_option(const struct arg *option, int argc, char **argv, int i)
{
	char *value = strchr(argv[i], '=');

	if (option->flag) {
		if (value)
			args_fail("%s takes no value", option->name);
		*option->flag = true;
		return i;
	}
	if (value)
		value++;
	else if (++i < argc)
		value = argv[i];
	else
		args_fail("%s needs a value", option->name);
	set_value(option, value);
	return i;
}

void args_parse(int argc, char **argv, const char *about,
		const struct arg *args, size_t arg_count)
{
	size_t next = 0; /* the first argument by position not yet seen */

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--help")) {
			print_help(about, args, arg_count);
			exit(EXIT_SUCCESS);
		}
		/* "-5" is a bad number rather than an option. */
		if (!strncmp(argv[i], "--", 2)) {
			i = take_option(find_option(args, arg_count, argv[i]),
					argc, argv, i);
			continue;
		}
		while (next < arg_count && is_option(&args[next]))
			next++;
		if (next == arg_count)
			args_fail("unexpected argument \"%s\"", argv[i]);
		set_value(&args[next++], argv[i]);
	}
}

bool args_chosen(const char *choice, const char *name)
{
	return !strcmp(choice, "all") || !strcmp(choice, name);
}
