/* annotate.h - one function, instruction by instruction, beside its source. */
#ifndef PROF_VIEW_ANNOTATE_H
#define PROF_VIEW_ANNOTATE_H

#include "tools/prof/view/lines.h"

/* Print F's code in VIEW, whose model has exact instructions. False and ERR
 * where the code is not there or cannot be shown. */
bool annotate_print(const struct lines_view *view,
		    const struct lines_function *f, struct error *err);

#endif
