#include "lib/runtime/control/masks.h"

#include "lib/runtime/control/engine.h"
#include "lib/runtime/control/signals.h"
#include "lib/runtime/signal/perf.h"
#include "lib/runtime/signal/raw.h"
#include "lib/runtime/signal/sampler.h"
#include "lib/runtime/signal/timers.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <ucontext.h>

#define PUBLIC __attribute__((visibility("default")))

enum { BITS = 2 };

/* The signals that may be ours, by the numbers of their bits. */
static const int numbers[BITS] = { SIGPROF, SIGTRAP };

typedef int mask_function(int, const sigset_t *, sigset_t *);
typedef int wait_function(const sigset_t *, siginfo_t *,
			  const struct timespec *);

static mask_function *real_mask;
static wait_function *real_wait;

void masks_prepare(void)
{
	real_mask = (mask_function *)dlsym(RTLD_NEXT, "pthread_sigmask");
	real_wait = (wait_function *)dlsym(RTLD_NEXT, "sigtimedwait");
}

static unsigned bits_in(const sigset_t *set)
{
	unsigned bits = 0;
	uint64_t mask;
	int i;

	/* As the kernel has it: the first word, from bit 0 on. */
	memcpy(&mask, set, sizeof(mask));
	for (i = 0; i < BITS; i++)
		if (mask >> (numbers[i] - 1) & 1)
			bits |= 1u << i;
	return bits;
}

static void change_bits(sigset_t *set, unsigned bits, bool in)
{
	int i;

	for (i = 0; i < BITS; i++) {
		if (!(bits & 1u << i))
			continue;
		if (in)
			sigaddset(set, numbers[i]);
		else
			sigdelset(set, numbers[i]);
	}
}

/* Change the kernel's mask of this thread. */
static void change_mask(int how, unsigned bits)
{
	sigset_t set;

	if (!bits)
		return;
	sigemptyset(&set);
	change_bits(&set, bits, true);
	(void)syscall(SYS_rt_sigprocmask, how, &set, NULL, NSIG / 8);
}

/* Those that the program has a use for. */
static unsigned used_bits(void)
{
	unsigned bits = 0;
	int i;

	for (i = 0; i < BITS; i++)
		if (signals_wanted(numbers[i]))
			bits |= 1u << i;
	return bits;
}

/* The calling thread's state, where blocks are noted in it. A vfork's child is
 * in its parent's memory, and not in its parent's thread. */
static struct rt_thread *noting(void)
{
	struct rt_thread *t = thread_self();

	if (rt.config.engine == ARENA_ENGINE_NONE || !t ||
	    thread_guard() == RT_GUARD_RETIRED || t->tid != raw_tid())
		return NULL;
	return t;
}

/* T blocks BITS really from now on, or no longer does. Its samples come by the
 * other signal then, or not at all. */
static void block_samples(struct rt_thread *t, unsigned bits, bool block)
{
	if (!bits)
		return;
	if (block)
		t->blocked_really |= bits;
	else
		t->blocked_really &= ~bits;
	if (!atomic_load(&rt.active))
		return;
	if (block && !engine_must_move(t))
		return;
	if (block)
		engine_stop(t);
	else if (!engine_drives(t))
		sampler_settle(t); /* of this time there was no sample */
	engine_start(t);
}

void masks_enter(struct rt_thread *t, unsigned noted)
{
	sigset_t now;

	if (rt.config.engine == ARENA_ENGINE_NONE)
		return;
	(void)syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &now, NSIG / 8);
	t->blocked = noted | bits_in(&now);
	t->blocked_really = bits_in(&now) & used_bits();
	change_mask(SIG_UNBLOCK, bits_in(&now) & ~t->blocked_really);
}

void masks_make_real(const struct rt_thread *t)
{
	if (t->blocked)
		change_mask(SIG_BLOCK, t->blocked);
}

void masks_make_noted(const struct rt_thread *t)
{
	if (t->blocked & ~t->blocked_really)
		change_mask(SIG_UNBLOCK, t->blocked & ~t->blocked_really);
}

