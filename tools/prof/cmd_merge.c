/* prof merge: several profiles in one file. */
#include "lib/analysis/merge.h"
#include "tools/prof/cli/load.h"
#include "tools/prof/cli/message.h"
#include "tools/prof/cli/output.h"
#include "tools/prof/cli/session.h"
#include "tools/prof/command.h"
#include "tools/prof/export/sink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct settings {
	struct load_settings load; /* first: see load.h */
	const char *output;
};

static const struct arg_option options[] = {
	{ "output", 'o', ARG_VALUE, "FILE",
	  "write FILE ('-': standard output); needed", arg_file,
	  ARG_AT(struct settings, output) },
	LOAD_OPTION_SALVAGE,
	{ 0 },
};

/* A file that is there must not lose anything: "-o *.prof" would overwrite the
 * first of them with the others. */
static bool may_replace(const struct merge *merge, const char *output)
{
	struct error err = { 0 };
	struct stat st;

	if (!strcmp(output, "-") || stat(output, &st) || !S_ISREG(st.st_mode))
		return true;
	if (merge_contains(merge, output, &err))
		return true;
	if (err.code == ERROR_NONE) {
		message_error("%s: is there, with profiles that would be lost",
			      output);
		message_hint("name it as an input as well; or remove it");
	} else {
		message_error("%s: is there and cannot be read as a profile: "
			      "not overwritten",
			      output);
		message_hint("remove it, or choose another name");
	}
	return false;
}

static void tell(const struct merge *merge, const char *output)
{
	load_warn_lines(NULL, merge->warnings);
	if (merge->same)
		message_error("%zu profile%s there twice: taken once",
			      merge->same,
			      merge->same == 1 ? " was" : "s were");
	if (merge->earlier)
		message_error("%zu earlier cop%s left out", merge->earlier,
			      merge->earlier == 1
				      ? "y of the same process"
				      : "ies of the same processes");
	if (strcmp(output, "-") != 0)
		message_error("wrote %s: %zu process%s", output, merge->count,
			      merge->count == 1 ? "" : "es");
}

static int write_out(const struct merge *merge, const char *output)
{
	struct error err = { 0 };
	struct sink sink;

	if (!may_replace(merge, output))
		return STATUS_SYSTEM;
	if (!sink_open(&sink, output, &err))
		message_die(STATUS_SYSTEM, "%s", err.msg);
	merge_write(merge, sink.stream);
	if (!sink_close(&sink, true, &err)) {
		message_error("%s", err.msg);
		return STATUS_SYSTEM;
	}
	tell(merge, output);
	return STATUS_OK;
}

static void add_file(struct merge *merge, const char *path, bool salvage)
{
	struct error err = { 0 };

	if (!merge_add(merge, path, salvage, &err))
		load_die(path, salvage, &err);
}

static void add_session(struct merge *merge, bool salvage)
{
	struct session session = { 0 };

	load_choose_session(&session);
	for (size_t i = 0; i < session.count; i++)
		add_file(merge, session.paths[i], salvage);
	session_free(&session);
}

static int run(const struct command *self, int argc, char **argv)
{
	struct settings s = { 0 };
	struct merge merge = { 0 };
	int status, count = args_parse(self, ARGS_MIXED, argc, argv, &s);

	if (!s.output) {
		message_error("merge: no output named");
		message_hint("prof merge -o FILE [FILE...]");
		return self->usage_status;
	}
	for (int i = 0; i < count; i++)
		add_file(&merge, argv[i], s.load.salvage);
	if (count == 0)
		add_session(&merge, s.load.salvage);
	merge_settle(&merge);
	status = write_out(&merge, s.output);
	merge_free(&merge);
	return status;
}

const struct command merge_command = {
	.name = "merge",
	.operands = "-o FILE [FILE...]",
	.help = "put the profiles of several processes into one file",
	.details =
		"The result holds each process once, whole, in order of start, "
		"and\n"
		"reads like a profile: 'prof report --by=rank FILE' compares "
		"the\n"
		"processes. FILEs may be merged ones; order and number of "
		"steps "
		"make\n"
		"no difference. Without FILE: the newest session in this "
		"directory.\n",
	.options = options,
	.usage_status = STATUS_USAGE,
	.run = run,
};
