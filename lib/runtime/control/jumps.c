/* jumps.c - longjmp and exceptions: where functions are left without an exit.
 * And setjmp, where longjmp leads to.
 *
 * Stands in front of the functions that leave frames, only to tell the tracer
 * how far the stack has been left; then lets them do their work. Without this
 * the shadow stack would find out at the next event that lies above the frames
 * left; with it, at once.
 */
#include "lib/runtime/signal/tracer.h"

#include <dlfcn.h>
#include <errno.h>
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
	tracer_left(env, target_sp(env));
	(*real)(env, value);
	__builtin_unreachable();
}

void __longjmp_chk(struct __jmp_buf_tag env[1], int value)
	__attribute__((noreturn));

/* Found at the start, as dlsym forgets what dlerror would have told; or later,
 * where a constructor before ours calls. */
#define STAND_IN(name)                                                         \
	static jump_function *_Atomic real_##name;                             \
	__attribute__((constructor(101))) static void find_##name(void)        \
	{                                                                      \
		real_##name = (jump_function *)dlsym(RTLD_NEXT, #name);        \
	}                                                                      \
                                                                               \
	PUBLIC void name(struct __jmp_buf_tag env[1], int value)               \
	{                                                                      \
		jump(#name, &real_##name, env, value);                         \
	}

STAND_IN(longjmp)
STAND_IN(_longjmp)
STAND_IN(siglongjmp)
STAND_IN(__longjmp_chk)

#if defined(__x86_64__) && !defined(__ILP32__)
/* setjmp must find the stack as its caller left it, for it returns there twice.
 * So this is no function: it tells of ENV, and goes on to libc's own with all
 * that it was called with. */
#define STAND_BEFORE(name, number)                                             \
	__asm__(".text\n"                                                      \
		".globl " name "\n"                                            \
		".type " name ", @function\n"                                  \
		".p2align 4\n" name ":\n"                                      \
		".cfi_startproc\n"                                             \
		"endbr64\n"                                                    \
		"pushq %rdi\n"                                                 \
		".cfi_adjust_cfa_offset 8\n"                                   \
		"pushq %rsi\n"                                                 \
		".cfi_adjust_cfa_offset 8\n"                                   \
		"subq $8, %rsp\n"                                              \
		".cfi_adjust_cfa_offset 8\n"                                   \
		"leaq 32(%rsp), %rsi\n" /* as it will be again */              \
		"movl $" #number ", %edx\n"                                    \
		"call jumps_before_setjmp\n"                                   \
		"addq $8, %rsp\n"                                              \
		".cfi_adjust_cfa_offset -8\n"                                  \
		"popq %rsi\n"                                                  \
		".cfi_adjust_cfa_offset -8\n"                                  \
		"popq %rdi\n"                                                  \
		".cfi_adjust_cfa_offset -8\n"                                  \
		"jmpq *%rax\n"                                                 \
		".cfi_endproc\n"                                               \
		".size " name ", . - " name "\n")

STAND_BEFORE("setjmp", 0);
STAND_BEFORE("_setjmp", 1);
STAND_BEFORE("__sigsetjmp", 2);

static void *_Atomic real_setjmp[3];

__attribute__((constructor(101))) static void find_setjmp(void)
{
	static const char *const names[] = { "setjmp", "_setjmp",
					     "__sigsetjmp" };

	for (int i = 0; i < 3; i++)
		real_setjmp[i] = dlsym(RTLD_NEXT, names[i]);
}

/* Called by these alone: the function to go on to. */
void *jumps_before_setjmp(const struct __jmp_buf_tag *env, uintptr_t sp,
			  unsigned number) RT_HIDDEN;

__attribute__((used)) void *jumps_before_setjmp(const struct __jmp_buf_tag *env,
						uintptr_t sp, unsigned number)
{
	if (!real_setjmp[number]) {
		int saved_errno = errno;

		find_setjmp();
		errno = saved_errno;
	}
	tracer_mark(env, sp);
	return real_setjmp[number];
}
#endif

/* A handler has been entered: what lies below its function's frame is gone.
 * g++ calls the exit hooks on the way; clang++ does not. */
typedef void *catch_function(void *);

void *__cxa_begin_catch(void *exception);

/* The one that the object with CALLER in it would find: a program that is not
 * of C++ has none, and its plugins may each have their own. */
static catch_function *find_catch(const void *caller)
{
	catch_function *found = NULL;
	int saved_errno = errno;
	void *object = NULL;
	Dl_info info;

	if (dladdr(caller, &info))
		object = dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
	if (object) {
		found = (catch_function *)dlsym(object, "__cxa_begin_catch");
		(void)dlclose(object);
	}
	errno = saved_errno;
	return found;
}

static catch_function *_Atomic global_catch;

PUBLIC void *__cxa_begin_catch(void *exception)
{
	catch_function *real = global_catch;

	if (!real) {
		real = (catch_function *)dlsym(RTLD_NEXT, "__cxa_begin_catch");
		global_catch = real;
	}
	if (!real)
		real = find_catch(__builtin_return_address(0));
	tracer_left(NULL, (uintptr_t)__builtin_dwarf_cfa());
	return real ? real(exception) : NULL;
}
