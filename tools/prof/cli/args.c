#include "tools/prof/cli/args.h"
#include "lib/base/similar.h"
#include "tools/prof/cli/message.h"
#include "tools/prof/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct parser {
	const struct command *command;
	void *settings;
	char **argv;
	int argc, next; /* words, and the one to look at next */
};

static void usage_hint(const struct command *command)
{
	message_hint("'prof help %s' lists the options", command->name);
}

static const struct arg_option *by_letter(const struct command *c, char letter)
{
	for (const struct arg_option *o = c->options; o->name; o++)
		if (o->letter && o->letter == letter)
			return o;
	return NULL;
}

static const struct arg_option *by_name(const struct command *c,
					const char *name, size_t length)
{
	for (const struct arg_option *o = c->options; o->name; o++)
		if (strlen(o->name) == length && !memcmp(o->name, name, length))
			return o;
	return NULL;
}

static void __attribute__((noreturn))
unknown(const struct command *command, const char *word, const char *name)
{
	const char *closest = NULL;
	size_t best = SIMILAR_LIMIT;

	for (const struct arg_option *o = command->options; o->name; o++)
		similar_closest(name, o->name, &closest, &best);
	message_error("%s: unknown option '%s'", command->name, word);
	if (closest)
		message_hint("did you mean '--%s'? 'prof help %s' lists them",
			     closest, command->name);
	else
		usage_hint(command);
	exit(command->usage_status);
}

/* The value of O: the next word, or NULL where O can do without. */
static const char *take_value(struct parser *p, const struct arg_option *o)
{
	const char *word = p->next < p->argc ? p->argv[p->next] : NULL;
	size_t length = word ? strlen(word) : 0;

	if (o->kind == ARG_OPTIONAL &&
	    (!word || word[0] == '-' ||
	     (length >= 5 && !strcmp(word + length - 5, ".prof"))))
		return NULL;
	if (!word) {
		message_error("%s: option '--%s' needs a value: %s",
			      p->command->name, o->name, o->value);
		usage_hint(p->command);
		exit(p->command->usage_status);
	}
	p->next++;
	return word;
}

static void apply(struct parser *p, const struct arg_option *o,
		  const char *value)
{
	struct error err = { 0 };

	if (o->apply(o, p->settings, value, &err))
		return;
	message_error("%s: %s", p->command->name, err.msg);
	usage_hint(p->command);
	exit(p->command->usage_status);
}

static void long_option(struct parser *p, const char *word)
{
	const char *name = word + 2, *equals = strchr(name, '=');
	size_t length = equals ? (size_t)(equals - name) : strlen(name);
	const struct arg_option *o = by_name(p->command, name, length);

	if (!o && !strcmp(name, "help")) {
		command_help(p->command);
		exit(STATUS_OK);
	}
	if (!o)
		unknown(p->command, word, name);
	if (equals && o->kind == ARG_FLAG) {
		message_error("%s: option '--%s' takes no value",
			      p->command->name, o->name);
		usage_hint(p->command);
		exit(p->command->usage_status);
	}
	if (equals)
		apply(p, o, equals + 1);
	else
		apply(p, o, o->kind == ARG_FLAG ? NULL : take_value(p, o));
}

static void short_options(struct parser *p, const char *word)
{
	for (const char *at = word + 1; *at; at++) {
		const struct arg_option *o = by_letter(p->command, *at);

		if (!o && *at == 'h') {
			command_help(p->command);
			exit(STATUS_OK);
		}
		if (!o)
			unknown(p->command, word, at);
		if (o->kind == ARG_FLAG) {
			apply(p, o, NULL);
			continue;
		}
		apply(p, o, at[1] ? at + 1 : take_value(p, o));
		return;
	}
}

/* --- options that only fill a field -----------------------------------------
 */

static void *field(const struct arg_option *self, void *settings)
{
	return (char *)settings + *(const size_t *)self->data;
}

bool arg_set(const struct arg_option *self, void *settings, const char *value,
	     struct error *err)
{
	(void)value, (void)err;
	*(bool *)field(self, settings) = true;
	return true;
}

bool arg_clear(const struct arg_option *self, void *settings, const char *value,
	       struct error *err)
{
	(void)value, (void)err;
	*(bool *)field(self, settings) = false;
	return true;
}

bool arg_text(const struct arg_option *self, void *settings, const char *value,
	      struct error *err)
{
	(void)err;
	*(const char **)field(self, settings) = value;
	return true;
}

bool arg_file(const struct arg_option *self, void *settings, const char *value,
	      struct error *err)
{
	if (!value[0])
		return error_set(err, ERROR_USAGE,
				 "option '--%s' needs a file name", self->name);
	return arg_text(self, settings, value, err);
}

bool arg_number(const struct arg_option *self, void *settings,
		const char *value, struct error *err)
{
	size_t n = 0;

	if (!value[strspn(value, "0123456789")])
		n = strtoul(value, NULL, 10);
	if (!n)
		return error_set(err, ERROR_USAGE,
				 "option '--%s' needs a number from 1 on, "
				 "not '%s'",
				 self->name, value);
	*(size_t *)field(self, settings) = n;
	return true;
}

/* --- the command line -------------------------------------------------------
 */

int args_parse(const struct command *command, enum args_order order, int argc,
	       char **argv, void *settings)
{
	struct parser p = { command, settings, argv, argc, 1 };
	int operands = 0;

	while (p.next < argc) {
		char *word = argv[p.next++];

		if (!strcmp(word, "--"))
			break;
		if (word[0] != '-' || !word[1]) {
			argv[operands++] = word;
			if (order == ARGS_OPERAND_LAST)
				break;
		} else if (word[1] == '-') {
			long_option(&p, word);
		} else {
			short_options(&p, word);
		}
	}
	while (p.next < argc)
		argv[operands++] = argv[p.next++];
	argv[operands] = NULL;
	return operands;
}
