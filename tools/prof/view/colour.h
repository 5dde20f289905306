/* colour.h - a little colour, on terminals that have it. */
#ifndef PROF_VIEW_COLOUR_H
#define PROF_VIEW_COLOUR_H

#include "tools/prof/view/view.h"

enum colour {
	COLOUR_NONE,
	COLOUR_DIM,
	COLOUR_WARM, /* a tenth of the total and more */
	COLOUR_HOT   /* half of the total and more */
};

/* Print TEXT in C where VIEW is coloured. */
void colour_put(const struct view *view, enum colour c, const char *text);

/* For a part of the total in PERCENT. */
enum colour colour_by_share(double percent);

#endif
