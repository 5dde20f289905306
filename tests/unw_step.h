/* unw_step.h - a stack as libunwind walks it, a frame a step: the reference of
 * the unwinder's test, and a rival in its benchmark. */
#ifndef PROF_TESTS_UNW_STEP_H
#define PROF_TESTS_UNW_STEP_H

#define UNW_LOCAL_ONLY
#include <libunwind.h>
#include <stddef.h>
#include <stdint.h>
#include <ucontext.h>

/* Put the pcs from UC outwards into PCS, DEPTH at most; how many there are. Not
 * for two threads at once. */
static inline size_t unw_step_all(ucontext_t *uc, uintptr_t *pcs, size_t depth)
{
	static unw_cursor_t cursor; /* too large for a handler's stack */
	unw_word_t pc;
	size_t n = 0;

	if (unw_init_local2(&cursor, uc, UNW_INIT_SIGNAL_FRAME))
		return 0;
	do {
		unw_get_reg(&cursor, UNW_REG_IP, &pc);
		if (!pc)
			break;
		pcs[n++] = pc;
	} while (n < depth && unw_step(&cursor) > 0);
	return n;
}

#endif
