/* random.h - random numbers that are the same on every machine.
 *
 * xoshiro256** by D. Blackman and S. Vigna, seeded by their splitmix64.
 */
#ifndef EXAMPLES_COMMON_RANDOM_H
#define EXAMPLES_COMMON_RANDOM_H

#include "examples/common/call.h"

#include <stdint.h>

struct random_stream {
	uint64_t state[4];
};

HELPER struct random_stream random_seeded(uint64_t seed)
{
	struct random_stream r;

	for (int i = 0; i < 4; i++) {
		uint64_t x = seed += UINT64_C(0x9e3779b97f4a7c15);

		x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
		x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
		r.state[i] = x ^ (x >> 31);
	}
	return r;
}

HELPER uint64_t random_rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

HELPER uint64_t random_u64(struct random_stream *r)
{
	uint64_t *s = r->state;
	uint64_t result = random_rotate(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = random_rotate(s[3], 45);
	return result;
}

/* From 0 up to, not including, 1. */
HELPER double random_unit(struct random_stream *r)
{
	return (double)(random_u64(r) >> 11) * 0x1p-53;
}

HELPER double random_between(struct random_stream *r, double low, double high)
{
	return low + (high - low) * random_unit(r);
}

/* From 0 to LIMIT - 1, for a LIMIT so far below 2^64 that the slight
 * preference for small numbers does not matter. */
HELPER uint64_t random_below(struct random_stream *r, uint64_t limit)
{
	return random_u64(r) % limit;
}

#endif
