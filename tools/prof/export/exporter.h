/* exporter.h - one file format that a model can be written in.
 *
 * An exporter reads only the model. A new one is one file and one line in
 * registry.c.
 */
#ifndef PROF_EXPORT_EXPORTER_H
#define PROF_EXPORT_EXPORTER_H

#include "lib/analysis/model.h"

#include <stdio.h>

enum export_positions {
	EXPORT_POSITIONS_AUTO, /* instructions where their addresses are known
				*/
	EXPORT_POSITIONS_LINE,
	EXPORT_POSITIONS_INSTR
};

struct export_options {
	enum export_positions positions;
	bool split_recursion; /* calls of a function that is active already are
			       * those of another one */
};

/* Where the parts of a profile go that is written in several. */
struct export_parts {
	/* The stream for the next part; NULL and ERR where there is none. The
	 * one before it must not be used any more. */
	FILE *(*next)(struct export_parts *self, struct error *err);
};

struct exporter {
	const char *name;
	const char *help;
	const char *prefix; /* of the default file name: PREFIX.PROGRAM.PID */
	const char *open_with; /* program that shows the file, or NULL */
	bool inline_nodes;     /* wants inlined functions as nodes */
	/* Write MODEL to OUT. False and ERR where it cannot be expressed; the
	 * caller finds write errors. */
	bool (*write)(const struct model *model,
		      const struct export_options *options, FILE *out,
		      struct error *err);
	/* The same, each thread a part of its own; NULL: it cannot. */
	bool (*write_parts)(const struct model *model,
			    const struct export_options *options,
			    struct export_parts *parts, struct error *err);
};

/* All exporters, ending with NULL. */
extern const struct exporter *const exporters[];

/* The exporter NAME, or NULL. */
const struct exporter *exporter_find(const char *name);

#endif
