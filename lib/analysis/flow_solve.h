/* flow_solve.h - how often what has no counter ran. */
#ifndef PROF_ANALYSIS_FLOW_SOLVE_H
#define PROF_ANALYSIS_FLOW_SOLVE_H

#include "lib/analysis/flow.h"

/* Fill in the counts of those nodes and edges of F that follow from the others:
 * what comes into a node is what goes out of it. */
void flow_solve(struct flow *f);

#endif
