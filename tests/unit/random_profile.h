/* random_profile.h - random trees of the made-up symbolizer's functions.
 *
 * Include it instead of fake_symbols.h, once.
 */
#ifndef PROF_TESTS_RANDOM_PROFILE_H
#define PROF_TESTS_RANDOM_PROFILE_H

#include "tests/unit/fake_symbols.h"

static uint64_t random_address(enum arena_mode mode, unsigned width)
{
	uint64_t f = (uint64_t)(random() % width) << 8;

	if (mode != ARENA_MODE_SAMPLE)
		return BASE + f;
	return BASE + f + (uint64_t)(random() % 3 << 4) +
	       (uint64_t)(random() % 4);
}

/* A tree of few functions and many repetitions: recursion of all kinds. */
static struct profile *random_profile(enum arena_mode mode, uint32_t pid)
{
	struct arena_build b = arena_build_new(mode);
	unsigned width = 2 + (unsigned)random() % (FUNCTIONS - 1);
	unsigned threads = 1 + (unsigned)random() % 3;

	arena_build_header(&b)->pid = pid;
	arena_build_module(&b, BASE, BASE + ADDRESSES, 0, "/bin/fake");
	for (uint32_t t = 1; t <= threads; t++) {
		uint32_t nodes[120];
		unsigned count = 1 + (unsigned)random() % 119;

		nodes[0] = arena_build_thread(&b, t, "same");
		arena_build_record(&b, t)->unsampled_ns = 0;
		for (unsigned i = 1; i < count; i++) {
			/* Prefer the last ones: deep rather than broad. */
			unsigned back = (unsigned)random() % i;
			uint32_t up =
				nodes[random() % 3 ? i - 1 - back / 8 : back];
			struct arena_node *n;

			nodes[i] = arena_build_node(
				&b, t, up, random_address(mode, width), 0);
			n = arena_build_at(&b, nodes[i]);
			if (mode != ARENA_MODE_SAMPLE) {
				/* One place calls one function; some are
				 * called from two. */
				uint64_t fn = arena_build_at(&b, up)->fn;
				uint64_t callee = function_at(n->fn - BASE);

				if (callee < 4 && random() % 2)
					callee += FUNCTIONS;
				n->site = fn ? fn + callee : 0;
				n->calls = (uint64_t)random() % 50;
			}
			n->self = (uint64_t)random() % 1000;
			n->samples = mode == ARENA_MODE_TRACE
					     ? 0
					     : (uint32_t)random() % 3;
		}
	}
	return finish(&b);
}

#endif
