/* detect.h - is the program instrumented? Context: ordinary, at start-up. */
#ifndef PROF_RUNTIME_DETECT_H
#define PROF_RUNTIME_DETECT_H

#include <stdbool.h>

/* Whether the executable, or a library loaded with it, refers to the hooks of
 * -finstrument-functions. */
bool detect_instrumented(void);

#endif
