/* screen.h - the whole terminal, for a view that is drawn again and again.
 *
 * Whatever ends the program but SIGKILL, the terminal is as it was before.
 */
#ifndef PROF_CLI_SCREEN_H
#define PROF_CLI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

enum screen_event {
	SCREEN_TIMEOUT,
	SCREEN_KEY,
	SCREEN_RESIZED,
	SCREEN_END /* a signal asks to end, or the terminal is gone */
};

/* Take the terminal; false where standard input and output are not one. */
bool screen_open(void);
void screen_close(void);

/* Show TEXT, LENGTH bytes of lines, in place of what was shown. */
void screen_show(const char *text, size_t length);

/* Wait; *KEY is what was pressed. SIGINT and the like come as SCREEN_END, and
 * *SIGNAL is which (0: the terminal is gone). Works without an open screen,
 * then for signals only. */
enum screen_event screen_wait(double seconds, char *key, int *signal);

/* Catch the signals that ask to end, whether there is a screen or not. */
void screen_catch_signals(void);

/* Lines and columns; 0 where it is no terminal. */
size_t screen_lines(void);

#endif
