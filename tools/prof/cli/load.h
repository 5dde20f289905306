/* load.h - from file names to a model, with messages: what every command that
 * reads profiles does first. */
#ifndef PROF_CLI_LOAD_H
#define PROF_CLI_LOAD_H

#include "lib/analysis/model.h"
#include "lib/analysis/profile.h"
#include "lib/analysis/symbolize.h"
#include "tools/prof/cli/args.h"
#include "tools/prof/cli/session.h"

/* Options that such commands share; see LOAD_OPTIONS. */
struct load_settings {
	bool salvage;
	const char *debug_dirs;
};

struct loaded {
	struct profile **profiles;
	size_t count;
	bool session; /* chosen here, not named on the command line */
	char session_id[33];
	struct symbolizer *symbolizer;
	struct model *model;
};

/* Open PATHS or, where COUNT is 0, the newest session in this directory. Exits
 * with one line and STATUS_PROFILE where one cannot be read. */
void load_profiles(struct loaded *to, char **paths, size_t count,
		   const struct load_settings *settings);

/* What the symbolizer and the model shall do. */
struct load_model_options {
	bool resolve_inlines;	 /* lines of inlined code are its own */
	bool inline_nodes;	 /* and its functions are functions */
	bool exact_instructions; /* addresses at instruction starts */
};

/* Make the model of the profiles in TO; progress on a terminal. */
void load_model(struct loaded *to, const struct load_settings *settings,
		const struct load_model_options *options);

void load_free(struct loaded *loaded);

/* Print ERR, which is about the file PATH and may name it, with a hint where
 * one helps, and exit. */
void load_die(const char *path, bool salvaging, const struct error *err)
	__attribute__((noreturn));

/* The newest session in this directory; a message and exit where there is none.
 */
void load_choose_session(struct session *session);

/* Print each line of LINES, which may be NULL, as a warning about PREFIX, which
 * may be NULL. */
void load_warn_lines(const char *prefix, const char *lines);

/* For option tables; the settings must begin with a struct load_settings. */
#define LOAD_OPTION_SALVAGE                                                    \
	{                                                                      \
		"salvage", 0, ARG_FLAG, NULL,                                  \
			"read what is whole of a damaged profile", arg_set,    \
			ARG_AT(struct load_settings, salvage)                  \
	}
#define LOAD_OPTION_DEBUG_DIRS                                                 \
	{                                                                      \
		"debug-dirs", 0, ARG_VALUE, "DIRS",                            \
			"look for separate debug files here (colon "           \
			"separated)",                                          \
			arg_text, ARG_AT(struct load_settings, debug_dirs)     \
	}

#endif
