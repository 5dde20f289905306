/* prof top: a running process, live. */
#include "lib/analysis/profile_set.h"
#include "tools/prof/cli/load.h"
#include "tools/prof/cli/locate.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/message.h"
#include "tools/prof/cli/output.h"
#include "tools/prof/cli/screen.h"
#include "tools/prof/cli/terminal.h"
#include "tools/prof/command.h"
#include "tools/prof/view/top.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ROWS 20 /* where there is no terminal to fill */

/* Lines of a frame that are not functions: three, a blank, the titles. */
#define HEAD_LINES 5

/* Reading and adding up shall take no more than a fifth of our time. */
#define REST 4.0

struct settings {
	struct load_settings load; /* first: see load.h */
	struct top_settings view;
	double delay_s;
	size_t frames; /* 0: until it ends */
	size_t rows;   /* 0: as many as fit */
};

/* After so many vain attempts to read it, the target is gone. */
#define MISSES 3

/* What is looked at. */
struct target {
	char *path;   /* of one file, or NULL: a session */
	char id[33];  /* of the session */
	char **named; /* files from the command line */
	size_t count;
};

ARG_APPLY(delay)
{
	struct settings *s = settings;
	char *end;

	(void)self;
	s->delay_s = strtod(value, &end);
	if (end != value && !*end && s->delay_s >= 0.1 && s->delay_s <= 3600)
		return true;
	return error_set(err, ERROR_USAGE,
			 "option '--delay' needs seconds from 0.1 to 3600, "
			 "not '%s'",
			 value);
}

ARG_APPLY(once)
{
	struct settings *s = settings;

	(void)self, (void)value, (void)err;
	s->frames = 1;
	return true;
}

/* The orders: for -s a word, or how it begins; on the keyboard a key. */
static const struct {
	char key;
	const char *word;
} orders[TOP_ORDER_COUNT] = {
	[TOP_NOW] = { 'n', "now" },
	[TOP_SELF] = { 't', "time" },
	[TOP_CUMULATIVE] = { 'c', "cumulative" },
	[TOP_CALLS] = { 'm', "calls" },
};

static bool choose_order(struct settings *s, char key, const char *word)
{
	for (int i = 0; i < TOP_ORDER_COUNT; i++)
		if (word ? word[0] &&
				    !strncmp(orders[i].word, word, strlen(word))
			 : orders[i].key == key) {
			s->view.order = (enum top_order)i;
			return true;
		}
	return false;
}

ARG_APPLY(sort)
{
	(void)self;
	return choose_order(settings, 0, value) ||
	       error_set(err, ERROR_USAGE,
			 "--sort is one of now, time, cumulative and "
			 "calls, not '%s'",
			 value);
}

static const struct arg_option options[] = {
	{ "delay", 'd', ARG_VALUE, "SECONDS", "between frames (1)", apply_delay,
	  NULL },
	{ "sort", 's', ARG_VALUE, "KEY",
	  "now (default), time, cumulative or calls", apply_sort, NULL },
	{ "count", 'n', ARG_VALUE, "COUNT",
	  "functions in a frame (as many as fit)", arg_number,
	  ARG_AT(struct settings, rows) },
	{ "once", '1', ARG_FLAG, NULL, "print one frame and end", apply_once,
	  NULL },
	{ "frames", 0, ARG_VALUE, "COUNT", "end after so many", arg_number,
	  ARG_AT(struct settings, frames) },
	LOAD_OPTION_DEBUG_DIRS,
	{ 0 },
};

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* A word of digits is a process, unless a file has that name. */
static void choose_target(struct target *t, char **operands, size_t count)
{
	struct error err = { 0 };
	struct session session = { 0 };
	const char *word = count == 1 ? operands[0] : "";

	memset(t, 0, sizeof(*t));
	if (count == 0) {
		load_choose_session(&session);
		memcpy(t->id, session.id, sizeof(t->id));
		/* One without an id is a file. */
		if (!t->id[0])
			t->path = memory_copy(session.paths[0]);
		session_free(&session);
	} else if (word[0] && !word[strspn(word, "0123456789")] &&
		   strlen(word) < 10 && access(word, F_OK)) {
		t->path = locate_arena((pid_t)atoi(word), &err);
		if (!t->path) {
			message_error("%s", err.msg);
			if (err.code == ERROR_NOT_FOUND)
				message_hint("'prof run PROGRAM' starts one "
					     "that is profiled");
			exit(err.code == ERROR_SYSTEM ? STATUS_SYSTEM
						      : STATUS_NO);
		}
	} else {
		t->named = operands;
		t->count = count;
	}
}

static void open_into(struct loaded *l, const char *path, bool first)
{
	struct error err = { 0 };
	struct profile_set set;

	/* While a process ends, its file is replaced: the next frame will have
	 * it. */
	if (!profile_set_open(&set, path, !first, &err)) {
		if (first)
			load_die(path, false, &err);
		return;
	}
	l->profiles = reallocarray(l->profiles, l->count + set.count,
				   sizeof(*l->profiles));
	if (!l->profiles)
		memory_fail();
	memcpy(l->profiles + l->count, set.list, set.count * sizeof(*set.list));
	l->count += set.count;
	set.count = 0;
	profile_set_free(&set);
}

/* Read what there is now of the target. FIRST: a failure ends the program. */
static void read_target(const struct target *t, struct loaded *l, bool first)
{
	struct session session = { 0 };

	memset(l, 0, sizeof(*l));
	if (t->path)
		open_into(l, t->path, first);
	for (size_t i = 0; i < t->count; i++)
		open_into(l, t->named[i], first);
	if (t->path || t->count)
		return;
	session_find(SESSION_PATTERN, t->id, &session);
	for (size_t i = 0; i < session.count; i++)
		open_into(l, session.paths[i], false);
	session_free(&session);
}

