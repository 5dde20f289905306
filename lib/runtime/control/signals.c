/* signals.c - the program's own SIGPROF, beside ours. */
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
static struct sigaction wanted[2];
static atomic_uint wanted_now;
static atomic_bool taken;

static sigaction_function *real(void)
{
	if (!real_sigaction)
		real_sigaction =
			(sigaction_function *)dlsym(RTLD_NEXT, "sigaction");
	return real_sigaction;
}

bool signals_take_sigprof(const struct sigaction *action)
{
	struct sigaction before;

	if (!real() || real_sigaction(SIGPROF, action, &before))
		return false;
	if (!atomic_exchange(&taken, true))
		wanted[atomic_load(&wanted_now)] = before;
	return true;
}

PUBLIC int sigaction(int number, const struct sigaction *action,
		     struct sigaction *old)
{
	unsigned now;

	if (!real()) {
		errno = ENOSYS;
		return -1;
	}
	if (number != SIGPROF || !atomic_load(&taken))
		return real_sigaction(number, action, old);
	now = atomic_load(&wanted_now);
	if (old)
		*old = wanted[now];
	if (action) {
		wanted[!now] = *action;
		atomic_store(&wanted_now, !now);
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

/* The default of SIGPROF is to end the process, and a program that arms an
 * interval timer without a handler gets that. */
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
	struct sigaction action = wanted[atomic_load(&wanted_now)];
	sigset_t mask, before;

	if (action.sa_handler == SIG_IGN)
		return;
	if (action.sa_handler == SIG_DFL) {
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
		wanted[atomic_load(&wanted_now)].sa_handler = SIG_DFL;
	if (action.sa_flags & SA_SIGINFO)
		action.sa_sigaction(number, info, context);
	else
		action.sa_handler(number);
	(void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, NSIG / 8);
}
