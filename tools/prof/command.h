/* command.h - one command of the tool.
 *
 * Each cmd_*.c defines one; main.c lists them. Help is made from the tables.
 */
#ifndef PROF_COMMAND_H
#define PROF_COMMAND_H

#include "tools/prof/cli/args.h"

struct command {
	const char *name;
	const char *operands; /* as in the usage line: "[FILE...]" */
	const char *help;     /* one line */
	const char *details;  /* what "prof help NAME" says further, or NULL */
	void (*print_more)(void); /* what is made from tables, or NULL */
	const struct arg_option *options; /* ends with a NULL name */
	int usage_status;		  /* exit status of a usage error */
	/* ARGV[0] is the command's name. Returns the exit status. */
	int (*run)(const struct command *self, int argc, char **argv);
};

extern const struct command run_command;
extern const struct command report_command;
extern const struct command convert_command;
extern const struct command info_command;
extern const struct command lines_command;
extern const struct command annotate_command;
extern const struct command embed_command;
extern const struct command diff_command;
extern const struct command merge_command;
extern const struct command top_command;
extern const struct command filter_command;

/* Print COMMAND's help to standard output. */
void command_help(const struct command *command);

/* Print TEXT and a newline, in lines of a terminal's width that start at column
 * INDENT, where the cursor is. */
void command_print_wrapped(const char *text, int indent);

#endif
