/* prof diff: what changed between two builds, or two days. */
#include "lib/analysis/diff.h"
#include "tools/prof/cli/load.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/message.h"
#include "tools/prof/cli/output.h"
#include "tools/prof/cli/turns.h"
#include "tools/prof/command.h"
#include "tools/prof/view/diff.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define RUNS_MOST 1000

enum format { FORMAT_TEXT, FORMAT_MARKDOWN, FORMAT_JSON };

struct settings {
	struct load_settings load; /* first: see load.h */
	char **base;		   /* files of --base */
	size_t base_count;
	enum format format;
	struct diff_options options;
	double fail_over;
	bool all;
	struct turns turns; /* count: 0 where the operands are profiles */
};

/* One side: its profiles, and how they are runs. */
struct side {
	struct loaded loaded;
	char **files;
	size_t file_count;
	struct model **runs;
	size_t run_count;
};

#define APPLY(name)                                                            \
	static bool apply_##name(const struct arg_option *self,                \
				 void *settings, const char *value,            \
				 struct error *err)

APPLY(base)
{
	struct settings *s = settings;

	(void)self, (void)err;
	memory_append(&s->base, &s->base_count, memory_copy(value));
	return true;
}

/* A share: "5%", or "0.05". */
static bool parse_share(const struct arg_option *self, const char *value,
			double *share, struct error *err)
{
	char *end;
	double number = strtod(value, &end);

	if (end > value && *end == '%' && !end[1]) {
		number /= 100;
		end++;
	}
	if (end == value || *end || !(number >= 0 && number < 1000))
		return error_set(err, ERROR_USAGE,
				 "option '--%s' needs a share like 5%%, not "
				 "'%s'",
				 self->name, value);
	*share = number;
	return true;
}

/* self->data: where in the settings the double is. */
APPLY(share)
{
	return parse_share(
		self, value,
		(double *)((char *)settings + *(const size_t *)self->data),
		err);
}

APPLY(format)
{
	struct settings *s = settings;

	(void)value, (void)err;
	s->format = self->name[0] == 'j' ? FORMAT_JSON : FORMAT_MARKDOWN;
	return true;
}

APPLY(runs)
{
	struct settings *s = settings;
	char *end;
	unsigned long number = strtoul(value, &end, 10);

	if (value[0] < '0' || value[0] > '9' || *end || !number ||
	    number > RUNS_MOST)
		return error_set(err, ERROR_USAGE,
				 "option '--%s' needs a number from 1 to %d, "
				 "not '%s'",
				 self->name, RUNS_MOST, value);
	s->turns.count = number;
	return true;
}

APPLY(keep)
{
	struct settings *s = settings;

	(void)self, (void)err;
	s->turns.keep = value;
	return true;
}

APPLY(all)
{
	struct settings *s = settings;

	(void)self, (void)value, (void)err;
	s->all = true;
	return true;
}

static const size_t fail_at = offsetof(struct settings, fail_over);
static const size_t least_at = offsetof(struct settings, options.least);
static const size_t noise_at = offsetof(struct settings, options.noise);
static const size_t share_at = offsetof(struct settings, options.share);
static const size_t risk_at = offsetof(struct settings, options.significance);

static const struct arg_option options[] = {
	{ "base", 'b', ARG_VALUE, "FILE",
	  "a run to compare with; several may be given, and all operands are "
	  "HEAD's then",
	  apply_base, NULL },
	{ "runs", 'r', ARG_VALUE, "COUNT",
	  "BASE and HEAD are commands: run each so often (20, say), in turns",
	  apply_runs, NULL },
	{ "keep", 0, ARG_VALUE, "DIR",
	  "with --runs: make DIR, and keep the profiles in DIR/base and "
	  "DIR/head",
	  apply_keep, NULL },
	{ "fail-over", 0, ARG_VALUE, "SHARE",
	  "exit with 1 if a function, or the total, has become slower by more "
	  "than this (5%) and not by chance",
	  apply_share, &fail_at },
	{ "least", 0, ARG_VALUE, "SHARE",
	  "call nothing changed that changed by less (default 2%)", apply_share,
	  &least_at },
	{ "share", 0, ARG_VALUE, "SHARE",
	  "do not judge what takes less of the total on both sides (default "
	  "0.5%)",
	  apply_share, &share_at },
	{ "risk", 0, ARG_VALUE, "SHARE",
	  "how often chance may be taken for a change of some function "
	  "(default 1%)",
	  apply_share, &risk_at },
	{ "noise", 0, ARG_VALUE, "SHARE",
	  "how far equal runs differ (default 3%), where there is but one a "
	  "side",
	  apply_share, &noise_at },
	{ "all", 'a', ARG_FLAG, NULL, "list what is untouched, too", apply_all,
	  NULL },
	{ "json", 0, ARG_FLAG, NULL, "as JSON", apply_format, NULL },
	{ "markdown", 0, ARG_FLAG, NULL, "as Markdown, for a CI's report",
	  apply_format, NULL },
	LOAD_OPTION_SALVAGE,
	LOAD_OPTION_DEBUG_DIRS,
	{ 0 },
};

