/* options.h - the PROF_ environment variables, read once at start-up.
 *
 * The table is options.def. Nothing here allocates; the texts point into the
 * environment as it was.
 */
#ifndef PROF_BASE_OPTIONS_H
#define PROF_BASE_OPTIONS_H

#include <stddef.h>

enum option_mode {
	OPTION_MODE_AUTO,
	OPTION_MODE_SAMPLE,
	OPTION_MODE_TRACE,
	OPTION_MODE_COUNT
};
enum option_clock { OPTION_CLOCK_AUTO, OPTION_CLOCK_CPU, OPTION_CLOCK_WALL };
enum option_follow {
	OPTION_FOLLOW_NONE,
	OPTION_FOLLOW_FORK,
	OPTION_FOLLOW_EXEC,
	OPTION_FOLLOW_ALL
};
enum option_engine {
	OPTION_ENGINE_AUTO,
	OPTION_ENGINE_PERF,
	OPTION_ENGINE_TIMER
};

struct options {
#define OPT_UINT(variable, flag, field, def, min, max, help) unsigned field;
#define OPT_FLAG(variable, flag, field, help)		     unsigned field;
#define OPT_ENUM(variable, flag, field, def, choices, help)  unsigned field;
#define OPT_TEXT(variable, flag, field, def, help)	     const char *field;
#define OPT_TIME(variable, flag, field, max, help)	     unsigned field;
#include "lib/base/options.def"
#undef OPT_UINT
#undef OPT_FLAG
#undef OPT_ENUM
#undef OPT_TEXT
#undef OPT_TIME
};

/* What is said about one bad value of VARIABLE: a whole line without its
 * newline. */
typedef void option_warning(const char *variable, const char *line);

/* Fill OPTIONS by asking LOOK_UP (getenv, say) for each variable. A value that
 * is not allowed is reported to WARN and the default taken. */
void options_read(struct options *options, char *(*look_up)(const char *),
		  option_warning *warn);

/* The variable that tells a child its session: not for the user to set. */
#define OPTIONS_SESSION "PROF_SESSION"

/* Report to WARN each variable of ENVIRONMENT whose name is hardly different
 * from one of ours. What else begins with PROF_ may be somebody else's. */
void options_misspelt(char *const *environment, option_warning *warn);

/* Check VALUE for the variable NAME. Returns 1 where it is allowed; 0 where
 * not, with the reason in WHY; -1 where there is no such variable. */
int options_check(const char *name, const char *value, char *why,
		  size_t why_size);

#endif