static void free_profiles(struct loaded *l)
{
	for (size_t i = 0; i < l->count; i++)
		profile_free(l->profiles[i]);
	free(l->profiles);
}

/* A failure must be told before the screen is taken, which would hide it. */
static void check_target(const struct target *t)
{
	struct loaded l;

	read_target(t, &l, true);
	free_profiles(&l);
}

static bool any_running(const struct loaded *l)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->profiles[i]->running)
			return true;
	return false;
}

/* A live view of a target. */
struct live {
	struct settings *settings;
	struct target target;
	struct symbolizer *symbolizer;
	struct top *top;
	char *text; /* the last frame */
	size_t length;
	bool running;
	int misses; /* frames in a row for which there was nothing to read */
};

/* AT_S: when the profiles were read. */
static void draw(struct live *v, const struct model *model, bool screen,
		 double at_s)
{
	struct settings *s = v->settings;
	size_t lines = screen_lines();
	FILE *out;

	free(v->text);
	v->text = NULL;
	out = open_memstream(&v->text, &v->length);
	if (!out)
		memory_fail();
	s->view.width = terminal_width(stdout);
	s->view.keys = screen;
	s->view.rows = s->rows ? s->rows : ROWS;
	if (lines > HEAD_LINES + 2 && !s->rows)
		s->view.rows = lines - HEAD_LINES - 1;
	top_frame(v->top, model, at_s, &s->view, out);
	fclose(out);
}

/* Read, add up and draw; returns what that took, in seconds. */
static double make_frame(struct live *v, bool screen)
{
	struct model_options how = { .inlines = true };
	struct error err = { 0 };
	double start = now_s();
	struct loaded l;
	struct model *model;

	read_target(&v->target, &l, false);
	/* Perhaps it is just being replaced: look again. */
	v->misses = l.count ? 0 : v->misses + 1;
	v->running = l.count ? any_running(&l) : v->misses < MISSES;
	if (l.count) {
		model = model_build(l.profiles, l.count, v->symbolizer, &how,
				    &err);
		if (!model)
			screen_close();
		if (!model)
			message_die(STATUS_SYSTEM, "%s",
				    err.msg[0] ? err.msg : "out of memory");
		draw(v, model, screen, start);
		model_free(model);
	}
	free_profiles(&l);
	return now_s() - start;
}

/* Wait for the next frame. False: end, and *SIGNAL is why. */
static bool wait_frame(struct live *v, double seconds, int *signal)
{
	double until = now_s() + seconds;

	for (;;) {
		double left = until - now_s();
		char key = 0;

		switch (screen_wait(left > 0 ? left : 0, &key, signal)) {
		case SCREEN_END:
			return false;
		case SCREEN_KEY:
			if (key == 'q' || key == 'Q')
				return false;
			if (key == ' ' || choose_order(v->settings, key, NULL))
				return true;
			break;
		default:
			return true;
		}
	}
}

static int watch(struct live *v, bool screen)
{
	size_t frames = v->settings->frames;
	double took = make_frame(v, screen);
	int signal = 0;

	for (size_t i = 1;; i++) {
		double rest = v->settings->delay_s;

		if (screen)
			screen_show(v->text, v->length);
		else
			fwrite(v->text, 1, v->length, stdout);
		if (!v->running || (frames && i >= frames))
			break;
		if (!screen) {
			fputc('\n', stdout);
			fflush(stdout);
		}
		if (took * REST > rest)
			rest = took * REST;
		if (!wait_frame(v, rest, &signal))
			break;
		took = make_frame(v, screen);
	}
	screen_close();
	/* The last frame stays. */
	if (screen)
		fwrite(v->text, 1, v->length, stdout);
	return signal;
}

static int run(const struct command *self, int argc, char **argv)
{
	struct settings s = { .delay_s = 1 };
	struct symbolizer_options symbols = { .inlines = true };
	struct live v = { .settings = &s };
	int count = args_parse(self, ARGS_MIXED, argc, argv, &s), signal;
	bool screen;

	choose_target(&v.target, argv, (size_t)count);
	check_target(&v.target);
	symbols.debug_dirs = s.load.debug_dirs;
	v.symbolizer = symbolizer_new(&symbols);
	if (!v.symbolizer)
		memory_fail();
	v.top = top_new();
	s.view.colour = terminal_colour(stdout, COLOUR_AUTO);
	screen = s.frames != 1 && screen_open();
	if (!screen)
		screen_catch_signals();
	signal = watch(&v, screen);
	top_free(v.top);
	symbolizer_free(v.symbolizer);
	free(v.target.path);
	free(v.text);
	/* ^C is how one leaves; others want to know that they were heard. */
	if (signal && signal != SIGINT)
		return STATUS_SIGNAL + signal;
	return output_close();
}

const struct command top_command = {
	.name = "top",
	.operands = "[PID | FILE...]",
	.help = "watch a running process",
	.details =
		"Shows, once a second, in which functions a process under "
		"libprof\n"
		"spends its time: now% since the last frame, the others since "
		"its\n"
		"start. Without PID or FILE: the newest session in this "
		"directory.\n"
		"Ends with q, ^C, or the process; the last frame stays.\n",
	.options = options,
	.usage_status = STATUS_USAGE,
	.run = run,
};