/* A directory stands for the profiles in it. */
static void add_files(struct side *to, const char *operand)
{
	struct stat st;
	glob_t found;
	char *pattern;

	if (stat(operand, &st) || !S_ISDIR(st.st_mode)) {
		memory_append(&to->files, &to->file_count,
			      memory_copy(operand));
		return;
	}
	pattern = memory_format("%s/%s", operand, SESSION_PATTERN);
	if (glob(pattern, GLOB_NOSORT, NULL, &found)) {
		message_error("%s: no profiles in this directory", operand);
		exit(STATUS_PROFILE);
	}
	for (size_t i = 0; i < found.gl_pathc; i++)
		memory_append(&to->files, &to->file_count,
			      memory_copy(found.gl_pathv[i]));
	globfree(&found);
	free(pattern);
}

/* Move the profiles of the run that the first of COUNT belongs to, the
 * processes of one session, to the front; their number. */
static size_t take_run(struct profile **profiles, size_t count)
{
	const char *session = profiles[0]->header.session;
	size_t taken = 1;

	for (size_t i = 1; i < count && session[0]; i++) {
		struct profile *p = profiles[i];

		if (strcmp(p->header.session, session) != 0)
			continue;
		profiles[i] = profiles[taken];
		profiles[taken++] = p;
	}
	return taken;
}

static void build_runs(struct side *s, struct symbolizer *symbolizer)
{
	const struct model_options how = { .inlines = true };
	struct profile **at = s->loaded.profiles;
	size_t left = s->loaded.count;

	s->runs = memory_array(left, sizeof(*s->runs));
	while (left) {
		struct error err = { 0 };
		size_t taken = take_run(at, left);
		struct model *m =
			model_build(at, taken, symbolizer, &how, &err);

		if (!m)
			message_die(STATUS_SYSTEM, "%s",
				    err.msg[0] ? err.msg : "out of memory");
		s->runs[s->run_count++] = m;
		at += taken;
		left -= taken;
	}
}

static void load_side(struct side *s, const struct settings *settings,
		      struct symbolizer *symbolizer)
{
	load_profiles(&s->loaded, s->files, s->file_count, &settings->load);
	build_runs(s, symbolizer);
}

static void free_side(struct side *s)
{
	for (size_t i = 0; i < s->run_count; i++)
		model_free(s->runs[i]);
	for (size_t i = 0; i < s->file_count; i++)
		free(s->files[i]);
	free(s->runs);
	free(s->files);
	load_free(&s->loaded);
}

/* Seconds and cycles have nothing in common. */
static void check_clocks(const struct side sides[DIFF_SIDES])
{
	uint8_t clock = sides[0].runs[0]->clock;

	for (int i = 0; i < DIFF_SIDES; i++)
		for (size_t r = 0; r < sides[i].run_count; r++)
			if (!clock || sides[i].runs[r]->clock != clock)
				message_die(STATUS_PROFILE,
					    "profiles by different clocks or "
					    "events cannot be compared; 'prof "
					    "info' tells which they are of");
}

static int compare(const struct settings *s, struct side sides[DIFF_SIDES])
{
	struct model *const *const models[DIFF_SIDES] = { sides[0].runs,
							  sides[1].runs };
	const size_t counts[DIFF_SIDES] = { sides[0].run_count,
					    sides[1].run_count };
	struct diff diff;
	struct diff_view view = { .diff = &diff,
				  .out = stdout,
				  .all = s->all,
				  .fail_over = s->fail_over };
	int status, failed;

	check_clocks(sides);
	for (int i = 0; i < DIFF_SIDES; i++)
		view.names[i] = s->turns.count ? s->turns.commands[i]
					       : sides[i].files[0];
	if (!diff_make(&diff, models, counts, &s->options))
		memory_fail();
	if (s->format == FORMAT_JSON)
		diff_print_json(&view);
	else if (s->format == FORMAT_MARKDOWN)
		diff_print_markdown(&view);
	else
		diff_print(&view);
	failed = diff_fails(&view) ? STATUS_NO : STATUS_OK;
	diff_free(&diff);
	status = output_close();
	return status ? status : failed;
}

