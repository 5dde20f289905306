/* session.h - which files belong together: the processes of one run.
 *
 * Looks at headers only; profile.h checks the rest when a file is opened.
 */
#ifndef PROF_CLI_SESSION_H
#define PROF_CLI_SESSION_H

#include "lib/base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct session {
	char **paths; /* in order of start */
	size_t count;
	char id[33];   /* "" where the file names none */
	char *skipped; /* first file that looked like a profile and was none */
};

#define SESSION_PATTERN "*.prof"

/* The session of the profile that started last among the files that match the
 * glob PATTERN; a merged file is a session of its own. False and ERR where
 * there is none. */
bool session_newest(const char *pattern, struct session *session,
		    struct error *err);

/* All files of the session ID that match PATTERN; perhaps none. */
void session_find(const char *pattern, const char *id, struct session *session);

void session_free(struct session *session);

/* The glob that the files of the output pattern OUTPUT (as in PROF_OUTPUT)
 * match, those included that got a number before the extension since there was
 * one of that name; to be freed. */
char *session_glob(const char *output);

#endif
