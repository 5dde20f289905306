/* control.h - starting and stopping, for init and for the public API. */
#ifndef PROF_RUNTIME_CONTROL_H
#define PROF_RUNTIME_CONTROL_H

#include "prof.h"

/* The runtime is set up: the API may start it. */
void control_ready(void);

#endif
