/* storm.c - what a signal every 100 us must not disturb.
 *
 * storm KIND ROUNDS [FILE]: does one thing over and over, on two threads, and
 * prints what came of it, which depends on KIND and ROUNDS alone. FILE: a
 * shared library with a function plugin_work, for dlopen.
 */
#include <alloca.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#ifdef __clang__
#define CALLED __attribute__((noinline))
#else
#define CALLED __attribute__((noinline, noclone))
#endif

enum { SMALL_STACK = 16 * 1024 };

static long rounds = 100;
static const char *file;

static void die(const char *what)
{
	fprintf(stderr, "storm: %s: %s\n", what, strerror(errno));
	exit(3);
}

/* A sum that takes about a microsecond for each N. */
static CALLED unsigned long work(unsigned n)
{
	volatile unsigned long sum = 0;
	unsigned i;

	for (i = 0; i < n * 500; i++)
		sum += i * 7u % 13u;
	return sum;
}

static unsigned long do_malloc(unsigned seed)
{
	void *kept[64] = { NULL };
	unsigned long sum = 0;
	long i;

	for (i = 0; i < rounds * 2000; i++) {
		unsigned at = (seed = seed * 1103515245u + 12345u) >> 16 & 63;
		size_t size = (seed >> 4 & 1023) * (seed & 15);

		free(kept[at]);
		kept[at] = malloc(size + 1);
		memset(kept[at], (int)at, size + 1 > 64 ? 64 : size + 1);
		sum += *(unsigned char *)kept[at];
		if (!(i & 511))
			kept[at] = realloc(kept[at], size * 3 + 100000);
	}
	for (i = 0; i < 64; i++)
		free(kept[i]);
	return sum;
}

static unsigned long do_dlopen(unsigned seed)
{
	unsigned long sum = seed;
	long i;

	for (i = 0; i < rounds * 10; i++) {
		void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
		unsigned long (*function)(unsigned long);

		if (!handle)
			die(dlerror());
		*(void **)&function = dlsym(handle, "plugin_work");
		sum = function(sum);
		if (dlclose(handle))
			die("dlclose");
	}
	return sum;
}

static unsigned long do_fork(unsigned seed)
{
	unsigned long sum = 0;
	long i;

	for (i = 0; i < rounds; i++) {
		pid_t pid = fork();
		int status = 0;

		if (pid == 0) {
			/* What the other thread held is held for ever here. */
			work(300);
			_exit((int)(i + seed) & 63);
		}
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			die("fork");
		sum = sum * 3 + (unsigned long)status;
	}
	return sum;
}

static unsigned long do_spawn(unsigned seed)
{
	char *argv[] = { "sh", "-c", "exit 7", NULL }, *envp[] = { NULL };
	unsigned long sum = seed;
	long i;

	for (i = 0; i < rounds / 4 + 1; i++) {
		pid_t pid;
		int status = 0;

		if (i & 1) {
			status = system("exit 5");
		} else {
			if (posix_spawn(&pid, "/bin/sh", NULL, NULL, argv,
					envp) ||
			    waitpid(pid, &status, 0) != pid)
				die("posix_spawn");
		}
		sum = sum * 3 + (unsigned long)status;
	}
	return sum;
}

static void *in_thread(void *n)
{
	char room[2000];

	memset(room, 1, sizeof(room));
	work(20);
	return (char *)n + room[17];
}

static unsigned long do_thread(unsigned seed)
{
	unsigned long sum = seed;
	pthread_attr_t small;
	long i;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, SMALL_STACK > PTHREAD_STACK_MIN
						  ? SMALL_STACK
						  : PTHREAD_STACK_MIN);
	for (i = 0; i < rounds * 10; i++) {
		pthread_t thread;
		void *result;

		if (pthread_create(&thread, i & 1 ? &small : NULL, in_thread,
				   (void *)i))
			die("pthread_create");
		pthread_join(thread, &result);
		sum += (unsigned long)result;
	}
	pthread_attr_destroy(&small);
	return sum;
}

/* By a pointer: compilers see that none of these calls returns, and mind. */
static void (*volatile deeper)(jmp_buf env, int depth);

static CALLED void jump(jmp_buf env, int depth)
{
	volatile char room[100];

	room[depth] = (char)depth;
	if (room[depth])
		deeper(env, depth - 1);
	else
		longjmp(env, 1);
	room[0] = room[depth];
}

static unsigned long do_longjmp(unsigned seed)
{
	volatile unsigned long sum = seed;
	volatile long i;
	jmp_buf env;

	deeper = jump;
	for (i = 0; i < rounds * 2000; i++) {
		if (!setjmp(env))
			jump(env, (int)(i & 63));
		sum = sum + 3;
	}
	return sum;
}

struct coroutine {
	ucontext_t self, caller;
	unsigned long sum;
	long left;
};
static __thread struct coroutine *current;

static CALLED void yield(int depth)
{
	volatile char room[64];

	room[depth] = (char)depth;
	if (depth)
		yield(depth - 1);
	else
		swapcontext(&current->self, &current->caller);
	room[0] = room[depth];
}

