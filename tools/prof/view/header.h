/* header.h - what stands above a report: whose numbers these are, in which
 * unit, and how far they can be trusted. */
#ifndef PROF_VIEW_HEADER_H
#define PROF_VIEW_HEADER_H

#include "tools/prof/view/view.h"

/* SESSION is the id of the session whose processes these are, or NULL where
 * the files were named one by one. */
void header_print(const struct view *view, const char *session);

#endif
