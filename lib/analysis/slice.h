/* slice.h - the part of a model that some of its threads make up.
 *
 * A slice is a model itself: the same functions, nodes and positions, with the
 * sums of its own threads only. Edges and lines are not in it.
 */
#ifndef PROF_ANALYSIS_SLICE_H
#define PROF_ANALYSIS_SLICE_H

#include "lib/analysis/model.h"

struct slicer; /* opaque: what slices of one model share */

/* NULL when out of memory. MODEL must outlive it. */
struct slicer *slicer_new(const struct model *model);
void slicer_free(struct slicer *s);

/* The part of the threads T for which GROUP[T] is WANTED. It is valid until the
 * next call, or until S is freed. */
const struct model *slicer_take(struct slicer *s, const uint32_t *group,
				uint32_t wanted);

#endif
