/* args.h - a command's options, parsed from its table.
 *
 * -x, -xVALUE, -x VALUE, --name, --name=VALUE, --name VALUE; options and
 * operands may be mixed, "--" ends the options.
 */
#ifndef PROF_CLI_ARGS_H
#define PROF_CLI_ARGS_H

#include "lib/base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct command;

enum arg_kind {
	ARG_FLAG,  /* takes no value */
	ARG_VALUE, /* takes the rest of the word, or the next one */
	/* May have a value: after "=", or the next word unless that starts
	 * with "-" or ends in ".prof". */
	ARG_OPTIONAL
};

struct arg_option {
	const char *name; /* long name */
	char letter;	  /* short name, or 0 */
	enum arg_kind kind;
	const char *value; /* what help calls it */
	const char *help;
	/* Store VALUE (NULL where there is none) in SETTINGS; false and ERR
	 * where it is not allowed. */
	bool (*apply)(const struct arg_option *self, void *settings,
		      const char *value, struct error *err);
	const void *data; /* for apply */
};

/* The head of the function apply_NAME of an option. */
#define ARG_APPLY(name)                                                        \
	static bool apply_##name(const struct arg_option *self,                \
				 void *settings, const char *value,            \
				 struct error *err)

/* The data of an option that only fills the MEMBER of its command's settings,
 * of type TYPE; the functions that do, as apply, are below. */
#define ARG_AT(type, member) (&(const size_t){ offsetof(type, member) })

/* Make a bool true, or false. */
bool arg_set(const struct arg_option *self, void *settings, const char *value,
	     struct error *err);
bool arg_clear(const struct arg_option *self, void *settings, const char *value,
	       struct error *err);
/* Keep a text (const char *); one that names a file must not be empty. */
bool arg_text(const struct arg_option *self, void *settings, const char *value,
	      struct error *err);
bool arg_file(const struct arg_option *self, void *settings, const char *value,
	      struct error *err);
/* Keep a number from 1 on (size_t). */
bool arg_number(const struct arg_option *self, void *settings,
		const char *value, struct error *err);

enum args_order {
	ARGS_MIXED,	  /* options may follow operands */
	ARGS_OPERAND_LAST /* the first operand ends the options */
};

/* Apply the options in ARGV (of COMMAND, whose name is ARGV[0]) to SETTINGS.
 * The operands are moved to ARGV[0...]; returns their number. A wrong option
 * ends the program with one line, a hint, and COMMAND's usage status; --help
 * prints the help and ends it with 0. */
int args_parse(const struct command *command, enum args_order order, int argc,
	       char **argv, void *settings);

#endif
