/* rt_unwind_test.c - the stack at each single instruction of frames of all
 * kinds, compared with what libunwind finds there. */
#include "lib/runtime/control/loader.h"
#include "lib/runtime/control/ownstack.h"
#include "lib/runtime/signal/modules.h"
#include "lib/runtime/signal/raw.h"
#include "lib/runtime/signal/rows.h"
#include "lib/runtime/signal/thread.h"
#include "lib/runtime/signal/unwind.h"
#include "tests/tap.h"
#include "tests/unit/frames/frames.h"
#include "tests/unw_step.h"

#if RT_CFI

#include <dlfcn.h>
#include <link.h>
#include <signal.h>
#include <stdlib.h>
#include <ucontext.h>

enum { DEPTH = 64, TRAP_FLAG = 0x100 };

/* MEMO goes on from instruction to instruction; FRESH remembers nothing. */
static struct rt_thread *memo, *fresh;
static size_t steps, differences, incomplete, reused, guesses;
static bool stepping;

/* The frames that all stacks end with: of main, and what called it. */
static uintptr_t outer_pcs[DEPTH];
static size_t outer_count;
static size_t given_up; /* stacks that libunwind does not bring to the end */

/* Without libunwind, which knows no more than we of code that says nothing. */
static bool alone;

static struct rt_thread *make_thread(void)
{
	struct rt_thread *t =
		raw_map_private(sizeof(*t) + 64 + unwind_scratch_size());

	t->scratch = (char *)t + ((sizeof(*t) + 63) & ~(size_t)63);
	ownstack_find(t);
	return t;
}

static void tell(const struct unwind_stack *s, const uintptr_t *pcs, size_t n)
{
	size_t i;

	if (++differences > 3)
		return;
	printf("# ours, cut by %d; libunwind's\n", s->cut);
	for (i = 0; i < s->count || i < n; i++)
		printf("#   %14lx %14lx\n",
		       i < s->count ? (unsigned long)s->frame[i].pc : 0,
		       i < n ? (unsigned long)pcs[i] : 0);
}

static bool ends_right(const struct unwind_stack *s)
{
	size_t i;

	for (i = 1; i <= outer_count; i++)
		if (i > s->count ||
		    s->frame[s->count - i].pc != outer_pcs[outer_count - i])
			return false;
	return true;
}

static bool is_same(const struct unwind_stack *s, const uintptr_t *pcs,
		    size_t n)
{
	size_t i;

	if (s->count != n)
		return false;
	for (i = 0; i < n; i++)
		if (s->frame[i].pc != pcs[i])
			return false;
	return true;
}

static void look(ucontext_t *uc)
{
	uintptr_t pcs[DEPTH];
	struct unwind_stack a, b;
	size_t i, n;

	steps++;
	unwind_forget(fresh);
	unwind_stack(fresh, uc, &b);
	n = b.count;
	for (i = 0; i < n; i++)
		pcs[i] = b.frame[i].pc;
	unwind_stack(memo, uc, &a);
	reused += a.known < a.count;
	guesses += a.guessed;
	if (!is_same(&a, pcs, n))
		tell(&a, pcs, n);
	/* As the sampler does. */
	for (i = 0; i < a.count; i++)
		a.frame[i].node = 1;
	incomplete += a.cut != ARENA_CUT_COUNT || !ends_right(&a);
	if (alone)
		return;
	n = unw_step_all(uc, pcs, DEPTH);
	if (pcs[n - 1] != outer_pcs[outer_count - 1])
		given_up++;
	else if (!is_same(&a, pcs, n))
		tell(&a, pcs, n);
}

/* The caller of step_through's caller, and so on. */
static void note_outer(void)
{
	unw_context_t context;
	unw_cursor_t cursor;
	unw_word_t pc;
	int skip = 2;

	unw_getcontext(&context);
	unw_init_local(&cursor, &context);
	outer_count = 0;
	while (unw_step(&cursor) > 0) {
		unw_get_reg(&cursor, UNW_REG_IP, &pc);
		if (pc && --skip < 0)
			outer_pcs[outer_count++] = pc;
	}
}

static void on_trap(int number, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	(void)number;
	(void)info;
	if (stepping)
		look(uc);
	else
		uc->uc_mcontext.gregs[REG_EFL] &= ~TRAP_FLAG;
}

