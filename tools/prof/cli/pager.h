/* pager.h - long output on a terminal, page by page. */
#ifndef PROF_CLI_PAGER_H
#define PROF_CLI_PAGER_H

/* Where standard output is a terminal, send it through $PAGER (default less,
 * which leaves by itself when all fits on the screen). An empty PAGER or "cat"
 * means none; so does a pager that is not there. */
void pager_start(void);

/* End standard output, and wait until its reader is done. The exit status: that
 * of output_close where there is no pager. */
int pager_end(void);

#endif
