#include "lib/runtime/control/fork.h"

#include "lib/runtime/control/threads.h"
#include "lib/runtime/signal/raw.h"

#include <pthread.h>
#include <signal.h>

/* One fork at a time holds it: atfork handlers run under libc's lock. */
static sigset_t before;

static bool sampling(void)
{
	return rt.config.mode != ARENA_MODE_TRACE;
}

/* A signal that arrives while the kernel copies the process makes it start
 * over; at high rates it never ends. Samples wait until it is done. */
static void in_parent_before(void)
{
	sigset_t set;

	if (!sampling())
		return;
	sigemptyset(&set);
	sigaddset(&set, SIGPROF);
	(void)syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, &before, NSIG / 8);
}

static void restore_mask(void)
{
	if (sampling())
		(void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL,
			      NSIG / 8);
}

/* The kernel has wiped arena, registry and thread states; what is left of the
 * parent in this thread are the two words of thread-local storage. The child
 * makes its file at its first event, and none if it has no event. */
static void in_child(void)
{
	struct rt_thread *t;

	rt_self = NULL;
	rt_guard = 0;
	rt.config.forked = true;
	if (!rt.config.follow_fork) {
		atomic_store(&rt.active, 0);
		atomic_store(&arena->state, ARENA_FAILED);
		restore_mask();
		return;
	}
	t = thread_adopt();
	if (t)
		threads_enter(t, true);
	restore_mask();
}

bool fork_prepare(void)
{
	return pthread_atfork(in_parent_before, restore_mask, in_child) == 0;
}
