/* prof report: the table of functions. */
#include "tools/prof/cli/load.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/message.h"
#include "tools/prof/cli/pager.h"
#include "tools/prof/cli/terminal.h"
#include "tools/prof/command.h"
#include "tools/prof/view/report.h"

#include <stdlib.h>
#include <string.h>

struct settings {
	struct load_settings load; /* first: see load.h */
	struct report_settings report;
	bool no_pager;
	enum terminal_colour colour;
	long width; /* -1: the terminal's */
};

ARG_APPLY(sort)
{
	struct settings *s = settings;

	(void)self;
	return sort_parse(&s->report.order, value, err);
}

ARG_APPLY(limit)
{
	struct settings *s = settings;

	(void)self;
	return restrictions_add(&s->report.restrictions, value, err);
}

ARG_APPLY(count)
{
	if (!value[0] || value[strspn(value, "0123456789")])
		return error_set(err, ERROR_USAGE,
				 "option '--count' needs a number, not '%s'",
				 value);
	return apply_limit(self, settings, value, err);
}

ARG_APPLY(columns)
{
	struct settings *s = settings;

	(void)self;
	return columns_parse(&s->report.columns, value, err);
}

ARG_APPLY(durations)
{
	struct settings *s = settings;

	(void)self, (void)value, (void)err;
	s->report.durations = true;
	columns_durations(&s->report.columns);
	return true;
}

ARG_APPLY(slowest)
{
	struct settings *s = settings;

	s->report.slowest = 10;
	return !value || arg_number(self, settings, value, err);
}

ARG_APPLY(callers)
{
	struct settings *s = settings;

	(void)self;
	s->report.callers = true;
	return !value ||
	       restrictions_add_regex(&s->report.of_callers, value, err);
}

ARG_APPLY(callees)
{
	struct settings *s = settings;

	(void)self;
	s->report.callees = true;
	return !value ||
	       restrictions_add_regex(&s->report.of_callees, value, err);
}

ARG_APPLY(by)
{
	struct settings *s = settings;

	(void)self;
	s->report.by = true;
	return groups_parse(&s->report.groups, value, err);
}

ARG_APPLY(split)
{
	struct settings *s = settings;

	(void)self;
	s->report.split = true;
	return groups_parse(&s->report.groups, value, err);
}

ARG_APPLY(tree)
{
	struct settings *s = settings;

	(void)self;
	s->report.tree = true;
	return !value || restrictions_add_regex(&s->report.of_tree, value, err);
}

ARG_APPLY(bottom_up)
{
	struct settings *s = settings;

	s->report.tree_how.bottom_up = true;
	return apply_tree(self, settings, value, err);
}

ARG_APPLY(min)
{
	struct settings *s = settings;
	char *end;
	double percent = strtod(value, &end);

	(void)self;
	if (end == value || (*end && strcmp(end, "%") != 0) ||
	    !(percent >= 0 && percent <= 100))
		return error_set(err, ERROR_USAGE,
				 "option '--min' needs a percentage from 0 to "
				 "100, not '%s'",
				 value);
	s->report.tree_how.least = percent / 100;
	return true;
}

ARG_APPLY(depth)
{
	struct settings *s = settings;

	if (!arg_number(self, settings, value, err))
		return false;
	if (s->report.tree_how.depth > TREE_DEPTH)
		s->report.tree_how.depth = TREE_DEPTH;
	return true;
}

ARG_APPLY(json)
{
	struct settings *s = settings;

	(void)self, (void)value, (void)err;
	s->report.format = REPORT_JSON;
	return true;
}

ARG_APPLY(csv)
{
	struct settings *s = settings;

	(void)self, (void)value, (void)err;
	s->report.format = REPORT_CSV;
	return true;
}

ARG_APPLY(width)
{
	struct settings *s = settings;

	(void)self;
	if (!value[0] || value[strspn(value, "0123456789")] ||
	    strlen(value) > 6)
		return error_set(err, ERROR_USAGE,
				 "option '--width' needs a number of columns, "
				 "not '%s'",
				 value);
	s->width = strtol(value, NULL, 10);
	return true;
}

