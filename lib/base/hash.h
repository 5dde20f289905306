/* hash.h - mixing functions for hash tables.
 *
 * Not for untrusted keys where an attacker gains by collisions, and not stable
 * between versions: nothing on disk depends on them.
 */
#ifndef PROF_BASE_HASH_H
#define PROF_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* Every bit of X affects every bit of the result. */
static inline uint64_t hash_u64(uint64_t x)
{
	x ^= x >> 33;
	x *= UINT64_C(0xff51afd7ed558ccd);
	x ^= x >> 33;
	x *= UINT64_C(0xc4ceb9fe1a85ec53);
	x ^= x >> 33;
	return x;
}

/* Hash of a sequence: H is what came before, X the next element. */
static inline uint64_t hash_add(uint64_t h, uint64_t x)
{
	return hash_u64(h * UINT64_C(0x9e3779b97f4a7c15) + x);
}

static inline uint64_t hash_pointer(const void *p)
{
	return hash_u64((uintptr_t)p);
}

static inline uint64_t hash_string(const char *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return hash_u64(h);
}

#endif
