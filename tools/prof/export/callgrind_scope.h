/* callgrind_scope.h - C++ names that KCachegrind finds the class in. */
#ifndef PROF_EXPORT_CALLGRIND_SCOPE_H
#define PROF_EXPORT_CALLGRIND_SCOPE_H

/* NAME, a demangled function's, changed within template arguments and the like
 * only where KCachegrind would take another part of it for its class or
 * namespace. Takes NAME over; to be freed. */
char *callgrind_scope_name(char *name);

#endif
