/* memory.c - memcpy, memset and memcmp of our own.
 *
 * Calls of these are the compiler's as much as ours, and libc's may be stood in
 * front of by anything in the process: by ThreadSanitizer's runtime, which
 * takes what a handler copies for a data race, as it does not see the order
 * that it happens in. Hidden, they serve this library and nobody else, and
 * nothing is called from a handler that another library has. (Unit tests of
 * this code that are built with AddressSanitizer have its checks instead.)
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if !defined(__SANITIZE_ADDRESS__)

#define HIDDEN __attribute__((visibility("hidden")))

/* Keeps a loop from becoming a call of what it is in. */
#define STAY_A_LOOP() __asm__ volatile("" : : : "memory")

HIDDEN void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	void *start = to;

#ifdef __x86_64__
	__asm__ volatile("rep movsb"
			 : "+D"(to), "+S"(from), "+c"(size)
			 :
			 : "memory");
#else
	for (size_t i = 0; i < size; i++) {
		((unsigned char *)to)[i] = ((const unsigned char *)from)[i];
		STAY_A_LOOP();
	}
#endif
	return start;
}

HIDDEN void *memset(void *to, int byte, size_t size)
{
	void *start = to;

#ifdef __x86_64__
	__asm__ volatile("rep stosb"
			 : "+D"(to), "+c"(size)
			 : "a"(byte)
			 : "memory");
#else
	for (size_t i = 0; i < size; i++) {
		((unsigned char *)to)[i] = (unsigned char)byte;
		STAY_A_LOOP();
	}
#endif
	return start;
}

HIDDEN int memcmp(const void *a, const void *b, size_t size)
{
	const unsigned char *x = a, *y = b;

	for (size_t i = 0; i < size; i++) {
		STAY_A_LOOP();
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	}
	return 0;
}

#endif
