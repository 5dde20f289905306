/* waits.c - by wall clock, where no perf event can tell of waits.
 *
 * Stands in front of the functions of libc that wait. A signal in the middle of
 * a wait would change what it returns; so nothing interrupts it, and when it is
 * over, its time is billed to the stack that called, as if the function had
 * been sampled at its first instruction. For everyone else, and before
 * recording begins, each of these is the function behind it.
 *
 * Not seen are waits within libc that reach the kernel by themselves, and
 * pthread_mutex_lock, which is too hot to stand in front of. Their time goes
 * with the thread's next sample.
 */
#include "lib/runtime/control/waits.h"

#include "lib/runtime/signal/sampler.h"

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PUBLIC __attribute__((visibility("default")))

static atomic_bool billing;

void waits_prepare(void)
{
	atomic_store(&billing, true);
}

/* A wait begins; the thread if it is to be billed. */
static inline struct rt_thread *begin(void)
{
	struct rt_thread *t;
	int saved_errno;

	if (RT_LIKELY(!atomic_load_explicit(&billing, memory_order_relaxed)) ||
	    !atomic_load_explicit(&rt.active, memory_order_relaxed))
		return NULL;
	t = thread_self();
	if (!t || thread_guard())
		return NULL;
	saved_errno = errno;
	sampler_wait_begins(t);
	errno = saved_errno;
	return t;
}

/* Where a function was called from, whose frame is FRAME, with a frame pointer:
 * the context in which FUNCTION, called in its place, would begin. */
static __attribute__((noinline)) void end(struct rt_thread *t,
					  const void *function,
					  const uintptr_t *frame)
{
	ucontext_t uc;

	memset(&uc, 0, sizeof(uc));
#if defined(__x86_64__)
	uc.uc_mcontext.gregs[REG_RIP] = (greg_t)function;
	uc.uc_mcontext.gregs[REG_RSP] = (greg_t)(frame + 1);
	uc.uc_mcontext.gregs[REG_RBP] = (greg_t)frame[0];
#else
	(void)function;
	(void)frame;
	getcontext(&uc);
#endif
	sampler_waited(t, &uc);
}

static void *find(const char *name)
{
	void *found = NULL;

	/* dlsym finds the oldest version of these, with another layout. */
	if (!strncmp(name, "pthread_cond_", 13))
		found = dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2");
	return found ? found : dlsym(RTLD_NEXT, name);
}

/* Found at the start, as dlsym forgets what dlerror would have told.
 *
 * A function NAME that returns TYPE, with its PARAMETERS and, as they are
 * passed on, its ARGUMENTS. */