bool masks_hold(struct rt_thread *t, int number, siginfo_t *info, void *context)
{
	unsigned bit = number == SIGPROF ? RT_BLOCKS_PROF : RT_BLOCKS_TRAP;

	if (!t || !(t->blocked & bit) || t->blocked_really & bit)
		return false;
	/* The kernel lets nobody block a trap that an instruction raised. */
	if (number == SIGTRAP && info->si_code > 0)
		return false;
	sigaddset(&((ucontext_t *)context)->uc_sigmask, number);
	block_samples(t, bit, true);
	(void)syscall(SYS_rt_tgsigqueueinfo, raw_pid(), t->tid, number, info);
	return true;
}

static unsigned changed(unsigned bits, int how, unsigned in_set)
{
	switch (how) {
	case SIG_BLOCK:
		return bits | in_set;
	case SIG_UNBLOCK:
		return bits & ~in_set;
	default:
		return in_set;
	}
}

/* What pthread_sigmask does, and returns. */
static int change(int how, const sigset_t *set, sigset_t *old)
{
	struct rt_thread *t = noting();
	unsigned before, in_set, really;
	sigset_t real_set;
	int result;

	if (!real_mask)
		masks_prepare();
	if (!t ||
	    (how != SIG_BLOCK && how != SIG_UNBLOCK && how != SIG_SETMASK))
		return real_mask(how, set, old);
	before = t->blocked;
	if (!set) {
		result = real_mask(how, NULL, old);
	} else {
		in_set = bits_in(set);
		really = changed(t->blocked, how, in_set) &
			 (used_bits() | t->blocked_really);
		real_set = *set;
		if (how != SIG_UNBLOCK)
			change_bits(&real_set, in_set & ~really, false);
		/* No sample of ours may be pending behind the block. */
		block_samples(t, really & ~t->blocked_really, true);
		t->blocked = changed(t->blocked, how, in_set);
		result = real_mask(how, &real_set, old);
		block_samples(t, t->blocked_really & ~really, false);
	}
	if (old && result == 0)
		change_bits(old, before, true);
	return result;
}

PUBLIC int pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
	int saved_errno = errno;
	int result = change(how, set, old);

	errno = saved_errno;
	return result;
}

PUBLIC int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	int result = pthread_sigmask(how, set, old);

	if (!result)
		return 0;
	errno = result;
	return -1;
}

/* The calling thread waits for signals in SET: those that are blocked in name
 * only must really be. */
static void block_for(const sigset_t *set)
{
	struct rt_thread *t = noting();
	unsigned bits = bits_in(set);
	int i;

	if (!t || !bits)
		return;
	for (i = 0; i < BITS; i++)
		if (bits & 1u << i)
			signals_use(numbers[i]);
	bits &= t->blocked & ~t->blocked_really;
	if (!bits)
		return;
	block_samples(t, bits, true);
	change_mask(SIG_BLOCK, bits);
}

static bool is_ours(const siginfo_t *info)
{
	return timers_ours(info) || perf_kind(info) != PERF_NONE;
}

PUBLIC int sigtimedwait(const sigset_t *set, siginfo_t *info,
			const struct timespec *length)
{
	siginfo_t own;
	int number;

	if (!real_wait)
		masks_prepare();
	block_for(set);
	/* A sample that was under way when the block was made. */
	do
		number = real_wait(set, &own, length);
	while (number > 0 && is_ours(&own));
	if (number > 0 && info)
		*info = own;
	return number;
}

PUBLIC int sigwaitinfo(const sigset_t *set, siginfo_t *info)
{
	return sigtimedwait(set, info, NULL);
}

PUBLIC int sigwait(const sigset_t *set, int *number)
{
	int saved_errno = errno, got;

	do
		got = sigtimedwait(set, NULL, NULL);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		got = -errno;
	errno = saved_errno;
	if (got < 0)
		return -got;
	*number = got;
	return 0;
}