ARG_APPLY(colour)
{
	struct settings *s = settings;

	(void)self;
	if (terminal_colour_parse(value, &s->colour))
		return true;
	return error_set(err, ERROR_USAGE,
			 "--colour is one of auto, always and never, not '%s'",
			 value);
}

static const struct arg_option options[] = {
	{ "sort", 's', ARG_VALUE, "KEY[,KEY]",
	  "order by these (default tottime): calls, cumulative, file, "
	  "line, module, name, nfl, pcalls, stdname, time, ...",
	  apply_sort, NULL },
	{ "reverse", 'r', ARG_FLAG, NULL, "in reverse order", arg_set,
	  ARG_AT(struct settings, report.order.reverse) },
	{ "count", 'n', ARG_VALUE, "COUNT", "show the first COUNT only",
	  apply_count, NULL },
	{ "limit", 'l', ARG_VALUE, "WHAT",
	  "show a COUNT (10), a fraction (0.25) or what matches a regular "
	  "expression; several are applied in turn",
	  apply_limit, NULL },
	{ "columns", 0, ARG_VALUE, "NAME[,NAME]",
	  "show these columns; see below", apply_columns, NULL },
	{ "durations", 0, ARG_FLAG, NULL,
	  "show how long single calls took: min, percentiles, max (of a run "
	  "with --durations)",
	  apply_durations, NULL },
	{ "slowest", 0, ARG_OPTIONAL, "COUNT",
	  "show the slowest calls (10), with the stacks that led to them (of a "
	  "run with --durations)",
	  apply_slowest, ARG_AT(struct settings, report.slowest) },
	{ "callers", 0, ARG_OPTIONAL, "REGEX",
	  "show who called the functions (that match REGEX)", apply_callers,
	  NULL },
	{ "callees", 0, ARG_OPTIONAL, "REGEX",
	  "show what the functions (that match REGEX) called", apply_callees,
	  NULL },
	{ "tree", 0, ARG_OPTIONAL, "REGEX",
	  "show below each function what it called, from the threads' start "
	  "or from the functions that match REGEX",
	  apply_tree, NULL },
	{ "bottom-up", 0, ARG_OPTIONAL, "REGEX",
	  "show below each function (that matches REGEX) who called it, by its "
	  "own time",
	  apply_bottom_up, NULL },
	{ "min", 0, ARG_VALUE, "PERCENT",
	  "trees: leave out what is below this part of the total (1)",
	  apply_min, NULL },
	{ "depth", 0, ARG_VALUE, "COUNT", "trees: so many levels at most",
	  apply_depth, ARG_AT(struct settings, report.tree_how.depth) },
	{ "by", 0, ARG_VALUE, "KIND",
	  "compare processes, ranks, threads, hosts or runs: the function's "
	  "mean, least and most in one of them",
	  apply_by, NULL },
	{ "split", 0, ARG_VALUE, "KIND", "a table for each of those",
	  apply_split, NULL },
	{ "threads", 0, ARG_FLAG, NULL,
	  "show each thread as a function that calls the others", arg_set,
	  ARG_AT(struct settings, report.threads) },
	{ "full-paths", 0, ARG_FLAG, NULL, "show source files with their path",
	  arg_set, ARG_AT(struct settings, report.full_paths) },
	{ "strip-dirs", 0, ARG_FLAG, NULL,
	  "show source files without it (default)", arg_clear,
	  ARG_AT(struct settings, report.full_paths) },
	LOAD_OPTION_SALVAGE,
	LOAD_OPTION_DEBUG_DIRS,
	{ "json", 0, ARG_FLAG, NULL, "as JSON, all of it", apply_json, NULL },
	{ "csv", 0, ARG_FLAG, NULL, "as CSV: the table, or callers and callees",
	  apply_csv, NULL },
	{ "width", 0, ARG_VALUE, "COLUMNS",
	  "shorten names to this width; 0: not at all (default: that of the "
	  "terminal, 0 where it is none)",
	  apply_width, NULL },
	{ "colour", 0, ARG_VALUE, "WHEN",
	  "auto (on a terminal, unless NO_COLOR is set), always or never",
	  apply_colour, NULL },
	{ "no-pager", 0, ARG_FLAG, NULL,
	  "do not show it through $PAGER on a terminal", arg_set,
	  ARG_AT(struct settings, no_pager) },
	{ 0 },
};

