/* outputs.h - the files of one conversion: all of them appear, or none.
 *
 * One is called PREFIX; the parts of several PREFIX-01, PREFIX-02... "-" for
 * PREFIX puts everything on standard output, and the name of a pipe or a device
 * there, one part after the other.
 */
#ifndef PROF_EXPORT_OUTPUTS_H
#define PROF_EXPORT_OUTPUTS_H

#include "tools/prof/export/exporter.h"
#include "tools/prof/export/sink.h"

struct outputs {
	struct export_parts parts; /* first: its next opens one more */
	const char *prefix;
	bool stream;   /* PREFIX is "-", a pipe or a device */
	bool numbered; /* parts have files of their own */
	struct sink *sinks;
	size_t count, capacity;
};

void outputs_begin(struct outputs *o, const char *prefix, bool numbered);

/* Give the files their names where KEEP and nothing failed, else leave none
 * behind. False and ERR where something failed. */
bool outputs_end(struct outputs *o, bool keep, struct error *err);

/* After that: delete what an earlier conversion to PREFIX left that this one,
 * of COUNT parts (0: PREFIX itself), did not replace, as KCachegrind opens all
 * files whose name begins with PREFIX. What is of somebody else stays; returns
 * one such name, to be freed, or NULL. */
char *outputs_tidy(const char *prefix, size_t count);

#endif
