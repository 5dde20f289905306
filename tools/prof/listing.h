/* listing.h - what the commands lines and annotate have in common: functions,
 * chosen by name, by source file or by their time, one below the other. */
#ifndef PROF_LISTING_H
#define PROF_LISTING_H

#include "tools/prof/cli/load.h"
#include "tools/prof/view/functions.h"
#include "tools/prof/view/view.h"

struct listing_settings {
	struct load_settings load; /* first: see load.h */
	struct lines_settings lines;
	bool no_pager;
	bool json; /* neither pager nor header */
};

/* For option tables; the settings are a struct listing_settings. */
#define LISTING_OPTIONS                                                        \
	{ "source",                                                            \
	  0,                                                                   \
	  ARG_VALUE,                                                           \
	  "DIR",                                                               \
	  "look for source files here that are not where they were compiled",  \
	  arg_text,                                                            \
	  ARG_AT(struct listing_settings, lines.source_directory) },           \
		LOAD_OPTION_SALVAGE, LOAD_OPTION_DEBUG_DIRS,                   \
	{                                                                      \
		"no-pager", 0, ARG_FLAG, NULL,                                 \
			"do not show it through $PAGER on a terminal",         \
			arg_set, ARG_AT(struct listing_settings, no_pager)     \
	}

struct listing {
	struct lines_view view;
	struct functions chosen; /* to be printed */
	struct functions all;
	struct hits *hits;
};

/* Choose among the functions of LOADED, whose model is made, and of the COUNT
 * profiles at COUNTING, which may have counted blocks, those that NAMES mean;
 * start the pager and print the report's header. False, and a message, where
 * one of the NAMES means none. */
bool listing_begin(struct listing *l, struct listing_settings *settings,
		   const struct loaded *loaded, struct profile **counting,
		   size_t count, char **names, size_t name_count);

/* End the output and free L. The exit status: STATUS, unless the output failed.
 */
int listing_end(struct listing *l, int status);

#endif
