/* prof embed: names, lines and sources into the profile, to be read elsewhere.
 */
#include "lib/analysis/merge.h"
#include "lib/analysis/symbol_embed.h"
#include "tools/prof/cli/load.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/message.h"
#include "tools/prof/command.h"
#include "tools/prof/export/sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Larger sources are not written by people. */
#define MOST_SOURCE ((off_t)4 << 20)

struct settings {
	struct load_settings load; /* first: see load.h */
	const char *output;
	bool no_source;
};

/* What embedding one file needs, and what came of it. */
struct embedding {
	const struct settings *settings;
	size_t sources, before; /* processes that had names already */
	bool running;		/* a process writes to the file still */
};

static const struct arg_option options[] = {
	{ "output", 'o', ARG_VALUE, "FILE",
	  "write FILE, of one profile, instead of changing that", arg_file,
	  ARG_AT(struct settings, output) },
	{ "no-source", 0, ARG_FLAG, NULL, "without the text of source files",
	  arg_set, ARG_AT(struct settings, no_source) },
	LOAD_OPTION_SALVAGE,
	LOAD_OPTION_DEBUG_DIRS,
	{ 0 },
};

/* Add the source PATH where it is there. */
static void add_source(struct embedding *to, struct symbol_embed *e,
		       const char *path)
{
	struct stat st;
	FILE *f = stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
				  st.st_size <= MOST_SOURCE
			  ? fopen(path, "re")
			  : NULL;
	char *text;
	size_t size;

	if (!f)
		return;
	text = memory_array((size_t)st.st_size + 1, 1);
	size = fread(text, 1, (size_t)st.st_size, f);
	fclose(f);
	if (!symbol_embed_source(e, path, text, size, (uint64_t)st.st_mtime))
		memory_fail();
	to->sources++;
	free(text);
}

static bool embed(void *context, const struct profile *p, uint8_t **arena,
		  size_t *size)
{
	struct embedding *to = context;
	struct symbolizer_options how = {
		.debug_dirs = to->settings->load.debug_dirs,
		.inlines = true,
		.exact_instructions = true,
	};
	struct symbolizer *s;
	struct symbol_embed *e;
	uint8_t *longer = NULL;
	const char *file;

	to->running |= p->running;
	if (p->image || (to->running && !to->settings->output)) {
		to->before++;
		return true;
	}
	s = symbolizer_new(&how);
	e = s ? symbol_embed_new(p, s) : NULL;
	for (size_t i = 0;
	     e && !to->settings->no_source && (file = symbol_embed_file(e, i));
	     i++)
		add_source(to, e, file);
	if (e)
		longer = symbol_embed_append(e, *arena, size);
	if (longer)
		*arena = longer;
	if (s)
		load_warn_lines(NULL, symbolizer_warnings(s));
	symbol_embed_free(e);
	symbolizer_free(s);
	return longer != NULL;
}

/* The sink puts the file in place when it is whole. */
static int write_out(const struct merge *merge, const char *path)
{
	struct error err = { 0 };
	struct sink sink;
	bool ok = sink_open(&sink, path, &err);

	if (ok) {
		merge_write(merge, sink.stream);
		ok = sink_close(&sink, true, &err);
	}
	if (!ok)
		message_error("%s", err.msg);
	return ok ? STATUS_OK : STATUS_SYSTEM;
}

static int embed_file(const struct settings *s, const char *path)
{
	struct embedding to = { .settings = s };
	struct merge merge = { .change = embed, .change_context = &to };
	const char *output = s->output ? s->output : path;
	struct error err = { 0 };
	int status;

	if (!merge_add(&merge, path, s->load.salvage, &err))
		load_die(path, s->load.salvage, &err);
	load_warn_lines(NULL, merge.warnings);
	/* It would go on writing to what is no longer there. */
	if (to.running && !s->output) {
		message_error("%s: its process is still running", path);
		message_hint("-o FILE writes what there is so far elsewhere");
		merge_free(&merge);
		return STATUS_SYSTEM;
	}
	if (to.before == merge.count && !s->output) {
		message_error("%s: has its names already", path);
		merge_free(&merge);
		return STATUS_OK;
	}
	merge_settle(&merge);
	status = write_out(&merge, output);
	if (status == STATUS_OK && strcmp(output, "-") != 0)
		message_error("wrote %s: %zu process%s, %zu source file%s",
			      output, merge.count, merge.count == 1 ? "" : "es",
			      to.sources, to.sources == 1 ? "" : "s");
	merge_free(&merge);
	return status;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct settings s = { 0 };
	struct session session = { 0 };
	int status = STATUS_OK, count;
	char **paths = argv;

	count = args_parse(self, ARGS_MIXED, argc, argv, &s);
	if (count == 0) {
		load_choose_session(&session);
		paths = session.paths;
		count = (int)session.count;
	}
	if (s.output && count != 1) {
		message_error("--output is for one profile, not %d", count);
		message_hint("'prof merge' makes one of several");
		status = self->usage_status;
	}
	for (int i = 0; i < count && status == STATUS_OK; i++)
		status = embed_file(&s, paths[i]);
	session_free(&session);
	return status;
}

const struct command embed_command = {
	.name = "embed",
	.operands = "[FILE...]",
	.help = "make a profile readable where the programs are not",
	.details =
		"Resolves every address and puts names, lines, inlined calls, "
		"the machine code\n"
		"of the functions and the text of their source files into the "
		"profile. All\n"
		"commands read it then as before, without the programs and "
		"their debugging\n"
		"information. Without FILE: the newest session in this "
		"directory.\n",
	.options = options,
	.usage_status = STATUS_USAGE,
	.run = run,
};
