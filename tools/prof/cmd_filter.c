/* prof filter: which functions of a program shall be left out, as a file. */
#include "tools/prof/cli/filter.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/message.h"
#include "tools/prof/cli/output.h"
#include "tools/prof/cli/target.h"
#include "tools/prof/command.h"
#include "tools/prof/export/sink.h"

struct settings {
	struct filter_request filter; /* first: see filter.h */
	const char *output;
};

static const struct arg_option options[] = {
	FILTER_OPTIONS,
	{ "output", 'o', ARG_VALUE, "FILE",
	  "write FILE ('-', and without: standard output)", arg_file,
	  ARG_AT(struct settings, output) },
	{ 0 },
};

static int write_out(struct settings *s, const char *program)
{
	struct error err = { 0 };
	struct sink sink;
	bool ok;

	if (!sink_open(&sink, s->output, &err))
		message_die(STATUS_SYSTEM, "%s", err.msg);
	ok = filter_write(&s->filter, program, sink.stream, &err);
	if (!ok)
		message_error("filter: %s", err.msg);
	if (!sink_close(&sink, ok, ok ? &err : NULL)) {
		message_error("%s", err.msg);
		ok = false;
	}
	return ok ? STATUS_OK : STATUS_SYSTEM;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct settings s = { .output = "-" };
	struct target target;
	int status, count = args_parse(self, ARGS_MIXED, argc, argv, &s);

	if (count == 0 || s.filter.count == 0) {
		message_error(count ? "filter: no pattern given"
				    : "filter: no program named");
		message_hint("prof filter --exclude=PATTERN -o FILE PROGRAM");
		filter_free(&s.filter);
		return self->usage_status;
	}
	for (int i = 1; i < count; i++)
		memory_append(&s.filter.objects, &s.filter.object_count,
			      memory_copy(argv[i]));
	status = target_find(&target, argv[0]) ? STATUS_SYSTEM
					       : write_out(&s, target.file);
	target_free(&target);
	filter_free(&s.filter);
	return status;
}

const struct command filter_command = {
	.name = "filter",
	.operands = "-o FILE PROGRAM [OBJECT...]",
	.help = "say what to leave out of traces, as a file for PROF_FILTER",
	.details =
		"PATTERNs are looked for in PROGRAM, in the libraries that it "
		"needs,\n"
		"and in the OBJECTs, which it loads later or executes. 'prof "
		"help run'\n"
		"says what patterns are, and which goes before which. Then\n"
		"    PROF_FILTER=FILE LD_PRELOAD=.../libprof.so PROGRAM\n"
		"records without them; give FILE's whole path where PROGRAM "
		"changes its\n"
		"directory and executes others. FILE holds for these builds "
		"only.\n",
	.options = options,
	.usage_status = STATUS_USAGE,
	.run = run,
};
