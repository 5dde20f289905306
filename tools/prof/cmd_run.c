/* prof run: a program under libprof, and its report afterwards. */
#include "lib/base/options.h"
#include "tools/prof/cli/child.h"
#include "tools/prof/cli/filter.h"
#include "tools/prof/cli/load.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/message.h"
#include "tools/prof/cli/output.h"
#include "tools/prof/cli/preload.h"
#include "tools/prof/cli/session.h"
#include "tools/prof/cli/target.h"
#include "tools/prof/cli/terminal.h"
#include "tools/prof/command.h"
#include "tools/prof/view/report.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

/* The report after a run shows the dearest functions; "prof report" all. */
#define ROWS_AFTER_RUN "30"

struct settings {
	struct filter_request filter; /* first: see filter.h */
	bool min_duration;	      /* is asked for */
	bool quiet;
	bool no_report;
};

/* The program may be somewhere else when it executes another one. */
static bool set_filter_path(const char *name, struct error *err)
{
	char *path =
		strcmp(name, "none") ? realpath(name, NULL) : memory_copy(name);
	bool ok =
		path || error_set(err, ERROR_USAGE, "option '--filter': %s: %s",
				  name, strerror(errno));

	if (ok && setenv("PROF_FILTER", path, 1))
		memory_fail();
	free(path);
	return ok;
}

/* An option of options.def: self->data is the variable it sets. */
static bool apply_variable(const struct arg_option *self, void *settings,
			   const char *value, struct error *err)
{
	struct settings *s = settings;
	const char *variable = self->data;
	char why[256];

	if (self->kind == ARG_FLAG)
		value = "1";
	if (options_check(variable, value, why, sizeof(why)) != 1)
		return error_set(err, ERROR_USAGE, "option '--%s': %s",
				 self->name, why);
	if (!strcmp(variable, "PROF_FILTER"))
		return set_filter_path(value, err);
	if (setenv(variable, value, 1))
		return error_set(err, ERROR_SYSTEM, "setenv: %s",
				 strerror(errno));
	if (!strcmp(variable, "PROF_OUTPUT"))
		s->no_report = true;
	if (!strcmp(variable, "PROF_MIN_DURATION"))
		s->min_duration = true;
	return true;
}

/* The letter of the option NAME, where it has one. */
#define LETTER(name) (__builtin_strcmp(name, "output") ? 0 : 'o')

