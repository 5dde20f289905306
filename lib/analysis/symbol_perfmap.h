/* symbol_perfmap.h - functions that a process made while it ran, as it said in
 * /tmp/perf-PID.map: what just-in-time compilers write for perf.
 */
#ifndef PROF_ANALYSIS_SYMBOL_PERFMAP_H
#define PROF_ANALYSIS_SYMBOL_PERFMAP_H

#include "lib/analysis/symbol_table.h"
#include "lib/analysis/symbolize.h"

/* Add the functions of the process JIT; names are kept in STORE. *PROBLEM, to
 * be freed, says why a map that is there was not read. */
void symbol_perfmap_read(struct symbol_table *symbols,
			 const struct symbol_jit *jit,
			 struct symbol_store *store, char **problem);

#endif
