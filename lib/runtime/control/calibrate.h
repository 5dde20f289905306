/* calibrate.h - what one call pair of the hooks costs, measured here and now.
 */
#ifndef PROF_RUNTIME_CALIBRATE_H
#define PROF_RUNTIME_CALIBRATE_H

#include <stdint.h>

/* In picoseconds a call pair: what falls inside the callee's recorded time,
 * what its caller sees, and how far apart the sum may be from one program to
 * another: it is more around nothing than around work, with which the processor
 * overlaps the hooks, and nothing around work that hides them altogether. */
struct calibration {
	uint64_t inside_ps, outside_ps, spread_ps;
	/* In 1/65536 of a tick: inside, and inside and outside together. */
	uint64_t call_cost, pair_cost;
};

/* Measure. All 0 in modes that do not time by hooks. Takes about 0.3 ms.
 * Context: ordinary, while nothing is recorded. */
void calibrate_hooks(struct calibration *out);

#endif
