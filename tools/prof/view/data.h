/* data.h - a report for other programs: JSON, or CSV (RFC 4180).
 *
 * Times are seconds with nine digits, so that no nanosecond is lost. Both are
 * made from the list of columns; docs/GUIDE.md describes them.
 */
#ifndef PROF_VIEW_DATA_H
#define PROF_VIEW_DATA_H

#include "tools/prof/view/report.h"

/* One document with everything that SETTINGS ask for. */
void data_print_json(const struct view *view, const struct sort_order *order,
		     const struct report_settings *settings,
		     const char *session);

/* One table: functions; or callers and callees of functions; or functions over
 * groups; or functions of each group. */
void data_print_csv(const struct view *view, const struct sort_order *order,
		    const struct report_settings *settings);

#endif
