/* prof: runs programs under libprof, and shows what it recorded. */
#include "lib/base/similar.h"
#include "tools/prof/cli/message.h"
#include "tools/prof/cli/output.h"
#include "tools/prof/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct command *const commands[] = {
	&run_command,  &report_command,	 &lines_command,  &annotate_command,
	&diff_command, &convert_command, &merge_command,  &embed_command,
	&top_command,  &info_command,	 &filter_command, NULL,
};

static const struct command *find(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

static void print_usage(FILE *out)
{
	fputs("usage: prof COMMAND [OPTION...] [OPERAND...]\n\n", out);
	for (size_t i = 0; commands[i]; i++)
		fprintf(out, "  %-9s %s\n", commands[i]->name,
			commands[i]->help);
	fputs("  help      'prof help COMMAND': its options\n\n"
	      "  prof run ./program          record, and print where the time "
	      "went\n"
	      "  prof report                 print it again, from the newest "
	      "profile here\n"
	      "  prof convert -t callgrind   write it for kcachegrind\n",
	      out);
}

#define HELP_INDENT 26
#define HELP_WIDTH  79

void command_print_wrapped(const char *text, int indent)
{
	int column = indent;

	while (*text) {
		int length = (int)strcspn(text, " ");

		if (column > indent && column + 1 + length > HELP_WIDTH) {
			printf("\n%*s", indent, "");
			column = indent;
		}
		column += printf("%s%.*s", column > indent ? " " : "", length,
				 text);
		text += length;
		text += strspn(text, " ");
	}
	putchar('\n');
}

static void print_option(const struct arg_option *o)
{
	int width = printf("  %c%c%s--%s", o->letter ? '-' : ' ',
			   o->letter ? o->letter : ' ', o->letter ? ", " : "  ",
			   o->name);

	if (o->kind == ARG_OPTIONAL)
		width += printf("[=%s]", o->value);
	else if (o->value)
		width += printf("=%s", o->value);
	if (width + 1 > HELP_INDENT) {
		putchar('\n');
		width = 0;
	}
	printf("%*s", HELP_INDENT - width, "");
	command_print_wrapped(o->help, HELP_INDENT);
}

void command_help(const struct command *command)
{
	printf("usage: prof %s [OPTION...] %s\n%s\n\n", command->name,
	       command->operands, command->help);
	for (const struct arg_option *o = command->options; o->name; o++)
		print_option(o);
	if (command->details)
		printf("\n%s", command->details);
	if (command->print_more)
		command->print_more();
}

static int unknown(const char *name)
{
	const char *closest = NULL;
	size_t best = SIMILAR_LIMIT;

	for (size_t i = 0; commands[i]; i++)
		similar_closest(name, commands[i]->name, &closest, &best);
	message_error("unknown command '%s'", name);
	if (closest)
		message_hint("did you mean 'prof %s'?", closest);
	else
		message_hint("'prof help' lists the commands");
	return STATUS_USAGE;
}

static int help(const char *name)
{
	const struct command *command;

	if (!name) {
		print_usage(stdout);
		return output_close();
	}
	command = find(name);
	if (!command)
		return unknown(name);
	command_help(command);
	return output_close();
}

int main(int argc, char **argv)
{
	const struct command *command;
	const char *word = argc > 1 ? argv[1] : NULL;

	if (!word) {
		print_usage(stderr);
		return STATUS_USAGE;
	}
	if (!strcmp(word, "--version") || !strcmp(word, "-V")) {
		printf("prof %s\n", PROF_VERSION_TEXT);
		return output_close();
	}
	if (!strcmp(word, "help") || !strcmp(word, "--help") ||
	    !strcmp(word, "-h"))
		return help(argc > 2 ? argv[2] : NULL);
	if (word[0] == '-') {
		message_error("unknown option '%s'", word);
		message_hint("'prof help' lists the commands");
		return STATUS_USAGE;
	}
	command = find(word);
	if (!command)
		return unknown(word);
	return command->run(command, argc - 1, argv + 1);
}
