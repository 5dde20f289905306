/* jumps.c - longjmp and exceptions: where functions are left without an exit.
 *
 * Stands in front of the functions that leave frames, only to tell the tracer
 * how far the stack has been left; then lets them do their work. Without this
 * the shadow stack would find out at the next event that lies above the frames
 * left; with it, at once.
 */
#include "lib/runtime/signal/tracer.h"

#include <dlfcn.h>
#include <setjmp.h>

#define PUBLIC __attribute__((visibility("default")))

/* The stack pointer that a jmp_buf restores. glibc keeps it in word 6, xored
 * with the thread's pointer guard and rotated left by 17 bits
 * (sysdeps/x86_64/jmpbuf-offsets.h and pointer_guard.h: part of its ABI, as
 * debuggers and sanitizers rely on it). 0: not known here. */
static uintptr_t target_sp(const struct __jmp_buf_tag *env)
{
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__ILP32__)
	uintptr_t value = (uintptr_t)env->__jmpbuf[6], guard;

	__asm__("mov %%fs:0x30, %0" : "=r"(guard));
	value = value >> 17 | value << 47;
	return value ^ guard;
#else
	(void)env;
	return 0;
#endif
}

typedef void jump_function(struct __jmp_buf_tag[1], int);

static __attribute__((noreturn)) void jump(const char *name,
					   jump_function *_Atomic *real,
					   struct __jmp_buf_tag env[1],
					   int value)
{
	if (!*real)
		*real = (jump_function *)dlsym(RTLD_NEXT, name);
	tracer_left(target_sp(env));
	(*real)(env, value);
	__builtin_unreachable();
}

void __longjmp_chk(struct __jmp_buf_tag env[1], int value)
	__attribute__((noreturn));

#define STAND_IN(name)                                                         \
	PUBLIC void name(struct __jmp_buf_tag env[1], int value)               \
	{                                                                      \
		static jump_function *_Atomic real;                            \
                                                                               \
		jump(#name, &real, env, value);                                \
	}

STAND_IN(longjmp)
STAND_IN(_longjmp)
STAND_IN(siglongjmp)
STAND_IN(__longjmp_chk)

/* A handler has been entered: what lies below its function's frame is gone.
 * g++ calls the exit hooks on the way; clang++ does not. */
typedef void *catch_function(void *);

void *__cxa_begin_catch(void *exception);

PUBLIC void *__cxa_begin_catch(void *exception)
{
	static catch_function *_Atomic real;

	if (!real)
		real = (catch_function *)dlsym(RTLD_NEXT, "__cxa_begin_catch");
	tracer_left((uintptr_t)__builtin_dwarf_cfa());
	return real ? real(exception) : NULL;
}
