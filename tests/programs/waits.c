/* waits.c - every call that waits, for a known time, in a function of its own.
 *
 * waits [ROUNDS [MS]]: ROUNDS (10) waits of MS (5) milliseconds each, then as
 * many very short ones with work between. Prints how many calls failed with
 * EINTR or came back early: 0 unless somebody sends signals.
 */
#include "tests/programs/work.h"

#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int rounds = 10, ms = 5;
static long interrupted, early;

static uint64_t wall_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static struct timespec in_ms(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	ts.tv_nsec += ms * 1000000L;
	ts.tv_sec += ts.tv_nsec / 1000000000;
	ts.tv_nsec %= 1000000000;
	return ts;
}

/* RESULT below 0 is a failure; a wait that began at START should have taken
 * its time. */
static void check(long result, uint64_t start)
{
	if (result < 0 && errno == EINTR)
		interrupted++;
	if (wall_ns() - start < (uint64_t)ms * 990000u)
		early++;
}

#define WAIT(name, call)                                                       \
	static WORK void name(void)                                            \
	{                                                                      \
		struct timespec length = { ms / 1000, ms % 1000 * 1000000L };  \
		struct timeval tv = { ms / 1000, ms % 1000 * 1000L };          \
		uint64_t start = wall_ns();                                    \
                                                                               \
		(void)length, (void)tv;                                        \
		check((call), start);                                          \
	}

static int waited_futex, epoll_fd, pipe_fds[2], sockets[2];
static sem_t sem;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, held;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;

/* pthread functions return their errors. */
static long status(int error)
{
	errno = error;
	return error == 0 || error == ETIMEDOUT ? 0 : -1;
}

static int wait_cond(void)
{
	struct timespec until = in_ms(CLOCK_REALTIME);
	int result;

	pthread_mutex_lock(&mutex);
	result = pthread_cond_timedwait(&cond, &mutex, &until);
	pthread_mutex_unlock(&mutex);
	return result;
}

static long wait_sem(void)
{
	struct timespec until = in_ms(CLOCK_REALTIME);

	return sem_timedwait(&sem, &until);
}

/* A child process does something for us in MS milliseconds: FD is written to,
 * or, below 0, it just ends. */
static pid_t later(int fd)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	usleep((useconds_t)ms * 1000);
	if (fd >= 0 && write(fd, "x", 1) != 1)
		_exit(1);
	_exit(0);
}

static long wait_read(void)
{
	char c;
	pid_t pid = later(pipe_fds[1]);
	long got = read(pipe_fds[0], &c, 1);

	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		interrupted++;
	return got;
}

static long wait_recv(void)
{
	char c;
	pid_t pid = later(sockets[1]);
	long got = recv(sockets[0], &c, 1, 0);

	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		interrupted++;
	return got;
}

static void *hold_mutex(void *held_ms)
{
	pthread_mutex_lock(&held);
	sem_post(&sem);
	usleep((useconds_t)(uintptr_t)held_ms * 1000);
	pthread_mutex_unlock(&held);
	return NULL;
}

static void *end_later(void *unused)
{
	usleep((useconds_t)ms * 1000);
	return unused;
}

WAIT(in_nanosleep, nanosleep(&length, NULL))
WAIT(in_clock_nanosleep,
     status(clock_nanosleep(CLOCK_MONOTONIC, 0, &length, NULL)))
WAIT(in_usleep, usleep((useconds_t)ms * 1000))
WAIT(in_poll, poll(NULL, 0, ms))
WAIT(in_ppoll, ppoll(NULL, 0, &length, NULL))
WAIT(in_select, select(0, NULL, NULL, NULL, &tv))
WAIT(in_pselect, pselect(0, NULL, NULL, NULL, &length, NULL))
WAIT(in_futex,
     (syscall(SYS_futex, &waited_futex, FUTEX_WAIT, 0, &length, NULL, 0) < 0 &&
      errno == EINTR)
	     ? -1
	     : 0)
WAIT(in_sem_timedwait, wait_sem())
WAIT(in_cond_timedwait, status(wait_cond()))
WAIT(in_read, wait_read())
WAIT(in_recv, wait_recv())
WAIT(in_waitpid, waitpid(later(-1), NULL, 0))

static WORK void in_epoll(void)
{
	struct epoll_event event;
	uint64_t start = wall_ns();

	check(epoll_wait(epoll_fd, &event, 1, ms), start);
}

static WORK void in_mutex(void)
{
	pthread_t thread;
	uint64_t start = wall_ns();

	pthread_create(&thread, NULL, hold_mutex, (void *)(uintptr_t)ms);
	while (sem_wait(&sem))
		interrupted++;
	pthread_mutex_lock(&held);
	pthread_mutex_unlock(&held);
	pthread_join(thread, NULL);
	check(0, start);
}

static WORK void in_join(void)
{
	pthread_t thread;
	uint64_t start = wall_ns();

	pthread_create(&thread, NULL, end_later, NULL);
	pthread_join(thread, NULL);
	check(0, start);
}

static void (*const waits[])(void) = {
	in_nanosleep, in_clock_nanosleep, in_usleep,	     in_poll,
	in_ppoll,     in_select,	  in_pselect,	     in_futex,
	in_epoll,     in_sem_timedwait,	  in_cond_timedwait, in_read,
	in_recv,      in_waitpid,	  in_mutex,	     in_join,
};

/* A signal of a profiler would come into the short calls, which are most of
 * what the thread does. */
static WORK void short_waits(void)
{
	struct timespec moment = { 0, 1000 };
	int i;

	for (i = 0; i < rounds * 200; i++) {
		interrupted += nanosleep(&moment, NULL) < 0;
		interrupted += ppoll(NULL, 0, &moment, NULL) < 0;
		interrupted += pselect(0, NULL, NULL, NULL, &moment, NULL) < 0;
	}
}

int main(int argc, char **argv)
{
	size_t i;
	int round;

	if (argc > 1)
		rounds = atoi(argv[1]);
	if (argc > 2)
		ms = atoi(argv[2]);
	epoll_fd = epoll_create1(0);
	sem_init(&sem, 0, 0);
	pthread_mutex_init(&held, NULL);
	if (pipe(pipe_fds) || socketpair(AF_UNIX, SOCK_STREAM, 0, sockets))
		return 2;
	for (i = 0; i < sizeof(waits) / sizeof(waits[0]); i++)
		for (round = 0; round < rounds; round++)
			waits[i]();
	short_waits();
	printf("interrupted %ld early %ld\n", interrupted, early);
	return 0;
}
