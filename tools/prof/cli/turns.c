#include "tools/prof/cli/turns.h"

#include "tools/prof/cli/child.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/message.h"
#include "tools/prof/cli/preload.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHELL "/bin/sh"

/* Samples a second, where PROF_HZ does not say: a comparison needs many, and
 * what they cost both sides pay. */
#define HZ "5000"

static void set(const char *variable, const char *value, int anew)
{
	if (setenv(variable, value, anew))
		memory_fail();
}

/* The environment of the run NUMBER of SIDE. */
static void prepare(const struct turns *t, const char *library, int side,
		    size_t number)
{
	struct error err = { 0 };
	char id[17];
	char *output = memory_format("%s/%04zu.%%e.%%p.prof", t->sides[side],
				     number + 1);

	set("PROF_OUTPUT", output, 1);
	set("PROF_HZ", HZ, 0);
	if (!preload_set(library, id, &err))
		message_die(STATUS_SYSTEM, "%s", err.msg);
	free(output);
}

static void run_once(const struct turns *t, const char *library, int side,
		     size_t number)
{
	/* What it prints would take its time on a terminal. */
	char *command = memory_format("exec >/dev/null\n%s", t->commands[side]);
	char *argv[] = { "sh", "-c", command, NULL };
	struct child_end end;
	int reason, exec_failed;

	prepare(t, library, side, number);
	reason = child_run(SHELL, argv, &end, &exec_failed);
	if (reason)
		message_die(STATUS_SYSTEM, "%s: %s", SHELL, strerror(reason));
	if (end.signal)
		message_die(STATUS_SYSTEM, "%s: killed by signal %d (%s)",
			    t->commands[side], end.signal,
			    strsignal(end.signal));
	if (end.status)
		message_die(STATUS_SYSTEM, "%s: ended with status %d",
			    t->commands[side], end.status);
	free(command);
}

static void show_progress(size_t done, size_t of)
{
	if (!isatty(STDERR_FILENO))
		return;
	if (done < of)
		fprintf(stderr, "\rprof: run %zu of %zu", done + 1, of);
	else
		fputs("\r\033[K", stderr);
}

/* --- where the profiles are -------------------------------------------------
 */

static struct turns to_remove;

static void remove_profiles(void)
{
	for (int side = 0; side < TURNS_SIDES; side++) {
		char *pattern = memory_format("%s/*", to_remove.sides[side]);
		glob_t found;

		if (!glob(pattern, GLOB_NOSORT, NULL, &found)) {
			for (size_t i = 0; i < found.gl_pathc; i++)
				unlink(found.gl_pathv[i]);
			globfree(&found);
		}
		free(pattern);
		rmdir(to_remove.sides[side]);
	}
	rmdir(to_remove.directory);
}

static void make_directory(const char *path)
{
	if (mkdir(path, 0777))
		message_die(STATUS_SYSTEM, "%s: %s", path, strerror(errno));
}

static void make_directories(struct turns *t)
{
	static const char *const names[TURNS_SIDES] = { "base", "head" };
	const char *tmp = getenv("TMPDIR");
	char *made;

	if (t->keep) {
		made = memory_copy(t->keep);
		make_directory(made);
	} else {
		made = memory_format("%s/prof-diff.XXXXXX",
				     tmp && tmp[0] ? tmp : "/tmp");
		if (!mkdtemp(made))
			message_die(STATUS_SYSTEM, "%s: %s", made,
				    strerror(errno));
	}
	/* Absolute: a command may begin with "cd". */
	t->directory = realpath(made, NULL);
	if (!t->directory)
		message_die(STATUS_SYSTEM, "%s: %s", made, strerror(errno));
	free(made);
	for (int side = 0; side < TURNS_SIDES; side++) {
		t->sides[side] =
			memory_format("%s/%s", t->directory, names[side]);
		make_directory(t->sides[side]);
	}
	to_remove = *t;
	if (!t->keep)
		atexit(remove_profiles);
}

void turns_run(struct turns *turns)
{
	struct error err = { 0 };
	char *library = preload_find(&err);

	if (!library)
		message_die(STATUS_SYSTEM, "%s", err.msg);
	preload_check_variables();
	make_directories(turns);
	for (size_t i = 0; i < turns->count; i++) {
		/* Who is first changes, too: what grows in time is not then
		 * always larger for the second. */
		int first = (int)(i % TURNS_SIDES);

		show_progress(i, turns->count);
		run_once(turns, library, first, i);
		run_once(turns, library, !first, i);
	}
	show_progress(turns->count, turns->count);
	free(library);
}