#define STAND_IN(type, name, parameters, arguments)                            \
	type name parameters;                                                  \
	static type(*_Atomic real_##name) parameters;                          \
	__attribute__((constructor(101))) static void find_##name(void)        \
	{                                                                      \
		real_##name = (type(*) parameters)find(#name);                 \
	}                                                                      \
                                                                               \
	PUBLIC type name parameters                                            \
	{                                                                      \
		struct rt_thread *t = begin();                                 \
		type result;                                                   \
                                                                               \
		if (RT_UNLIKELY(!real_##name)) {                               \
			int saved_errno = errno;                               \
                                                                               \
			find_##name();                                         \
			errno = saved_errno;                                   \
		}                                                              \
		result = (*real_##name)arguments;                              \
		if (RT_UNLIKELY(t != NULL))                                    \
			end(t, (const void *)real_##name,                      \
			    __builtin_frame_address(0));                       \
		return result;                                                 \
	}

STAND_IN(unsigned, sleep, (unsigned seconds), (seconds))
STAND_IN(int, usleep, (useconds_t us), (us))
STAND_IN(int, nanosleep, (const struct timespec *length, struct timespec *left),
	 (length, left))
STAND_IN(int, clock_nanosleep,
	 (clockid_t clock, int flags, const struct timespec *length,
	  struct timespec *left),
	 (clock, flags, length, left))
STAND_IN(int, poll, (struct pollfd * fds, nfds_t count, int ms),
	 (fds, count, ms))
STAND_IN(int, __poll_chk,
	 (struct pollfd * fds, nfds_t count, int ms, size_t size),
	 (fds, count, ms, size))
STAND_IN(int, ppoll,
	 (struct pollfd * fds, nfds_t count, const struct timespec *length,
	  const sigset_t *mask),
	 (fds, count, length, mask))
STAND_IN(int, __ppoll_chk,
	 (struct pollfd * fds, nfds_t count, const struct timespec *length,
	  const sigset_t *mask, size_t size),
	 (fds, count, length, mask, size))
STAND_IN(int, select,
	 (int count, fd_set *in, fd_set *out, fd_set *bad,
	  struct timeval *length),
	 (count, in, out, bad, length))
STAND_IN(int, pselect,
	 (int count, fd_set *in, fd_set *out, fd_set *bad,
	  const struct timespec *length, const sigset_t *mask),
	 (count, in, out, bad, length, mask))
STAND_IN(int, epoll_wait,
	 (int epoll, struct epoll_event *events, int room, int ms),
	 (epoll, events, room, ms))
STAND_IN(int, epoll_pwait,
	 (int epoll, struct epoll_event *events, int room, int ms,
	  const sigset_t *mask),
	 (epoll, events, room, ms, mask))
STAND_IN(ssize_t, read, (int fd, void *to, size_t size), (fd, to, size))
STAND_IN(ssize_t, __read_chk, (int fd, void *to, size_t size, size_t room),
	 (fd, to, size, room))
STAND_IN(ssize_t, recv, (int fd, void *to, size_t size, int flags),
	 (fd, to, size, flags))
STAND_IN(ssize_t, __recv_chk,
	 (int fd, void *to, size_t size, size_t room, int flags),
	 (fd, to, size, room, flags))
STAND_IN(ssize_t, recvfrom,
	 (int fd, void *to, size_t size, int flags, struct sockaddr *from,
	  socklen_t *from_size),
	 (fd, to, size, flags, from, from_size))
STAND_IN(ssize_t, recvmsg, (int fd, struct msghdr *message, int flags),
	 (fd, message, flags))
STAND_IN(int, accept, (int fd, struct sockaddr *from, socklen_t *size),
	 (fd, from, size))
STAND_IN(int, accept4,
	 (int fd, struct sockaddr *from, socklen_t *size, int flags),
	 (fd, from, size, flags))
STAND_IN(int, connect, (int fd, const struct sockaddr *to, socklen_t size),
	 (fd, to, size))
STAND_IN(int, sem_wait, (sem_t * sem), (sem))
STAND_IN(int, sem_timedwait, (sem_t * sem, const struct timespec *until),
	 (sem, until))
STAND_IN(int, sem_clockwait,
	 (sem_t * sem, clockid_t clock, const struct timespec *until),
	 (sem, clock, until))
STAND_IN(int, pthread_cond_wait,
	 (pthread_cond_t * cond, pthread_mutex_t *mutex), (cond, mutex))
STAND_IN(int, pthread_cond_timedwait,
	 (pthread_cond_t * cond, pthread_mutex_t *mutex,
	  const struct timespec *until),
	 (cond, mutex, until))
STAND_IN(int, pthread_cond_clockwait,
	 (pthread_cond_t * cond, pthread_mutex_t *mutex, clockid_t clock,
	  const struct timespec *until),
	 (cond, mutex, clock, until))
STAND_IN(int, pthread_join, (pthread_t thread, void **value), (thread, value))
STAND_IN(int, pthread_barrier_wait, (pthread_barrier_t * barrier), (barrier))
STAND_IN(pid_t, wait, (int *status), (status))
STAND_IN(pid_t, waitpid, (pid_t pid, int *status, int options),
	 (pid, status, options))
STAND_IN(int, waitid, (idtype_t type, id_t id, siginfo_t *info, int options),
	 (type, id, info, options))
STAND_IN(int, pause, (void), ())
STAND_IN(int, sigsuspend, (const sigset_t *mask), (mask))
