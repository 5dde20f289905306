/* prof convert: a profile in another program's format. */
#include "tools/prof/cli/load.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/message.h"
#include "tools/prof/command.h"
#include "tools/prof/export/exporter.h"
#include "tools/prof/export/sink.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct settings {
	struct load_settings load; /* first: see load.h */
	const struct exporter *to;
	const char *output;
	struct export_options export;
	bool no_inlines;
};

/* A word of a choice and the number it stands for. */
struct word {
	const char *name;
	int value; /* negative: not supported yet */
};

/* The value of the word VALUE in WORDS, or -1 and ERR. */
static int choose(const struct arg_option *self, const struct word *words,
		  const char *value, struct error *err)
{
	for (; words->name; words++) {
		if (strcmp(words->name, value) != 0)
			continue;
		if (words->value < 0)
			error_set(err, ERROR_USAGE,
				  "--%s=%s is not supported yet", self->name,
				  value);
		return words->value;
	}
	error_set(err, ERROR_USAGE, "--%s is one of %s, not '%s'", self->name,
		  self->value, value);
	return -1;
}

#define APPLY(name)                                                            \
	static bool apply_##name(const struct arg_option *self,                \
				 void *settings, const char *value,            \
				 struct error *err)

APPLY(to)
{
	struct settings *s = settings;
	char list[256] = "";

	(void)self;
	s->to = exporter_find(value);
	if (s->to)
		return true;
	for (size_t i = 0; exporters[i]; i++)
		snprintf(list + strlen(list), sizeof(list) - strlen(list),
			 "%s%s", i ? ", " : "", exporters[i]->name);
	return error_set(err, ERROR_USAGE,
			 "there is no format '%s'; there are %s", value, list);
}

APPLY(output)
{
	struct settings *s = settings;

	(void)self;
	if (!value[0])
		return error_set(err, ERROR_USAGE,
				 "option '--output' needs a file name");
	s->output = value;
	return true;
}

APPLY(positions)
{
	static const struct word words[] = {
		{ "line", EXPORT_POSITIONS_LINE },
		{ "instr", EXPORT_POSITIONS_INSTR },
		{ NULL, 0 },
	};
	struct settings *s = settings;
	int chosen = choose(self, words, value, err);

	if (chosen >= 0)
		s->export.positions = (enum export_positions)chosen;
	return chosen >= 0;
}

APPLY(threads)
{
	static const struct word words[] = {
		{ "merge", 0 },
		{ "split", -1 },
		{ NULL, 0 },
	};

	(void)settings;
	return choose(self, words, value, err) >= 0;
}

APPLY(inline)
{
	static const struct word words[] = {
		{ "file", 0 },
		{ "off", 1 },
		{ "node", -1 },
		{ NULL, 0 },
	};
	struct settings *s = settings;
	int chosen = choose(self, words, value, err);

	s->no_inlines = chosen == 1;
	return chosen >= 0;
}

static const struct arg_option options[] = {
	{ "to", 't', ARG_VALUE, "FORMAT", "see below; default callgrind",
	  apply_to, NULL },
	{ "output", 'o', ARG_VALUE, "FILE",
	  "write FILE ('-': standard output); default FORMAT.out.PROGRAM.PID",
	  apply_output, NULL },
	{ "positions", 0, ARG_VALUE, "line|instr",
	  "callgrind: costs by line, or by instruction as well (default "
	  "where addresses are known)",
	  apply_positions, NULL },
	{ "threads", 0, ARG_VALUE, "merge|split",
	  "callgrind: all threads in one file (default); split comes later",
	  apply_threads, NULL },
	{ "inline", 0, ARG_VALUE, "file|off",
	  "callgrind: show inlined code at its own source lines (default), "
	  "or not at all",
	  apply_inline, NULL },
	LOAD_OPTION_SALVAGE,
	LOAD_OPTION_DEBUG_DIRS,
	{ 0 },
};

/* "callgrind.out.basel.4711"; the program's name is data from a file. */
static char *default_name(const struct exporter *to, const struct profile *p)
{
	char *name = memory_format("%s.%.64s.%" PRIu32, to->prefix,
				   p->header.program[0] ? p->header.program
							: "unknown",
				   p->header.pid);

	for (char *c = name; *c; c++)
		if (*c == '/' || (unsigned char)*c < ' ' || *c == 0x7f)
			*c = '_';
	return name;
}

static int convert(const struct settings *s, const struct loaded *loaded)
{
	struct error err = { 0 };
	struct sink sink;
	char *path = s->output ? memory_copy(s->output)
			       : default_name(s->to, loaded->profiles[0]);
	bool ok;

	if (!sink_open(&sink, path, &err))
		message_die(STATUS_SYSTEM, "%s", err.msg);
	ok = s->to->write(loaded->model, &s->export, sink.stream, &err);
	if (!sink_close(&sink, ok, &err) || !ok) {
		message_error("%s", err.msg);
		free(path);
		return message_status(err.code);
	}
	if (strcmp(path, "-") != 0 && s->to->open_with)
		message_error("wrote %s; open it: %s %s", path,
			      s->to->open_with, path);
	else if (strcmp(path, "-") != 0)
		message_error("wrote %s", path);
	free(path);
	return STATUS_OK;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct settings s = { .to = exporters[0] };
	struct load_model_options how = { 0 };
	struct loaded loaded;
	int status, count = args_parse(self, ARGS_MIXED, argc, argv, &s);

	load_profiles(&loaded, argv, (size_t)count, &s.load);
	how.resolve_inlines = !s.no_inlines;
	how.inline_nodes = s.to->inline_nodes && !s.no_inlines;
	how.exact_instructions = s.export.positions != EXPORT_POSITIONS_LINE;
	load_model(&loaded, &s.load, &how);
	status = convert(&s, &loaded);
	load_free(&loaded);
	return status;
}

static void print_formats(void)
{
	fputs("\nFormats:\n", stdout);
	for (size_t i = 0; exporters[i]; i++)
		printf("  %-11s %s\n", exporters[i]->name, exporters[i]->help);
}

const struct command convert_command = {
	.name = "convert",
	.operands = "[FILE...]",
	.help = "write a profile in another program's format",
	.details = "Without FILE: the newest session in this directory, all "
		   "its\n"
		   "processes added up. Several FILEs are added up too.\n",
	.print_more = print_formats,
	.options = options,
	.usage_status = STATUS_USAGE,
	.run = run,
};
