/* signals.c - the program's own SIGPROF and SIGTRAP, beside ours. */
#include "lib/runtime/control/signals.h"

#include "lib/runtime/signal/rt.h"

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

static sigaction_function *real_sigaction;

/* What the program asked for, in one of two places: a handler that runs
 * meanwhile reads the whole of one or of the other. */
static struct program_action {
	int number;
	struct sigaction wanted[2];
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

PUBLIC int sigaction(int number, const struct sigaction *action,
		     struct sigaction *old)
{
	struct program_action *program = find_action(number);
	unsigned now;

	if (!real()) {
		errno = ENOSYS;
		return -1;
	}
	if (!program || !atomic_load(&program->taken))
		return real_sigaction(number, action, old);
	now = atomic_load(&program->now);
	if (old)
		*old = program->wanted[now];
	if (action) {
		program->wanted[!now] = *action;
		atomic_store(&program->now, !now);
	}
	return 0;
}

/* As glibc's: BSD semantics, SA_RESTART (signal(7)). */
PUBLIC sighandler_t signal(int number, sighandler_t handler)
{
	struct sigaction action, old;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handler;
	action.sa_flags = SA_RESTART;
	sigemptyset(&action.sa_mask);
	sigaddset(&action.sa_mask, number);
	if (handler == SIG_ERR || number < 1 || number >= NSIG) {
		errno = EINVAL;
		return SIG_ERR;
	}
	if (sigaction(number, &action, &old))
		return SIG_ERR;
	return old.sa_handler;
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
