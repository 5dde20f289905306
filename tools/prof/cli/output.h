/* output.h - the end of standard output. */
#ifndef PROF_CLI_OUTPUT_H
#define PROF_CLI_OUTPUT_H

/* Flush standard output. STATUS_OK; or STATUS_SYSTEM and a message where what
 * was written did not arrive (a full disk, say). */
int output_close(void);

#endif
