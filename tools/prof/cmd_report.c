/* prof report: the table of functions. */
#include "tools/prof/cli/load.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/message.h"
#include "tools/prof/cli/pager.h"
#include "tools/prof/cli/terminal.h"
#include "tools/prof/command.h"
#include "tools/prof/view/report.h"

#include <string.h>

struct settings {
	struct load_settings load; /* first: see load.h */
	struct report_settings report;
	bool no_pager;
};

#define APPLY(name)                                                            \
	static bool apply_##name(const struct arg_option *self,                \
				 void *settings, const char *value,            \
				 struct error *err)

APPLY(sort)
{
	struct settings *s = settings;

	(void)self;
	return sort_parse(&s->report.order, value, err);
}

APPLY(limit)
{
	struct settings *s = settings;

	(void)self;
	return restrictions_add(&s->report.restrictions, value, err);
}

APPLY(count)
{
	if (!value[0] || value[strspn(value, "0123456789")])
		return error_set(err, ERROR_USAGE,
				 "option '--count' needs a number, not '%s'",
				 value);
	return apply_limit(self, settings, value, err);
}

APPLY(callers)
{
	struct settings *s = settings;

	(void)self;
	s->report.callers = true;
	return !value ||
	       restrictions_add_regex(&s->report.of_callers, value, err);
}

APPLY(callees)
{
	struct settings *s = settings;

	(void)self;
	s->report.callees = true;
	return !value ||
	       restrictions_add_regex(&s->report.of_callees, value, err);
}

/* A flag: self->data is where its bool lies in struct settings, and its letter
 * or name says whether it is set or cleared. */
static const size_t reverse_at =
	offsetof(struct settings, report.order.reverse);
static const size_t threads_at = offsetof(struct settings, report.threads);
static const size_t full_paths_at =
	offsetof(struct settings, report.full_paths);
static const size_t no_pager_at = offsetof(struct settings, no_pager);

static bool *flag_at(const struct arg_option *self, void *settings)
{
	return (bool *)((char *)settings + *(const size_t *)self->data);
}

APPLY(set)
{
	(void)value, (void)err;
	*flag_at(self, settings) = true;
	return true;
}

APPLY(clear)
{
	(void)value, (void)err;
	*flag_at(self, settings) = false;
	return true;
}

static const struct arg_option options[] = {
	{ "sort", 's', ARG_VALUE, "KEY[,KEY]",
	  "order by these (default tottime): calls, cumulative, file, "
	  "line, module, name, nfl, pcalls, stdname, time, ...",
	  apply_sort, NULL },
	{ "reverse", 'r', ARG_FLAG, NULL, "in reverse order", apply_set,
	  &reverse_at },
	{ "count", 'n', ARG_VALUE, "COUNT", "show the first COUNT only",
	  apply_count, NULL },
	{ "limit", 'l', ARG_VALUE, "WHAT",
	  "show a COUNT (10), a fraction (0.25) or what matches a regular "
	  "expression; several are applied in turn",
	  apply_limit, NULL },
	{ "callers", 0, ARG_OPTIONAL, "REGEX",
	  "show who called the functions (that match REGEX)", apply_callers,
	  NULL },
	{ "callees", 0, ARG_OPTIONAL, "REGEX",
	  "show what the functions (that match REGEX) called", apply_callees,
	  NULL },
	{ "threads", 0, ARG_FLAG, NULL,
	  "show each thread as a function that calls the others", apply_set,
	  &threads_at },
	{ "full-paths", 0, ARG_FLAG, NULL, "show source files with their path",
	  apply_set, &full_paths_at },
	{ "strip-dirs", 0, ARG_FLAG, NULL,
	  "show source files without it (default)", apply_clear,
	  &full_paths_at },
	LOAD_OPTION_SALVAGE,
	LOAD_OPTION_DEBUG_DIRS,
	{ "no-pager", 0, ARG_FLAG, NULL,
	  "do not show it through $PAGER on a terminal", apply_set,
	  &no_pager_at },
	{ 0 },
};

static int run(const struct command *self, int argc, char **argv)
{
	struct settings s = { 0 };
	struct load_model_options how = {
		.resolve_inlines = true,
		.inline_nodes = true,
	};
	struct loaded loaded;
	int count = args_parse(self, ARGS_MIXED, argc, argv, &s);

	load_profiles(&loaded, argv, (size_t)count, &s.load);
	load_model(&loaded, &s.load, &how);
	s.report.width = terminal_width(stdout);
	if (!s.no_pager)
		pager_start();
	report_print(loaded.model, loaded.session ? loaded.session_id : NULL,
		     &s.report, stdout);
	load_free(&loaded);
	restrictions_free(&s.report.restrictions);
	restrictions_free(&s.report.of_callers);
	restrictions_free(&s.report.of_callees);
	return pager_end();
}

const struct command report_command = {
	.name = "report",
	.operands = "[FILE...]",
	.help = "show the time by function, as Python's pstats does",
	.details =
		"Without FILE: the newest session in this directory, all its\n"
		"processes added up. Several FILEs are added up too.\n"
		"\n"
		"ncalls    calls, and primitive (not recursive) calls: 300/1\n"
		"tottime   seconds in the function itself; percall: by ncalls\n"
		"cumtime   seconds in it and what it called, recursion "
		"counted\n"
		"          once; percall: by primitive calls\n"
		"samples   samples that hit the function itself; ~: fewer "
		"than\n"
		"          10, too few to rank it\n"
		"+-95%     the true tottime lies within this of the one shown "
		"in\n"
		"          95 of 100 runs (Wilson's score interval, the "
		"farther\n"
		"          end); a function without own samples has one as "
		"well\n"
		"self%, cum%   of the total time of all threads\n",
	.options = options,
	.usage_status = STATUS_USAGE,
	.run = run,
};
