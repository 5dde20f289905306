/* filter.h - from patterns to a file that tells the runtime what to leave out.
 *
 * The runtime reads neither symbols nor DWARF: the patterns are resolved here,
 * to addresses in files of code. docs/FORMAT.md describes the result.
 */
#ifndef PROF_CLI_FILTER_H
#define PROF_CLI_FILTER_H

#include "tools/prof/cli/args.h"

#include <stddef.h>
#include <stdio.h>

struct filter_pattern {
	const struct arg_option *option; /* that it was given with */
	const char *text;
	bool matched;
};

struct filter_request {
	struct filter_pattern *patterns;
	size_t count;
	char **objects; /* files to look into besides the program's */
	size_t object_count;
};

/* Write what R asks for of PROGRAM, the libraries it needs and R's objects to
 * OUT; warn of patterns that match nothing. PROGRAM may be NULL. False, and
 * ERR filled, where a file cannot be read. */
bool filter_write(struct filter_request *r, const char *program, FILE *out,
		  struct error *err);

/* The same into a new file for the time of a run; its name, to be freed with
 * filter_remove; NULL and ERR. */
char *filter_make_file(struct filter_request *r, const char *program,
		       struct error *err);
void filter_remove(char *path);

void filter_free(struct filter_request *r);

bool filter_apply_pattern(const struct arg_option *self, void *settings,
			  const char *value, struct error *err);
bool filter_apply_object(const struct arg_option *self, void *settings,
			 const char *value, struct error *err);

/* What an option's pattern is compared with, and what follows. */
extern const struct filter_kind {
	bool include, file;
} filter_include, filter_exclude, filter_include_file, filter_exclude_file;

/* For option tables; the settings must begin with a struct filter_request. */
#define FILTER_OPTIONS                                                         \
	{ "exclude",                                                           \
	  0,                                                                   \
	  ARG_VALUE,                                                           \
	  "PATTERN",                                                           \
	  "trace, count: leave out functions whose name matches; their time "  \
	  "is their callers'",                                                 \
	  filter_apply_pattern,                                                \
	  &filter_exclude },                                                   \
		{ "include",                                                   \
		  0,                                                           \
		  ARG_VALUE,                                                   \
		  "PATTERN",                                                   \
		  "trace, count: leave out all functions but these",           \
		  filter_apply_pattern,                                        \
		  &filter_include },                                           \
		{ "exclude-file",                                              \
		  0,                                                           \
		  ARG_VALUE,                                                   \
		  "PATTERN",                                                   \
		  "leave out functions whose source file matches",             \
		  filter_apply_pattern,                                        \
		  &filter_exclude_file },                                      \
	{                                                                      \
		"include-file", 0, ARG_VALUE, "PATTERN",                       \
			"leave out all functions but those of these source "   \
			"files",                                               \
			filter_apply_pattern, &filter_include_file             \
	}

#endif
