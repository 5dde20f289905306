/* table.h - the table of functions, as pstats prints it. */
#ifndef PROF_VIEW_TABLE_H
#define PROF_VIEW_TABLE_H

#include "tools/prof/view/columns.h"
#include "tools/prof/view/rows.h"

/* "188753 function calls (1253 primitive calls) in 0.123 seconds", or the
 * samples where no calls are known. */
void table_print_total(const struct view *view);

/* Notes, titles and one line a row; nothing but the notes without rows. The
 * columns are CHOSEN, or where that is NULL or empty those of the view's kind.
 */
void table_print(const struct view *view, const struct rows *rows,
		 const struct column_set *chosen);

#endif
