/* prof convert: a profile in another program's format. */
#include "tools/prof/cli/load.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/message.h"
#include "tools/prof/command.h"
#include "tools/prof/export/outputs.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct settings {
	struct load_settings load; /* first: see load.h */
	const struct exporter *to;
	const char *output;
	struct export_options export;
	bool split_threads;
	enum inlined { INLINED_DEFAULT, INLINED_NODE, INLINED_OFF } inlined;
};

/* A word of a choice and the number it stands for. */
struct word {
	const char *name;
	int value;
};

/* The value of the word VALUE in WORDS, or -1 and ERR. */
static int choose(const struct arg_option *self, const struct word *words,
		  const char *value, struct error *err)
{
	for (; words->name; words++)
		if (!strcmp(words->name, value))
			return words->value;
	error_set(err, ERROR_USAGE, "--%s is one of %s, not '%s'", self->name,
		  self->value, value);
	return -1;
}

ARG_APPLY(to)
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

ARG_APPLY(positions)
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

/* self->data is the bool that says which. */
ARG_APPLY(split)
{
	static const struct word words[] = {
		{ "merge", false },
		{ "split", true },
		{ NULL, 0 },
	};
	int chosen = choose(self, words, value, err);

	if (chosen < 0)
		return false;
	return chosen ? arg_set(self, settings, value, err)
		      : arg_clear(self, settings, value, err);
}

ARG_APPLY(inline)
{
	static const struct word words[] = {
		{ "file", INLINED_DEFAULT },
		{ "node", INLINED_NODE },
		{ "off", INLINED_OFF },
		{ NULL, 0 },
	};
	struct settings *s = settings;
	int chosen = choose(self, words, value, err);

	if (chosen >= 0)
		s->inlined = (enum inlined)chosen;
	return chosen >= 0;
}

static const struct arg_option options[] = {
	{ "to", 't', ARG_VALUE, "FORMAT", "see below; default callgrind",
	  apply_to, NULL },
	{ "output", 'o', ARG_VALUE, "FILE",
	  "write FILE ('-': standard output); default FORMAT.out.PROGRAM.PID",
	  arg_file, ARG_AT(struct settings, output) },
	{ "positions", 0, ARG_VALUE, "line|instr",
	  "callgrind: costs by line, or by instruction as well (default "
	  "where addresses are known)",
	  apply_positions, NULL },
	{ "threads", 0, ARG_VALUE, "merge|split",
	  "callgrind: all threads in one file (default), or each in one of "
	  "its own, FILE-01, FILE-02..., which kcachegrind opens together "
	  "as the parts of FILE",
	  apply_split, ARG_AT(struct settings, split_threads) },
	{ "inline", 0, ARG_VALUE, "file|node|off",
	  "callgrind: show inlined code at its own source lines (default), "
	  "as functions, or not at all",
	  apply_inline, NULL },
	{ "recursion", 0, ARG_VALUE, "merge|split",
	  "callgrind: recursive calls of f are calls of f (default), or of "
	  "a function f'2 of their own",
	  apply_split, ARG_AT(struct settings, export.split_recursion) },
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

static void say_written(const struct settings *s, const struct outputs *to,
			size_t count)
{
	const char *path = to->prefix;
	size_t parts = to->numbered ? count : 0;
	char *foreign;

	if (!strcmp(path, "-"))
		return;
	foreign = s->to->open_with && !to->stream ? outputs_tidy(path, parts)
						  : NULL;
	if (parts)
		message_error("wrote %zu parts, %s-01 to -%02zu; open them: "
			      "%s %s",
			      parts, path, parts, s->to->open_with, path);
	else if (s->to->open_with)
		message_error("wrote %s; open it: %s %s", path,
			      s->to->open_with, path);
	else
		message_error("wrote %s", path);
	if (foreign)
		message_warn("%s opens %s as well, as its name begins with "
			     "%s",
			     s->to->open_with, foreign, path);
	free(foreign);
}

static bool write_all(const struct settings *s, const struct model *m,
		      bool split, struct outputs *to, struct error *err)
{
	FILE *out;

	if (split)
		return s->to->write_parts(m, &s->export, &to->parts, err);
	out = to->parts.next(&to->parts, err);
	return out && s->to->write(m, &s->export, out, err);
}

static int convert(const struct settings *s, const struct loaded *loaded)
{
	struct error err = { 0 };
	struct outputs to;
	/* Without threads there would be no file at all. */
	bool split = s->split_threads && loaded->model->thread_count;
	char *path = s->output ? memory_copy(s->output)
			       : default_name(s->to, loaded->profiles[0]);
	bool ok;

	outputs_begin(&to, path, split);
	ok = write_all(s, loaded->model, split, &to, &err);
	ok = outputs_end(&to, ok, &err);
	if (ok)
		say_written(s, &to, loaded->model->thread_count);
	else
		message_error("%s", err.msg);
	free(path);
	return ok ? STATUS_OK : message_status(err.code);
}

static int run(const struct command *self, int argc, char **argv)
{
	struct settings s = { .to = exporters[0] };
	struct load_model_options how = { 0 };
	struct loaded loaded;
	int status, count = args_parse(self, ARGS_MIXED, argc, argv, &s);

	if (s.split_threads && !s.to->write_parts) {
		message_error("--threads=split is not for %s", s.to->name);
		message_hint("try '-t %s'", exporters[0]->name);
		return STATUS_USAGE;
	}
	load_profiles(&loaded, argv, (size_t)count, &s.load);
	how.resolve_inlines = s.inlined != INLINED_OFF;
	how.inline_nodes = s.inlined == INLINED_NODE ||
			   (s.to->inline_nodes && s.inlined != INLINED_OFF);
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