static void run_coroutine(void)
{
	while (current->left-- > 0) {
		current->sum += work(1);
		yield((int)(current->left & 15));
	}
}

static unsigned long on_stack(void *stack, size_t size)
{
	struct coroutine c = { .left = 100 };

	getcontext(&c.self);
	c.self.uc_stack.ss_sp = stack;
	c.self.uc_stack.ss_size = size;
	c.self.uc_link = &c.caller;
	makecontext(&c.self, run_coroutine, 0);
	while (c.left >= 0) {
		current = &c;
		swapcontext(&c.caller, &c.self);
	}
	return c.sum;
}

/* Stacks that are thrown away and made again, at the same addresses or not. */
static unsigned long do_swapcontext(unsigned seed)
{
	unsigned long sum = seed;
	long i;

	for (i = 0; i < rounds * 2; i++) {
		size_t size = 32768 << (i & 3);
		void *stack = mmap(NULL, size, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (stack == MAP_FAILED)
			die("mmap");
		sum += on_stack(stack, size);
		munmap(stack, size);
	}
	return sum;
}

static __thread volatile unsigned long handled;

static void on_signal(int number)
{
	char *room = alloca(512);

	memset(room, number, 512);
	handled += work(2) + (unsigned long)room[5];
}

static unsigned long do_sigaltstack(unsigned seed)
{
	struct sigaction action = { .sa_handler = on_signal,
				    .sa_flags = SA_ONSTACK };
	size_t size = (size_t)sysconf(_SC_MINSIGSTKSZ) + 8192;
	long i;

	handled = seed;
	sigaction(SIGUSR1, &action, NULL);
	for (i = 0; i < rounds * 20; i++) {
		stack_t stack = { .ss_size = size },
			none = { .ss_flags = SS_DISABLE };

		stack.ss_sp = mmap(NULL, size, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (stack.ss_sp == MAP_FAILED || sigaltstack(&stack, NULL))
			die("sigaltstack");
		raise(SIGUSR1);
		sigaltstack(&none, NULL);
		munmap(stack.ss_sp, size);
		raise(SIGUSR1);
	}
	return handled;
}

/* A handler that interrupts whatever it likes, as often as we do. */
static unsigned long do_signals(unsigned seed)
{
	struct sigaction action = { .sa_handler = on_signal,
				    .sa_flags = SA_RESTART };
	unsigned long sum = seed;
	sigset_t set;
	long i;

	sigaction(SIGUSR1, &action, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	for (i = 0; i < rounds * 50; i++) {
		pthread_sigmask(SIG_BLOCK, &set, NULL);
		raise(SIGUSR1);
		sum += work(1);
		pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	}
	return sum + handled;
}

/* Code that comes and goes, called and written by hand. */
static unsigned long do_code(unsigned seed)
{
	unsigned long sum = seed;
	long i;

	for (i = 0; i < rounds * 20; i++) {
#if defined(__x86_64__)
		/* mov $20000, %ecx; 1: dec %ecx; jnz 1b; mov %edi, %eax; ret */
		static const unsigned char code[] = { 0xb9, 0x20, 0x4e, 0,
						      0,    0xff, 0xc9, 0x75,
						      0xfc, 0x89, 0xf8, 0xc3 };
		unsigned (*function)(unsigned);
		void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (p == MAP_FAILED)
			die("mmap");
		memcpy(p, code, sizeof(code));
		*(void **)&function = p;
		sum += function((unsigned)i);
		munmap(p, 4096);
#else
		sum += (unsigned long)i;
#endif
	}
	return sum;
}

static const struct {
	const char *name;
	unsigned long (*function)(unsigned seed);
} kinds[] = {
	{ "malloc", do_malloc },
	{ "dlopen", do_dlopen },
	{ "fork", do_fork },
	{ "spawn", do_spawn },
	{ "thread", do_thread },
	{ "longjmp", do_longjmp },
	{ "swapcontext", do_swapcontext },
	{ "sigaltstack", do_sigaltstack },
	{ "signals", do_signals },
	{ "code", do_code },
};

static unsigned long (*chosen)(unsigned);

static void *second(void *result)
{
	*(unsigned long *)result = chosen(2);
	return NULL;
}

int main(int argc, char **argv)
{
	unsigned long one, two;
	pthread_t thread;
	size_t i;

	for (i = 0; argc > 1 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].name, argv[1]))
			chosen = kinds[i].function;
	if (!chosen) {
		fputs("usage: storm KIND [ROUNDS [FILE]]\n", stderr);
		return 2;
	}
	rounds = argc > 2 ? atol(argv[2]) : rounds;
	file = argc > 3 ? argv[3] : "./plugin.so";
	if (pthread_create(&thread, NULL, second, &two))
		die("pthread_create");
	one = chosen(1);
	pthread_join(thread, NULL);
	printf("%s %lu %lu\n", argv[1], one, two);
	return 0;
}
