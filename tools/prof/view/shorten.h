/* shorten.h - long C++ names on a narrow terminal. */
#ifndef PROF_VIEW_SHORTEN_H
#define PROF_VIEW_SHORTEN_H

#include <stddef.h>

/* Make TEXT ("file.cc:12(ns::name<int>(char) const)", or without a file
 * "{libfoo.so:name}") fit WIDTH columns, in place, by the first of these that
 * does: leave out template arguments ("<>"), then parameters ("()"), then outer
 * scopes ("file.cc:12(...name<>() const)"), then the middle. */
void shorten(char *text, size_t width);

#endif