/* The operands are commands: run them, and let the operands be profiles. */
static bool run_commands(struct turns *turns, char **operands, size_t count,
			 bool base)
{
	if (count != DIFF_SIDES || base) {
		message_error("--runs needs two commands: BASE and HEAD");
		message_hint("in quotes: 'prof diff --runs=10 \"./old 1000\" "
			     "\"./new 1000\"'");
		return false;
	}
	for (int side = 0; side < DIFF_SIDES; side++)
		turns->commands[side] = operands[side];
	turns_run(turns);
	for (int side = 0; side < DIFF_SIDES; side++)
		operands[side] = turns->sides[side];
	return true;
}

/* Which operands are whose. False, and a message, where they do not add up. */
static bool assign(const struct settings *s, struct side sides[DIFF_SIDES],
		   char **operands, size_t count)
{
	bool two = !s->base_count && count == 2;

	if (!two && (!s->base_count || !count)) {
		message_error("what to compare? BASE and HEAD, or --base=FILE "
			      "(several) and HEAD...");
		message_hint("'prof help diff' shows how");
		return false;
	}
	if (two)
		add_files(&sides[DIFF_BASE], operands[0]);
	for (size_t i = 0; i < s->base_count; i++)
		add_files(&sides[DIFF_BASE], s->base[i]);
	for (size_t i = two; i < count; i++)
		add_files(&sides[DIFF_HEAD], operands[i]);
	return true;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct settings s = { .options = { .least = 0.02,
					   .significance = 0.01,
					   .share = 0.005,
					   .noise = 0.03 },
			      .fail_over = -1 };
	struct side sides[DIFF_SIDES] = { 0 };
	struct symbolizer_options how = { .inlines = true };
	struct symbolizer *symbolizer;
	size_t count = (size_t)args_parse(self, ARGS_MIXED, argc, argv, &s);
	int status;

	if (s.turns.keep && !s.turns.count) {
		message_error("--keep goes with --runs");
		return STATUS_USAGE;
	}
	if (s.turns.count && !run_commands(&s.turns, argv, count, s.base_count))
		return STATUS_USAGE;
	if (!assign(&s, sides, argv, count))
		return STATUS_USAGE;
	how.debug_dirs = s.load.debug_dirs;
	symbolizer = symbolizer_new(&how);
	if (!symbolizer)
		memory_fail();
	for (int i = 0; i < DIFF_SIDES; i++)
		load_side(&sides[i], &s, symbolizer);
	load_warn_lines(NULL, symbolizer_warnings(symbolizer));
	status = compare(&s, sides);
	/* Before the profiles, whose names it may use. */
	symbolizer_free(symbolizer);
	for (int i = 0; i < DIFF_SIDES; i++)
		free_side(&sides[i]);
	for (size_t i = 0; i < s.base_count; i++)
		free(s.base[i]);
	free(s.base);
	return status;
}

const struct command diff_command = {
	.name = "diff",
	.operands = "BASE HEAD | --base=FILE... HEAD... | --runs=COUNT COMMAND "
		    "COMMAND",
	.help = "compare two builds or runs: what became slower",
	.details =
		"BASE, HEAD and FILE are profiles, or directories of profiles. "
		"The processes of\n"
		"one session are one run. With --runs the operands are "
		"commands for the shell:\n"
		"\n"
		"    prof diff --runs=20 \"./old 1000\" \"./new 1000\"\n"
		"\n"
		"runs both 20 times, in turns, and compares. What they print "
		"is thrown away; they\n"
		"are sampled 5000 times a second unless PROF_HZ says "
		"otherwise.\n"
		"\n"
		"Compared is own time. Runs that were made in turns, five or "
		"more a side, are\n"
		"pairs: each is compared with the one beside it, which slow "
		"and fast times of the\n"
		"machine do not disturb. From 16 pairs on Wilcoxon's test of "
		"signed ranks tells\n"
		"what is chance, with fewer Student's t. Runs that are not in "
		"turns are compared\n"
		"side by side, freed from what slowed all functions alike "
		"(shown apart), by\n"
		"Student's t, and from five a side on by the ranks of Mann and "
		"Whitney; with one\n"
		"run a side the number of samples and --noise decide. Exact "
		"calls are compared\n"
		"exactly.\n"
		"\n"
		"change    of a run, as the middle of them has it; +-95%: how "
		"far it may be off\n"
		"p         how probable so large a difference is by chance; "
		"all functions\n"
		"          together are wrong in --risk of the cases (Holm)\n",
	.options = options,
	.usage_status = STATUS_USAGE,
	.run = run,
};
