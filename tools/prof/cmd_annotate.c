/* prof annotate: a function's machine code with what each instruction cost. */
#include "tools/prof/cli/load.h"
#include "tools/prof/cli/message.h"
#include "tools/prof/cli/pick.h"
#include "tools/prof/command.h"
#include "tools/prof/listing.h"
#include "tools/prof/view/annotate.h"
#include "tools/prof/view/facts.h"

#include <string.h>

static const struct arg_option options[] = {
	LISTING_OPTIONS,
	{ 0 },
};

/* Print those that can be shown; the status says whether all could. */
static int print_all(const struct lines_view *view,
		     const struct functions *chosen)
{
	int status = STATUS_OK;

	for (size_t i = 0; i < chosen->count; i++) {
		struct error err = { 0 };

		if (annotate_print(view, &chosen->list[i], &err))
			continue;
		fflush(stdout);
		message_error("%s", err.msg);
		if (strstr(err.msg, "not installed"))
			message_hint("it is in Debian's package binutils");
		status = err.code == ERROR_USAGE ? STATUS_USAGE : STATUS_SYSTEM;
	}
	return status;
}

static int show(struct listing_settings *s, const struct loaded *loaded,
		char **names, size_t count)
{
	struct listing listing;

	if (!listing_begin(&listing, s, loaded, loaded->profiles, loaded->count,
			   names, count))
		return STATUS_USAGE;
	printf("Timer unit: 1e-09 %s\n\n", facts_unit(loaded->model->clock));
	return listing_end(&listing, print_all(&listing.view, &listing.chosen));
}

static int run(const struct command *self, int argc, char **argv)
{
	struct listing_settings s = { 0 };
	struct load_model_options how = {
		.resolve_inlines = true,
		.inline_nodes = true,
		.exact_instructions = true,
	};
	struct loaded loaded;
	size_t count = (size_t)args_parse(self, ARGS_MIXED, argc, argv, &s);
	size_t profiles = pick_profiles(argv, count);
	int status;

	load_profiles(&loaded, argv, profiles, &s.load);
	load_model(&loaded, &s.load, &how);
	status = show(&s, &loaded, argv + profiles, count - profiles);
	load_free(&loaded);
	return status;
}

const struct command annotate_command = {
	.name = "annotate",
	.operands = "[FUNCTION|SOURCE|FILE]...",
	.help = "show the time by machine instruction, beside the source",
	.details = "FUNCTION, SOURCE and FILE are as for 'prof lines'. Needs "
		   "objdump.\n"
		   "\n"
		   "Hits      how often the instruction ran, where the program "
		   "counts blocks\n"
		   "Own       nanoseconds of samples at the instruction: most "
		   "processors show the\n"
		   "          one behind that which took long\n"
		   "Called    nanoseconds in what it calls\n",
	.options = options,
	.usage_status = STATUS_USAGE,
	.run = run,
};
