/* load.h - from file names to a model, with messages: what every command that
 * reads profiles does first. */
#ifndef PROF_CLI_LOAD_H
#define PROF_CLI_LOAD_H

#include "lib/analysis/model.h"
#include "lib/analysis/profile.h"
#include "lib/analysis/symbolize.h"
#include "tools/prof/cli/args.h"

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

bool load_apply_salvage(const struct arg_option *self, void *settings,
			const char *value, struct error *err);
bool load_apply_debug_dirs(const struct arg_option *self, void *settings,
			   const char *value, struct error *err);

/* For option tables; the settings must begin with a struct load_settings. */
#define LOAD_OPTION_SALVAGE                                                    \
	{                                                                      \
		"salvage", 0, ARG_FLAG, NULL,                                  \
			"read what is whole of a damaged profile",             \
			load_apply_salvage, NULL                               \
	}
#define LOAD_OPTION_DEBUG_DIRS                                                 \
	{                                                                      \
		"debug-dirs", 0, ARG_VALUE, "DIRS",                            \
			"look for separate debug files here (colon "           \
			"separated)",                                          \
			load_apply_debug_dirs, NULL                            \
	}

#endif
