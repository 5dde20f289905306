/* sink.h - where an exporter writes: a file that appears when it is whole. */
#ifndef PROF_EXPORT_SINK_H
#define PROF_EXPORT_SINK_H

#include "lib/base/error.h"

#include <stdbool.h>
#include <stdio.h>

struct sink {
	FILE *stream;	 /* write here; errors are found at the end */
	char *path;	 /* final name; NULL: standard output */
	char *temporary; /* written first; NULL: PATH itself is no plain file */
};

/* Open PATH ("-": standard output) for writing. A plain file is written under
 * another name in the same directory first. */
bool sink_open(struct sink *sink, const char *path, struct error *err);

/* Flush, check and close. False where anything was not written. */
bool sink_finish(struct sink *sink, struct error *err);

/* With KEEP give the finished file its name, else leave no file behind. */
bool sink_place(struct sink *sink, bool keep, struct error *err);

/* Both at once. */
bool sink_close(struct sink *sink, bool keep, struct error *err);

#endif
