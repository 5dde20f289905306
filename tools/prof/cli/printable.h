/* printable.h - names from files, made fit for a terminal.
 *
 * A profile is data from somewhere: its names may hold escape sequences, line
 * breaks or bytes that are no UTF-8. These come out as \n, \x1b and \u202e.
 */
#ifndef PROF_CLI_PRINTABLE_H
#define PROF_CLI_PRINTABLE_H

#include <stddef.h>
#include <stdio.h>

/* A printable copy of TEXT, to be freed. Dies when out of memory. */
char *printable(const char *text);

/* Write TEXT to F in its printable form. */
void printable_put(FILE *f, const char *text);

/* Columns that the printable text TEXT takes: one a code point. */
size_t printable_width(const char *text);

/* Cut the printable TEXT in place to WIDTH columns, taking out the middle and
 * putting "..." there: both ends of a long C++ name tell something. */
void printable_cut(char *text, size_t width);

#endif
