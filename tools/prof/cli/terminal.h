/* terminal.h - what the tool may do with the terminal: width, progress. */
#ifndef PROF_CLI_TERMINAL_H
#define PROF_CLI_TERMINAL_H

#include <stddef.h>
#include <stdio.h>

/* Columns of the terminal behind F, or 0 where F is none. */
size_t terminal_width(FILE *f);

enum terminal_colour { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

/* "auto" and so on; 0 where WORD is none of them. */
int terminal_colour_parse(const char *word, enum terminal_colour *when);

/* Whether F shall be coloured: by itself where it is a terminal that is not
 * "dumb", and NO_COLOR is not set (no-color.org). */
int terminal_colour(FILE *f, enum terminal_colour when);

/* Whether the locale's characters are UTF-8. */
int terminal_utf8(void);

/* A line on standard error that says how far long work has come. Nothing is
 * shown in the first second, nor where standard error is no terminal. */
struct terminal_progress {
	const char *what; /* "resolving names" */
	double start, last;
	int shown;
};

void terminal_progress_start(struct terminal_progress *p, const char *what);
/* Fits struct model_options: CONTEXT is a struct terminal_progress. */
void terminal_progress_step(void *context, size_t done, size_t total);
void terminal_progress_end(struct terminal_progress *p);

#endif
