/* guard.c - preloaded after libprof.so: ends the program where anything is
 * called inside the SIGPROF handler that may take a lock or allocate.
 *
 * It stands in front of sigaction, so that the handler in question is called by
 * way of it, and in front of what must not be called. GUARD_TEST=1: a handler
 * of its own that calls malloc, to show that it would be seen.
 */
#include <dlfcn.h>
#include <link.h>
#include <malloc.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PUBLIC __attribute__((visibility("default")))

static __thread int inside __attribute__((tls_model("initial-exec")));
static void (*theirs)(int, siginfo_t *, void *);

static void forbid(const char *what)
{
	if (!inside)
		return;
	inside = 0;
	(void)!write(2, "guard: called in the handler: ", 30);
	(void)!write(2, what, strlen(what));
	(void)!write(2, "\n", 1);
	signal(SIGABRT, SIG_DFL);
	abort();
}

/* The program's own handler, if it has one, may call what it likes; the tests
 * have none. */
static void handler(int number, siginfo_t *info, void *context)
{
	inside++;
	theirs(number, info, context);
	inside--;
}

PUBLIC int sigaction(int number, const struct sigaction *action,
		     struct sigaction *old)
{
	static int (*real)(int, const struct sigaction *, struct sigaction *);
	struct sigaction ours;

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "sigaction");
	if (number != SIGPROF || !action || !(action->sa_flags & SA_SIGINFO))
		return real(number, action, old);
	ours = *action;
	theirs = action->sa_sigaction;
	ours.sa_sigaction = handler;
	return real(number, &ours, old);
}

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

PUBLIC void *malloc(size_t size)
{
	forbid("malloc");
	return __libc_malloc(size);
}

PUBLIC void *calloc(size_t count, size_t size)
{
	forbid("calloc");
	return __libc_calloc(count, size);
}

PUBLIC void *realloc(void *p, size_t size)
{
	forbid("realloc");
	return __libc_realloc(p, size);
}

PUBLIC void *memalign(size_t alignment, size_t size)
{
	forbid("memalign");
	return __libc_memalign(alignment, size);
}

PUBLIC void free(void *p)
{
	forbid("free");
	__libc_free(p);
}

/* PASS(NAME, PARAMETERS, ARGUMENTS): forbidden in the handler, else libc's. */
#define PASS(type, name, parameters, arguments)                                \
	PUBLIC type name parameters                                            \
	{                                                                      \
		static type(*real) parameters;                                 \
                                                                               \
		forbid(#name);                                                 \
		if (!real)                                                     \
			*(void **)&real = dlsym(RTLD_NEXT, #name);             \
		return real arguments;                                         \
	}

PASS(int, pthread_mutex_lock, (pthread_mutex_t * m), (m))
PASS(int, pthread_mutex_trylock, (pthread_mutex_t * m), (m))
PASS(int, pthread_rwlock_rdlock, (pthread_rwlock_t * l), (l))
PASS(int, pthread_rwlock_wrlock, (pthread_rwlock_t * l), (l))
PASS(int, pthread_spin_lock, (pthread_spinlock_t * l), (l))
PASS(int, pthread_once, (pthread_once_t * o, void (*f)(void)), (o, f))
PASS(int, sem_wait, (sem_t * s), (s))
PASS(int, dladdr, (const void *address, Dl_info *info), (address, info))
PASS(int, dl_iterate_phdr,
     (int (*visit)(struct dl_phdr_info *, size_t, void *), void *data),
     (visit, data))
PASS(int, vsnprintf, (char *to, size_t size, const char *format, va_list list),
     (to, size, format, list))
PASS(FILE *, fopen, (const char *path, const char *mode), (path, mode))
PASS(char *, getenv, (const char *name), (name))

static void test_handler(int number, siginfo_t *info, void *context)
{
	void *volatile p = malloc(10);

	(void)number;
	(void)info;
	(void)context;
	free(p);
}

__attribute__((constructor)) static void start(void)
{
	struct sigaction action;

	if (!getenv("GUARD_TEST"))
		return;
	memset(&action, 0, sizeof(action));
	action.sa_sigaction = test_handler;
	action.sa_flags = SA_SIGINFO;
	sigaction(SIGPROF, &action, NULL);
	raise(SIGPROF);
}
