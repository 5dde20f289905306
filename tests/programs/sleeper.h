/* sleeper.h - a function with a stack of its own, that sleeps in its middle. */
#ifndef PROF_TESTS_SLEEPER_H
#define PROF_TESTS_SLEEPER_H

#include "tests/programs/work.h"

#include <ucontext.h>

static ucontext_t sleeper_outside, sleeper_inside;

/* In the function: go on in MEANWHILE; return when that has. */
static inline QUIET void sleeper_sleep(void)
{
	swapcontext(&sleeper_inside, &sleeper_outside);
}

/* Run FUNCTION, which sleeps once, and MEANWHILE while it does. */
static inline QUIET void sleeper_run(void (*function)(void),
				     void (*meanwhile)(void))
{
	static char stack[256 * 1024];

	getcontext(&sleeper_inside);
	sleeper_inside.uc_stack.ss_sp = stack;
	sleeper_inside.uc_stack.ss_size = sizeof(stack);
	sleeper_inside.uc_link = &sleeper_outside;
	makecontext(&sleeper_inside, function, 0);
	swapcontext(&sleeper_outside, &sleeper_inside);
	meanwhile();
	swapcontext(&sleeper_outside, &sleeper_inside);
}

#endif
