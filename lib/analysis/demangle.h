/* demangle.h - linkage names made readable. */
#ifndef PROF_ANALYSIS_DEMANGLE_H
#define PROF_ANALYSIS_DEMANGLE_H

#include <stddef.h>

/* The function that MANGLED (C++, Rust of before 2025, Fortran modules) means:
 * with parameters, without return type, without the suffixes that gcc and
 * clang give to clones. To be freed. NULL where MANGLED is none of these. */
char *demangle_function(const char *mangled);

/* Length of NAME without the suffixes that compilers give to parts and clones
 * of a function: ".cold", ".part.0", ".constprop.1", ".isra.2", ".llvm.3"... */
size_t demangle_base_length(const char *name);

/* Where in TEXT, a demangled C++ function, the name starts behind the return
 * type; *LENGTH is how much of it belongs to it. */
const char *demangle_without_return(const char *text, size_t *length);

/* Where the word "operator" starts at S, within TEXT: behind it and its symbol,
 * or behind the word alone where a type follows. NULL where it does not. */
const char *demangle_operator(const char *text, const char *s);

#endif