static const struct arg_option options[] = {
#define OPT_UINT(variable, flag, field, def, min, max, help)                   \
	{ flag,		  LETTER(flag),	      ARG_VALUE,                       \
	  #min ".." #max, help " (" #def ")", apply_variable,                  \
	  #variable },
#define OPT_FLAG(variable, flag, field, help)                                  \
	{ flag, 0, ARG_FLAG, NULL, help, apply_variable, #variable },
#define OPT_ENUM(variable, flag, field, def, choices, help)                    \
	{ flag, LETTER(flag),	ARG_VALUE, choices,                            \
	  help, apply_variable, #variable },
#define OPT_TEXT(variable, flag, field, def, help)                             \
	{ flag,		  LETTER(flag), ARG_VALUE, "TEXT", help " (" def ")",  \
	  apply_variable, #variable },
#define OPT_TIME(variable, flag, field, max, help)                             \
	{                                                                      \
		flag, LETTER(flag),   ARG_VALUE, "TIME",                       \
		help, apply_variable, #variable                                \
	},
#include "lib/base/options.def"
#undef OPT_UINT
#undef OPT_FLAG
#undef OPT_ENUM
#undef OPT_TEXT
#undef OPT_TIME
	FILTER_OPTIONS,
	{ "object", 0, ARG_VALUE, "FILE",
	  "look for these functions in FILE as well, which the program will "
	  "load or execute",
	  filter_apply_object, NULL },
	{ "quiet", 'q', ARG_FLAG, NULL, "no report and no message of prof's",
	  arg_set, ARG_AT(struct settings, quiet) },
	{ 0 },
};

static void warn_of_obstacle(const struct target *t, const char *name)
{
	if (t->obstacle == TARGET_FINE)
		return;
	if (t->file && strcmp(t->file, t->path) != 0)
		message_warn("%s: its interpreter %s %s", name, t->file,
			     target_problem(t->obstacle));
	else
		message_warn("%s %s", name, target_problem(t->obstacle));
	message_hint("%s", target_remedy(t->obstacle));
}

/* A profile is no smaller. */
#define SMALLEST_PROFILE (256 * 1024)

static bool is_full(const char *directory)
{
	struct statvfs fs;

	return !statvfs(directory, &fs) &&
	       (uint64_t)fs.f_bavail * fs.f_frsize < SMALLEST_PROFILE;
}

/* One line on why there is no profile, as far as can be seen from here. */
static void explain_nothing(const struct target *t, const char *name,
			    const char *glob_pattern)
{
	const char *start = getenv("PROF_START"), *mode = getenv("PROF_MODE");
	char *directory = memory_copy(glob_pattern);
	char *slash = strrchr(directory, '/');
	const char *where = slash ? directory : ".";
	const char *output = getenv("PROF_OUTPUT");
	struct stat st;

	if (slash)
		slash[slash == directory] = '\0';
	if (t->obstacle != TARGET_FINE)
		message_error("%s: no profile: it %s", name,
			      target_problem(t->obstacle));
	else if (access(where, W_OK))
		message_error("%s: no profile: directory %s: %s", name, where,
			      strerror(errno));
	else if (output && !stat(output, &st) && !S_ISREG(st.st_mode))
		message_error("%s: no profile: %s is not a file", name, output);
	else if (is_full(where))
		message_error("%s: no profile: directory %s: %s", name, where,
			      strerror(ENOSPC));
	else if (mode && (!strcmp(mode, "trace") || !strcmp(mode, "count")))
		message_error("%s: no profile: mode %s sees only what is built "
			      "with -finstrument-functions, and nothing of "
			      "that ran",
			      name, mode);
	else if (start && !strcmp(start, "0"))
		message_error("%s: no profile: recording was to wait for "
			      "prof_start(), which nothing called",
			      name);
	else
		message_error("%s: no profile: it ended before anything was "
			      "recorded, or libprof.so was not loaded into it",
			      name);
	free(directory);
}

/* Where a file OUTPUT was there before, the profile has another name. */
static void tell_other_name(const char *output, const struct session *session)
{
	bool found = strchr(output, '%');

	for (size_t i = 0; i < session->count; i++)
		found |= !strcmp(session->paths[i], output);
	if (!found)
		message_warn("%s was there before: the profile is %s", output,
			     session->paths[0]);
}

/* The report of the session ID, or why there is none. It follows the program's
 * output on a terminal; where that goes into a file or a pipe, nothing may be
 * added to it, and the report goes to standard error. */
static void report(const struct settings *s, const struct target *t,
		   const char *name, const char *id)
{
	const char *output = getenv("PROF_OUTPUT");
	char *pattern =
		session_glob(output && output[0] ? output : "%e.%p.prof");
	FILE *out = isatty(STDOUT_FILENO) ? stdout : stderr;
	struct report_settings how = { .width = terminal_width(out) };
	struct load_settings load = { 0 };
	struct load_model_options model = {
		.resolve_inlines = true,
		.inline_nodes = true,
	};
	struct session session;
	struct loaded loaded;

	session_find(pattern, id, &session);
	if (session.count == 0) {
		explain_nothing(t, name, pattern);
		free(pattern);
		return;
	}
	free(pattern);
	if (s->no_report) {
		tell_other_name(output, &session);
		session_free(&session);
		return;
	}
	load_profiles(&loaded, session.paths, session.count, &load);
	load_model(&loaded, &load, &model);
	restrictions_add(&how.restrictions, ROWS_AFTER_RUN, NULL);
	fputc('\n', out);
	report_print(loaded.model, id, &how, out);
	load_free(&loaded);
	restrictions_free(&how.restrictions);
	session_free(&session);
}

/* The same in a child of our own: whatever may fail in it, the program's exit
 * status is what we end with. */
static void report_apart(const struct settings *s, const struct target *t,
			 const char *name, const char *id)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		report(s, t, name, id);
		exit(output_close());
	}
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* A message on what killed the program, but for what its user asked for. */
static void tell_signal(const char *name, int number)
{
	if (number && number != SIGINT && number != SIGPIPE)
		message_error("%s: killed by signal %d (%s)", name, number,
			      strsignal(number));
}

static int fail_to_run(const char *name, int reason, int exec_failed)
{
	message_error("%s: %s", name, strerror(reason));
	if (!exec_failed)
		return STATUS_RUN_FAILED;
	if (reason == ENOENT)
		message_hint("the file is there: its dynamic loader or "
			     "interpreter is not");
	return reason == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
}

/* Write the filter asked for, if any, to the file *PATH, which PROF_FILTER then
 * names: before LD_PRELOAD is set, so that the loader, which is asked, tells of
 * the program alone. */
static bool set_filter(struct settings *s, const struct target *t, char **path,
		       struct error *err)
{
	const char *mode = getenv("PROF_MODE");

	*path = NULL;
	if (!s->filter.count)
		return true;
	if (mode && !strcmp(mode, "sample"))
		return error_set(err, ERROR_USAGE,
				 "option '--%s': samples are not filtered; "
				 "only modes trace and count are",
				 s->filter.patterns[0].option->name);
	*path = filter_make_file(&s->filter, t->file, err);
	if (*path && setenv("PROF_FILTER", *path, 1))
		memory_fail();
	return *path;
}

/* Whether the mode, where one was asked for, goes with the options. */
static bool check_mode(const struct settings *s, struct error *err)
{
	const char *mode = getenv("PROF_MODE");

	return !s->min_duration || !mode || !strcmp(mode, "trace") ||
	       !strcmp(mode, "auto") ||
	       error_set(err, ERROR_USAGE,
			 "option '--min-duration': only mode trace knows how "
			 "long a call takes");
}

static bool prepare(struct settings *s, const struct target *t, char *id,
		    char **filter)
{
	struct error err = { 0 };
	char *library = preload_find(&err);
	bool ok = library && check_mode(s, &err) &&
		  set_filter(s, t, filter, &err) &&
		  preload_set(library, id, &err);

	free(library);
	if (!ok)
		message_error("%s", err.msg);
	return ok;
}

static int run_target(struct settings *s, struct target *t, char **argv)
{
	struct child_end end;
	char *filter = NULL, id[17];
	int reason, exec_failed;

	if (!s->quiet)
		preload_check_variables();
	if (!prepare(s, t, id, &filter)) {
		filter_remove(filter);
		return STATUS_RUN_FAILED;
	}
	if (!s->quiet)
		warn_of_obstacle(t, argv[0]);
	reason = child_run(t->path, argv, &end, &exec_failed);
	filter_remove(filter);
	if (reason)
		return fail_to_run(argv[0], reason, exec_failed);
	if (!s->quiet) {
		tell_signal(argv[0], end.signal);
		report_apart(s, t, argv[0], id);
	}
	return end.status;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct settings s = { 0 };
	struct target target;
	int count = args_parse(self, ARGS_OPERAND_LAST, argc, argv, &s);
	int status;

	if (count == 0) {
		message_error("run: no program named");
		message_hint("prof run [OPTION...] PROGRAM [ARGUMENT...]");
		return self->usage_status;
	}
	status = target_find(&target, argv[0]);
	if (status == 0)
		status = run_target(&s, &target, argv);
	target_free(&target);
	filter_free(&s.filter);
	return status;
}

const struct command run_command = {
	.name = "run",
	.operands = "[--] PROGRAM [ARGUMENT...]",
	.help = "run a program under libprof, then report",
	.details =
		"Each option sets the environment variable of its name, --hz\n"
		"PROF_HZ. The report follows after a blank line, with its "
		"first\n" ROWS_AFTER_RUN " functions: on standard output where "
		"that is a terminal, else\n"
		"on standard error. With --output the profile is only "
		"written:\n"
		"'prof report FILE' shows it.\n"
		"\n"
		"PATTERNs are the shell's: * ? [...]. A name is compared as "
		"the\n"
		"report shows it, without its parameters, and mangled; a file "
		"by its\n"
		"path, or the end of that behind a slash. Any number may be "
		"given:\n"
		"a function is recorded where it matches some --include or\n"
		"--include-file, or there is none, and no --exclude or "
		"--exclude-file.\n"
		"\n"
		"The exit status is the program's; 128+N when signal N killed "
		"it;\n"
		"127 when it is not found, 126 when it cannot be executed, "
		"125\n"
		"when prof itself fails.\n",
	.options = options,
	.usage_status = STATUS_RUN_FAILED,
	.run = run,
};
