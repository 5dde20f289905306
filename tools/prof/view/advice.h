/* advice.h - what to leave out of instrumentation, where hooks dominate. */
#ifndef PROF_VIEW_ADVICE_H
#define PROF_VIEW_ADVICE_H

#include "tools/prof/view/view.h"

/* Where the hooks took more than half as long as the program, print the
 * compiler's option that leaves out the functions which they took most for;
 * else nothing. */
void advice_print(const struct view *view);

#endif
