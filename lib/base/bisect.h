/* bisect.h - where in a sorted array something is, found by halves.
 *
 * LIST has COUNT elements in the order of their field MEMBER. Inlined, so that
 * a search costs no calls; KEY is evaluated once.
 */
#ifndef PROF_BASE_BISECT_H
#define PROF_BASE_BISECT_H

#include <stddef.h>

/* How many elements' MEMBER is below KEY: the index of the first whose is not,
 * or COUNT. */
#define bisect_below(list, count, member, key)                                 \
	BISECT(list, count, member, <, key)

/* How many elements' MEMBER is KEY or below: the last of those is the one
 * before. */
#define bisect_up_to(list, count, member, key)                                 \
	BISECT(list, count, member, <=, key)

#define BISECT(list, count, member, precedes, key)                             \
	({                                                                     \
		__typeof__(key) bisect_key = (key);                            \
		size_t bisect_low = 0, bisect_high = (count);                  \
                                                                               \
		while (bisect_low < bisect_high) {                             \
			size_t bisect_middle =                                 \
				bisect_low + (bisect_high - bisect_low) / 2;   \
                                                                               \
			if ((list)[bisect_middle].member precedes bisect_key)  \
				bisect_low = bisect_middle + 1;                \
			else                                                   \
				bisect_high = bisect_middle;                   \
		}                                                              \
		bisect_low;                                                    \
	})

#endif
