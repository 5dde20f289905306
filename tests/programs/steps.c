/* steps.c - a traced handler at each instruction of the hooks.
 *
 * steps call|beside|deep|jump|fork|new|grow N STRIDE: a call of `path` is gone
 * through by single steps, time and again: each time one instruction further
 * (STRIDE, from N on) in libprof's own code a handler comes. It calls traced
 * functions; or 300 levels of them; or jumps out, over an alloca; or it forks,
 * and returns in the child as well, which then calls more; with "new" in a call
 * that was not made before, a region, and swapcontext. "grow" has it come once,
 * at instruction N, and recur so deeply that the shadow stack grows, which it
 * does once a process. Prints how often the handler came, and what a child's
 * wait status was, if not 0.
 */
#include <prof.h>

#include <alloca.h>
#include <dlfcn.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define QUIET  __attribute__((no_instrument_function))
#define CALLED __attribute__((noinline))

#if defined(__x86_64__)

enum {
	TRAP_FLAG = 0x100,
	DEEP = 300,
	GROWN = 70000,
	AGAIN = 100,
	MOST = 10000
};

void __cyg_profile_func_enter(void *function, void *site) __attribute__((weak));
void __cyg_profile_func_exit(void *function, void *site) __attribute__((weak));
void __sanitizer_cov_trace_pc(void) __attribute__((weak));

static sigjmp_buf back;
static ucontext_t thread, coroutine;
static uintptr_t libprof, came_at; /* its first byte; where the handler came */
static volatile int sink, came, skipped, wanted;
static volatile bool is_child;
static char kind;

static CALLED void first(void)
{
	sink++;
}

static CALLED void second(void)
{
	sink++;
}

/* Recursion is folded: the shadow stack grows all the same. */
static CALLED int down(int levels)
{
	return levels ? down(levels - 1) + 1 : 0;
}

static CALLED void handler(void)
{
	if (kind != 'b')
		second();
	if (kind == 'd' || kind == 'g')
		sink += down(kind == 'd' ? DEEP : GROWN);
	if ((kind == 'f' || kind == 'n') && !fork())
		is_child = true;
	if (kind == 'j')
		siglongjmp(back, 1);
	sink++;
}

/* From one place, or each would have contexts of its own. */
QUIET static __attribute__((noinline)) void call_handler(void)
{
	handler();
	__asm__ volatile(""); /* nothing is called last */
}

enum { NOTHING, BOTH, HANDLER };

static CALLED void shared(int what)
{
	if (what == BOTH) {
		first();
		second();
	}
	if (what == HANDLER)
		call_handler();
	sink++;
}

static CALLED void path(int what)
{
	shared(what);
	sink++;
}

/* Has `shared` as well. */
static CALLED void other(int what)
{
	shared(what);
	sink++;
}

QUIET static __attribute__((noinline)) void go_path(int what)
{
	path(what);
	__asm__ volatile("");
}

QUIET static __attribute__((noinline)) void go_other(int what)
{
	other(what);
	__asm__ volatile("");
}

QUIET static bool in_libprof(uintptr_t pc)
{
	Dl_info info;

	if (!libprof &&
	    dladdr((void *)(uintptr_t)&__cyg_profile_func_enter, &info))
		libprof = (uintptr_t)info.dli_fbase;
	return pc >= libprof && pc < libprof + 0x100000 &&
	       dladdr((void *)pc, &info) &&
	       (uintptr_t)info.dli_fbase == libprof;
}

QUIET static void on_step(int number, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)number;
	(void)info;
	if (!in_libprof((uintptr_t)uc->uc_mcontext.gregs[REG_RIP]) ||
	    skipped++ != wanted)
		return;
	came++;
	came_at = (uintptr_t)uc->uc_mcontext.gregs[REG_RIP];
	uc->uc_mcontext.gregs[REG_EFL] &= ~TRAP_FLAG;
	call_handler();
}

QUIET static __attribute__((noinline)) void set_trap(void)
{
	__asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq" ::
				 : "memory", "cc");
}

QUIET static __attribute__((noinline)) void clear_trap(void)
{
	__asm__ volatile("pushfq; andq $~0x100, (%%rsp); popfq" ::
				 : "memory", "cc");
}

/* Ends where the handler jumps to. */
static CALLED void jumped_to(unsigned size)
{
	char *p = alloca(size);

	__asm__ volatile("" : : "r"(p) : "memory");
	if (!sigsetjmp(back, 1)) {
		set_trap();
		path(BOTH);
	}
	clear_trap();
}

QUIET static void come_back(void)
{
	for (;;)
		swapcontext(&coroutine, &thread);
}

QUIET static void make_coroutine(void)
{
	static char stack[64 * 1024];

	getcontext(&coroutine);
	coroutine.uc_stack.ss_sp = stack;
	coroutine.uc_stack.ss_size = sizeof(stack);
	makecontext(&coroutine, come_back, 0);
}

/* A call of a function that has not been called before, a region, a block that
 * is counted, and there and back again. */
QUIET static __attribute__((noinline)) void call_new(void)
{
	static char functions[MOST], name[16] = "new";
	static unsigned count;
	void *function = &functions[count++ % MOST];
	int i;

	for (i = 0; i < 4; i++)
		name[3 + i] = (char)('a' + (count >> (4 * i) & 15));
	set_trap();
	__cyg_profile_func_enter(function, function);
	prof_region_begin(name);
	__sanitizer_cov_trace_pc();
	prof_region_end();
	swapcontext(&thread, &coroutine);
	__cyg_profile_func_exit(function, function);
	clear_trap();
}

/* From one place, too. */
QUIET static __attribute__((noinline)) void go(void)
{
	if (kind == 'j') {
		jumped_to(4096);
	} else if (kind == 'n') {
		call_new();
	} else {
		set_trap();
		go_path(BOTH);
		clear_trap();
	}
	__asm__ volatile(""); /* nothing is called last */
}

QUIET static void wait_for_child(void)
{
	int status = 0, i;

	if (is_child) {
		for (i = 0; i < 3; i++)
			go_path(BOTH);
		_exit(0);
	}
	if ((kind == 'f' || kind == 'n') && wait(&status) > 0 && status)
		printf("step %d, +0x%lx: child's status %x\n", wanted,
		       (unsigned long)(came_at - libprof), status);
}

QUIET int main(int argc, char **argv)
{
	struct sigaction action = { .sa_sigaction = on_step,
				    .sa_flags = SA_SIGINFO };
	int before, i, stride = argc > 3 ? atoi(argv[3]) : 1;

	if (argc < 2 || !&__cyg_profile_func_enter)
		return 2;
	make_coroutine();
	kind = argv[1][0];
	sigaction(SIGTRAP, &action, NULL);
	setvbuf(stdout, NULL, _IONBF, 0);
	for (i = 0; i < 2; i++) {
		go_other(NOTHING);
		go_path(BOTH);
	}
	if (kind == 'b') {
		go_path(HANDLER);
		go_other(BOTH);
	}
	/* What comes first is another matter: it is not of the hooks alone. */
	wanted = -1;
	go();
	wanted = argc > 2 ? atoi(argv[2]) : 0;
	do {
		before = came;
		skipped = 0;
		go();
		wait_for_child();
		wanted += stride;
	} while (came > before && kind != 'g');
	for (i = 0; i < AGAIN; i++)
		go_path(BOTH);
	printf("came %d pid %d\n", came, (int)getpid());
	return 0;
}

#else

int main(void)
{
	return 77;
}

#endif
