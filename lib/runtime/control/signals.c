/* signals.c - the program's own SIGPROF and SIGTRAP, beside ours. */
#include "lib/runtime/control/signals.h"

#include "lib/runtime/signal/raw.h"
#include "lib/runtime/signal/thread.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PUBLIC __attribute__((visibility("default")))

typedef int sigaction_function(int, const struct sigaction *,
			       struct sigaction *);

typedef sighandler_t signal_function(int, sighandler_t);

static sigaction_function *real_sigaction;

/* What the program asked for, in one of two places: a handler that runs
 * meanwhile reads the whole of one or of the other. */
static struct program_action {
	int number;
	struct sigaction wanted[2];
	struct sigaction ours;
	atomic_uint now;
	atomic_bool taken;
	atomic_bool used; /* the program waits for it */
} actions[] = { { .number = SIGPROF }, { .number = SIGTRAP } };

/* NULL: a signal that we have no use for. */
static struct program_action *find_action(int number)
{
	size_t i;

	for (i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (actions[i].number == number)
			return &actions[i];
	return NULL;
}

static sigaction_function *real(void)
{
	if (!real_sigaction)
		real_sigaction =
			(sigaction_function *)dlsym(RTLD_NEXT, "sigaction");
	return real_sigaction;
}

bool signals_take(int number, const struct sigaction *action)
{
	struct program_action *program = find_action(number);
	struct sigaction before;

	if (!program || !real() || real_sigaction(number, action, &before))
		return false;
	program->ours = *action;
	if (!atomic_exchange(&program->taken, true))
		program->wanted[atomic_load(&program->now)] = before;
	return true;
}

bool signals_wanted(int number)
{
	struct program_action *program = find_action(number);

	return !atomic_load(&program->taken) || atomic_load(&program->used) ||
	       program->wanted[atomic_load(&program->now)].sa_handler !=
		       SIG_DFL;
}

void signals_use(int number)
{
	atomic_store(&find_action(number)->used, true);
}

/* A vfork's child is in its parent's memory, and has handlers of its own. */
static bool is_in_vfork(void)
{
	const struct rt_thread *t = thread_self();

	return t && t->tid != raw_tid();
}

/* Whether calls go on after the program's handler, and on which stack it runs,
 * is for the program to say. Our own signals interrupt none. */
static void follow_flags(const struct program_action *program,
			 const struct sigaction *wanted)
{
	const int theirs = SA_RESTART | SA_ONSTACK;
	struct sigaction ours = program->ours;

	if (wanted->sa_handler != SIG_DFL && wanted->sa_handler != SIG_IGN)
		ours.sa_flags &= wanted->sa_flags | ~theirs;
	(void)real_sigaction(program->number, &ours, NULL);
}

bool signals_flags(int number, unsigned long *flags)
{
	struct program_action *program = find_action(number);
	const struct sigaction *wanted;

	if (!program)
		return false;
	wanted = &program->wanted[atomic_load(&program->now)];
	*flags = (unsigned long)wanted->sa_flags;
	return wanted->sa_handler != SIG_DFL && wanted->sa_handler != SIG_IGN;
}

void signals_before_exec(bool fails)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		struct program_action *program = &actions[i];
		const struct sigaction *wanted =
			&program->wanted[atomic_load(&program->now)];

		if (!atomic_load(&program->taken) ||
		    wanted->sa_handler != SIG_IGN)
			continue;
		(void)real_sigaction(program->number,
				     fails ? &program->ours : wanted, NULL);
	}
}

PUBLIC int sigaction(int number, const struct sigaction *action,
		     struct sigaction *old)
{
	struct program_action *program = find_action(number);
	struct sigaction wanted; /* ACTION and OLD may be one */
	unsigned now;

	if (!real()) {
		errno = ENOSYS;
		return -1;
	}
	if (!program || !atomic_load(&program->taken) || is_in_vfork())
		return real_sigaction(number, action, old);
	now = atomic_load(&program->now);
	if (action)
		wanted = *action;
	if (old)
		*old = program->wanted[now];
	if (action) {
		program->wanted[!now] = wanted;
		atomic_store(&program->now, !now);
		follow_flags(program, &wanted);
	}
	return 0;
}

/* As glibc's, for one of our signals. */
static sighandler_t change(int number, sighandler_t handler, int flags)
{
	struct sigaction action, old;

	if (handler == SIG_ERR) {
		errno = EINVAL;
		return SIG_ERR;
	}
	memset(&action, 0, sizeof(action));
	action.sa_handler = handler;
	action.sa_flags = flags;
	sigemptyset(&action.sa_mask);
	if (!(flags & SA_NODEFER))
		sigaddset(&action.sa_mask, number);
	if (sigaction(number, &action, &old))
		return SIG_ERR;
	return old.sa_handler;
}

