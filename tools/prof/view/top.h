/* top.h - one frame of a live view: what takes the time now, and since the
 * start. */
#ifndef PROF_VIEW_TOP_H
#define PROF_VIEW_TOP_H

#include "tools/prof/view/view.h"

enum top_order {
	TOP_NOW,  /* own time since the last frame */
	TOP_SELF, /* since the start */
	TOP_CUMULATIVE,
	TOP_CALLS, /* calls, or samples, since the last frame */
	TOP_ORDER_COUNT
};

struct top_settings {
	enum top_order order;
	size_t rows;  /* functions at most */
	size_t width; /* of the terminal; 0: do not cut names */
	bool full_paths, colour;
	bool keys; /* say which there are */
};

struct top; /* what the last frame was */

struct top *top_new(void);
void top_free(struct top *top);

/* Print a frame of MODEL, taken AT_S seconds on some clock, and remember it.
 * The models of all frames must share a symbolizer. */
void top_frame(struct top *top, const struct model *model, double at_s,
	       const struct top_settings *settings, FILE *out);

#endif