static void check_usage(const struct settings *s, int status)
{
	const struct report_settings *r = &s->report;
	const char *fault = NULL;

	if (r->by && r->split)
		fault = "--by and --split: one of them";
	else if ((r->by || r->split) && (r->callers || r->callees))
		fault = "--callers and --callees do not go with --by or "
			"--split";
	else if (r->tree && (r->by || r->callers || r->callees))
		fault = "--tree and --bottom-up do not go with --by, --callers "
			"or --callees";
	else if (r->tree && r->format != REPORT_TEXT)
		fault = "--tree and --bottom-up are not to be had as JSON or "
			"CSV; 'prof convert -t folded' writes the contexts";
	else if (r->slowest &&
		 (r->tree || r->by || r->split || r->callers || r->callees))
		fault = "--slowest does not go with --tree, --by, --split, "
			"--callers or --callees";
	else if (r->durations && r->split)
		fault = "--durations does not go with --split: threads share "
			"their record";
	else if (!r->by && sort_needs_groups(&r->order))
		fault = "sort key 'imbalance' needs --by";
	if (!fault)
		return;
	message_error("report: %s", fault);
	message_hint("'prof help report' lists the options");
	exit(status);
}

/* There is nothing to compare where all are in no group: a clear no. */
static void check_groups(const struct settings *s, const struct model *model)
{
	struct groups groups;

	if (!s->report.by && !s->report.split)
		return;
	groups_make(&groups, model, s->report.groups);
	if (groups.count == 0 && model->thread_count > 0) {
		message_error("no process here has a rank of MPI or Slurm");
		message_hint("--by=process compares processes");
		exit(STATUS_NO);
	}
	groups_free(&groups);
}

/* Durations that nobody recorded are a clear no as well. */
static void check_durations(const struct settings *s, const struct model *model)
{
	if (model->timed || (!s->report.durations && !s->report.slowest))
		return;
	message_error("no durations of calls were recorded");
	message_hint("'prof run --mode=trace --durations', or "
		     "PROF_DURATIONS=1, records them");
	exit(STATUS_NO);
}

static int run(const struct command *self, int argc, char **argv)
{
	struct settings s = { .width = -1,
			      .report.tree_how = { .least = 0.01,
						   .depth = TREE_DEPTH } };
	struct load_model_options how = {
		.resolve_inlines = true,
		.inline_nodes = true,
	};
	struct loaded loaded;
	int count = args_parse(self, ARGS_MIXED, argc, argv, &s);

	check_usage(&s, self->usage_status);
	load_profiles(&loaded, argv, (size_t)count, &s.load);
	load_model(&loaded, &s.load, &how);
	check_groups(&s, loaded.model);
	check_durations(&s, loaded.model);
	s.report.width = s.width < 0 ? terminal_width(stdout) : (size_t)s.width;
	s.report.colour = terminal_colour(stdout, s.colour);
	s.report.utf8 = terminal_utf8();
	if (!s.no_pager && s.report.format == REPORT_TEXT)
		pager_start();
	report_print(loaded.model, loaded.session ? loaded.session_id : NULL,
		     &s.report, stdout);
	load_free(&loaded);
	restrictions_free(&s.report.restrictions);
	restrictions_free(&s.report.of_callers);
	restrictions_free(&s.report.of_callees);
	restrictions_free(&s.report.of_tree);
	return pager_end();
}

static void print_columns(void)
{
	fputs("\nColumns:\n", stdout);
	for (const struct column *c = columns; c->name; c++) {
		printf("  %-11s ", c->name);
		command_print_wrapped(c->help, 14);
	}
}

const struct command report_command = {
	.name = "report",
	.operands = "[FILE...]",
	.help = "show the time by function, as Python's pstats does",
	.details =
		"Without FILE: the newest session in this directory, all its\n"
		"processes added up. Several FILEs are added up too.\n",
	.print_more = print_columns,
	.options = options,
	.usage_status = STATUS_USAGE,
	.run = run,
};