/* What else changes a signal's action: libc's do it behind our back (signal(2),
 * sysv_signal(3), bsd_signal(3), sigset(3)). What siginterrupt was told, libc
 * knows alone. */
#define STAND_IN(name, flags)                                                  \
	static signal_function *_Atomic real_##name;                           \
	sighandler_t name(int number, sighandler_t handler);                   \
                                                                               \
	__attribute__((constructor(101))) static void find_##name(void)        \
	{                                                                      \
		real_##name = (signal_function *)dlsym(RTLD_NEXT, #name);      \
	}                                                                      \
                                                                               \
	PUBLIC sighandler_t name(int number, sighandler_t handler)             \
	{                                                                      \
		if (find_action(number))                                       \
			return change(number, handler, flags);                 \
		if (!real_##name)                                              \
			find_##name();                                         \
		return real_##name(number, handler);                           \
	}

STAND_IN(signal, SA_RESTART)
STAND_IN(bsd_signal, SA_RESTART)
STAND_IN(ssignal, SA_RESTART)
STAND_IN(sysv_signal, SA_RESETHAND | SA_NODEFER)
STAND_IN(__sysv_signal, SA_RESETHAND | SA_NODEFER)

/* As sigset, for one of our signals. */
static sighandler_t set_held(int number, sighandler_t handler)
{
	bool hold = handler == SIG_HOLD;
	sigset_t set, before;
	sighandler_t old;

	sigemptyset(&set);
	sigaddset(&set, number);
	if (sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &set, &before))
		return SIG_ERR;
	if (hold) {
		struct sigaction action;

		if (sigaction(number, NULL, &action))
			return SIG_ERR;
		old = action.sa_handler;
	} else {
		old = change(number, handler, 0);
	}
	return old != SIG_ERR && sigismember(&before, number) ? SIG_HOLD : old;
}

typedef int ignore_function(int);
static ignore_function *_Atomic real_sigignore;
static signal_function *_Atomic real_sigset;

__attribute__((constructor(101))) static void find_old(void)
{
	real_sigset = (signal_function *)dlsym(RTLD_NEXT, "sigset");
	real_sigignore = (ignore_function *)dlsym(RTLD_NEXT, "sigignore");
}

PUBLIC sighandler_t sigset(int number, sighandler_t handler)
{
	if (find_action(number))
		return set_held(number, handler);
	if (!real_sigset)
		find_old();
	return real_sigset(number, handler);
}

PUBLIC int sigignore(int number)
{
	if (find_action(number))
		return change(number, SIG_IGN, 0) == SIG_ERR ? -1 : 0;
	if (!real_sigignore)
		find_old();
	return real_sigignore(number);
}

/* The default of both is to end the process, and a program that arms an
 * interval timer without a handler, or runs into a breakpoint, gets that. */
static void die_by(int number)
{
	struct sigaction action;
	sigset_t set;

	memset(&action, 0, sizeof(action));
	action.sa_handler = SIG_DFL;
	real_sigaction(number, &action, NULL);
	sigemptyset(&set);
	sigaddset(&set, number);
	(void)syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, &set, NULL, NSIG / 8);
	(void)syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), number);
}

void signals_deliver(int number, siginfo_t *info, void *context)
{
	struct program_action *program = find_action(number);
	unsigned now = atomic_load(&program->now);
	struct sigaction action = program->wanted[now];
	sigset_t mask, before;

	/* The kernel lets nobody ignore a trap that an instruction raised. */
	if (action.sa_handler == SIG_IGN &&
	    (number != SIGTRAP || info->si_code <= 0))
		return;
	if (action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN) {
		die_by(number);
		return;
	}
	/* Ours runs with all signals blocked; the program's as it asked. */
	mask = ((ucontext_t *)context)->uc_sigmask;
	sigorset(&mask, &mask, &action.sa_mask);
	if (!(action.sa_flags & SA_NODEFER))
		sigaddset(&mask, number);
	(void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, &before,
		      NSIG / 8);
	if (action.sa_flags & SA_RESETHAND)
		program->wanted[now].sa_handler = SIG_DFL;
	if (action.sa_flags & SA_SIGINFO)
		action.sa_sigaction(number, info, context);
	else
		action.sa_handler(number);
	(void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, NSIG / 8);
}
