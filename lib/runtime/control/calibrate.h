/* calibrate.h - what one call pair of the hooks costs, measured here and now.
 */
#ifndef PROF_RUNTIME_CALIBRATE_H
#define PROF_RUNTIME_CALIBRATE_H

#include <stdint.h>

/* In picoseconds a call pair: what falls inside the callee's recorded time,
 * what its caller sees, and by how much the sum differs between hooks around
 * nothing and hooks around work, with which the processor overlaps them. */
struct calibration {
	uint64_t inside_ps, outside_ps, spread_ps;
};

/* Measure. All 0 in modes that do not time by hooks. Takes about 0.3 ms.
 * Context: ordinary, while nothing is recorded. */
void calibrate_hooks(struct calibration *out);

#endif
