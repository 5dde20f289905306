#include "tests/unit/frames/frames.h"

#include <alloca.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NOINLINE __attribute__((noinline))

static volatile int sink;

static NOINLINE int mix(int a, int b, int c, int d, int e, int f, int g, int h)
{
	sink += a;
	return a ^ (b + c * d) ^ (e - f) ^ (g | h);
}

NOINLINE int frames_plain(int n)
{
	int a = n, b = n * 3, c = n ^ 5, d = n + 7, e = n * n, f = -n;

	while (n-- > 0) {
		a += mix(b, c, d, e, f, a, n, 1);
		b ^= mix(a, c, e, d, f, b, n, 2);
		c += mix(f, e, d, c, b, a, n, 3);
		d -= mix(a, b, c, f, e, d, n, 4);
	}
	return a + b + c + d + e + f;
}

NOINLINE int frames_alloca(int n)
{
	char *room = alloca((size_t)n * 24 + 1);
	int vla[n + 1], i;

	for (i = 0; i <= n; i++)
		vla[i] = frames_plain(1) + i;
	memset(room, n, (size_t)n * 24 + 1);
	return vla[n] + room[n];
}

NOINLINE int frames_aligned(int n)
{
	_Alignas(64) volatile int room[32];
	volatile char *more = alloca((size_t)n + 64);

	room[n & 31] = frames_plain(1);
	more[n] = 1;
	return room[n & 31] + more[n];
}

static jmp_buf way_out;

static __attribute__((noreturn, noinline)) void leave(int n)
{
	sink += n;
	longjmp(way_out, n);
}

/* What follows the last call is another function. */
static __attribute__((noreturn, noinline)) void leave_from(int n)
{
	sink += frames_plain(1);
	leave(n);
}

NOINLINE int frames_noreturn(int n)
{
	int got = setjmp(way_out);

	if (!got)
		leave_from(n);
	return got;
}

NOINLINE int frames_thrown(int n)
{
	return frames_noreturn(n) + 1;
}

static NOINLINE int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

NOINLINE int frames_library(int n)
{
	int numbers[] = { 5, n, 2, 8, 1 };
	char text[64];

	qsort(numbers, 5, sizeof(*numbers), compare);
	snprintf(text, sizeof(text), "%d %.3f", numbers[0],
		 tgamma((double)n + 0.5));
	return (int)strlen(text);
}

static NOINLINE void on_signal(int number)
{
	frames_step_on();
	sink += number + frames_plain(1);
}

NOINLINE int frames_signal(int n)
{
	struct sigaction action = { .sa_handler = on_signal }, before;

	sigaction(SIGUSR2, &action, &before);
	raise(SIGUSR2);
	frames_step_on();
	sigaction(SIGUSR2, &before, NULL);
	return n;
}

NOINLINE int frames_vdso(int n)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return n + (int)ts.tv_nsec;
}

void frames_asm_raise(int number);

static NOINLINE int inner(int n)
{
	frames_asm_raise(SIGUSR1);
	return n + sink;
}

NOINLINE int frames_by_one(int n)
{
	return inner(n) + 1;
}

NOINLINE int frames_by_two(int n)
{
	return inner(n) + 2;
}

NOINLINE int frames_dynamic(int n)
{
	volatile char *room = alloca((size_t)n);

	room[0] = (char)n;
	return inner(n) + room[0];
}

NOINLINE int frames_padded(int n)
{
	volatile char room[200];

	room[n & 127] = (char)n;
	return frames_dynamic(16) + room[n & 127];
}

int frames_asm_cfa(int n);
int frames_asm_register(int n);
int frames_asm_bare(int n);
int frames_asm_framed(int n);

NOINLINE int frames_assembler(int n)
{
	return frames_asm_cfa(n) + frames_asm_register(n);
}

NOINLINE int frames_without_cfi(int n)
{
	return frames_asm_bare(n) + frames_asm_framed(n);
}
