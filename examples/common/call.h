/* call.h - calls that stay calls.
 *
 * The examples have a known number of calls, so the compiler must neither
 * inline, clone, merge nor remove them, nor turn recursion into a loop.
 */
#ifndef EXAMPLES_COMMON_CALL_H
#define EXAMPLES_COMMON_CALL_H

/* Before a function whose calls are counted. */
#if defined(__has_attribute) && __has_attribute(noipa)
#define REAL_CALL __attribute__((noinline, noipa))
#else
#define REAL_CALL __attribute__((noinline))
#endif

/* In the body of such a function, where the compiler would else find that it
 * has no effect and remove or merge calls (clang lacks noipa); and after a
 * function's last call, which would else become a jump, so that the function
 * would be missing from the stack while its callee runs. */
#define REAL_FRAME() __asm__ volatile("")

/* VARIABLE, an integer or a pointer, has a value that the compiler knows
 * nothing of. After a recursive call it keeps the compiler from collecting the
 * results in an accumulator, which would make the recursion a loop. */
#define UNKNOWN(variable) __asm__ volatile("" : "+r"(variable))

/* Small functions in headers: no part of a profile. */
#define HELPER static inline __attribute__((no_instrument_function, unused))

#endif