static void step_through(int (*function)(int), int n, const char *name)
{
	char text[128];

	note_outer();
	steps = differences = incomplete = reused = guesses = given_up = 0;
	stepping = true;
	frames_step_on();
	(void)function(n);
	stepping = false;
	__asm__ volatile("nop");
	printf("# %s: %zu instructions\n", name, steps);
	snprintf(text, sizeof(text), "%s: each instruction is stepped through",
		 name);
	OK(steps > 5, text);
	snprintf(text, sizeof(text), "%s: the stack is the same at each", name);
	IS_U64(differences, 0, text);
	snprintf(text, sizeof(text), "%s: and complete", name);
	IS_U64(incomplete, 0, text);
	if (alone) {
		snprintf(text, sizeof(text), "%s: by a guess", name);
		OK(guesses > 5, text);
		return;
	}
	snprintf(text, sizeof(text), "%s: libunwind reaches main as well",
		 name);
	OK(given_up <= steps / 20, text);
	snprintf(text, sizeof(text),
		 "%s: most of it is not walked again, and nothing guessed",
		 name);
	OK(reused > steps * 3 / 4 && !guesses, text);
}

static void on_usr1(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	look(context);
}

/* What differs between two samples is out of sight of the innermost frames. */
static void memory_is_checked(void)
{
	struct sigaction action = { .sa_sigaction = on_usr1,
				    .sa_flags = SA_SIGINFO };
	int n;

	sigaction(SIGUSR1, &action, NULL);
	steps = differences = reused = 0;
	for (n = 0; n < 10; n++) {
		(void)frames_by_one(n);
		(void)frames_by_two(n);
		(void)frames_by_two(n);
	}
	IS_U64(differences, 0, "another caller of the same frame is seen");
	OK(reused > 25, "and what is the same is not walked again");
	differences = 0;
	for (n = 16; n < 800; n += 8) {
		(void)frames_padded(n);
		(void)frames_dynamic(n);
	}
	IS_U64(differences, 0, "so is a frame that begins somewhere else");
}

static bool stays(struct rows *rows, uintptr_t pc)
{
	const struct row_module *m = rows_code(rows, pc);

	return m && m->stays;
}

static void modules_that_stay(void)
{
	static struct rows rows;
	/* Of libc's, but linked with nothing here. */
	void *handle = dlopen("libthread_db.so.1", RTLD_LAZY);
	void *late = handle ? dlsym(handle, "td_init") : NULL;
	struct module_image image;

	(void)rows_begin(&rows);
	OK(stays(&rows, (uintptr_t)modules_that_stay), "the program stays");
	OK(stays(&rows, _r_debug.r_brk), "the loader stays");
	OK(modules_find((uintptr_t)dlsym(RTLD_NEXT, "getpid"), &image) &&
		   stays(&rows, (uintptr_t)dlsym(RTLD_NEXT, "getpid")),
	   "libc stays");
	OK(!rows_code(&rows, (uintptr_t)&rows), "data are no code");
	if (late && modules_find((uintptr_t)late, &image) &&
	    strstr(image.name, "thread_db"))
		OK(!stays(&rows, (uintptr_t)late),
		   "what is loaded later may go");
}

int main(void)
{
	struct sigaction action = { .sa_sigaction = on_trap,
				    .sa_flags = SA_SIGINFO };

	rt.config.depth = DEPTH;
	/* Its caches mistake an address after a call for what begins there. */
	unw_set_caching_policy(unw_local_addr_space, UNW_CACHE_NONE);
	loader_prepare();
	memo = make_thread();
	fresh = make_thread();
	sigaction(SIGTRAP, &action, NULL);
	step_through(frames_plain, 2, "registers saved");
	step_through(frames_alloca, 3, "alloca");
	step_through(frames_aligned, 3, "a realigned stack");
	step_through(frames_noreturn, 3, "a call at the end");
	step_through(frames_thrown, 3, "longjmp");
	step_through(frames_library, 3, "libc, PLT and loader");
	step_through(frames_signal, 3, "a signal handler");
	step_through(frames_vdso, 3, "the vdso");
	step_through(frames_assembler, 3, "assembler with CFI");
	memory_is_checked();
	modules_that_stay();
	alone = true;
	step_through(frames_without_cfi, 3, "assembler without CFI");
	return tap_done();
}
#else
int main(void)
{
	printf("1..0 # SKIP libunwind walks here\n");
	return 0;
}
#endif
