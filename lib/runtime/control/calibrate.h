/* calibrate.h - what one call pair of the hooks costs, measured here and now.
 */
#ifndef PROF_RUNTIME_CALIBRATE_H
#define PROF_RUNTIME_CALIBRATE_H

#include <stdint.h>

/* Measure, in picoseconds a pair: the part that falls inside the callee's
 * recorded time, and the part that its caller sees. Both 0 in modes that do
 * not time by hooks. Takes about 0.2 ms. Context: ordinary. */
void calibrate_hooks(uint64_t *inside_ps, uint64_t *outside_ps);

#endif
