/* message.h - what the tool says on standard error, and how it exits.
 *
 * Every line starts with "prof: ". Control characters in the arguments are
 * made visible before they reach the terminal.
 */
#ifndef PROF_CLI_MESSAGE_H
#define PROF_CLI_MESSAGE_H

#include "lib/base/error.h"

enum exit_status {
	STATUS_OK = 0,
	STATUS_NO = 1,	    /* the answer is no */
	STATUS_USAGE = 2,   /* wrong command line */
	STATUS_PROFILE = 3, /* a profile cannot be read */
	STATUS_SYSTEM = 4,  /* the system refuses: files, memory */
	STATUS_RUN_FAILED = 125,
	STATUS_NOT_EXECUTABLE = 126,
	STATUS_NOT_FOUND = 127,
	STATUS_SIGNAL = 128 /* plus the signal's number */
};

/* "prof: ..." */
void message_error(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
/* "prof: warning: ..." */
void message_warn(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
/* The next step: "prof: hint: ..." */
void message_hint(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
/* "prof: ..." and exit. */
void message_die(int status, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));

/* The exit status that goes with CODE. */
int message_status(enum error_code code);

#endif
