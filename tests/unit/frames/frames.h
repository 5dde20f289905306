/* frames.h - functions with frames of all kinds, to be stepped through.
 *
 * Compiled with -O2 and without frame pointers, whatever the variant.
 */
#ifndef PROF_TESTS_FRAMES_H
#define PROF_TESTS_FRAMES_H

/* Each calls the next kind of frame and comes back. */
int frames_plain(int n);     /* registers saved and restored */
int frames_alloca(int n);    /* a frame pointer, for want of a fixed size */
int frames_aligned(int n);   /* a stack realigned to 64 bytes */
int frames_noreturn(int n);  /* a call that is the last instruction */
int frames_library(int n);   /* through libc and back by a callback; PLT, lazily
				bound */
int frames_signal(int n);    /* a handler, and what it interrupts */
int frames_vdso(int n);	     /* clock_gettime */
int frames_assembler(int n); /* hand-written, with what CFI can say */
int frames_without_cfi(int n); /* hand-written, with a frame pointer only */
int frames_thrown(int n);      /* longjmp */

/* Raise SIGUSR1 in the same inner function, on the same stack addresses: called
 * by one or by two; or, for some N, by a frame that begins somewhere else. */
int frames_by_one(int n);
int frames_by_two(int n);
int frames_dynamic(int n);
int frames_padded(int n);

/* Raise SIGTRAP after each instruction from here on. A handler of another
 * signal begins without that. */
void frames_step_on(void);

#endif
