/* callgrind_calls.c - ways to be called, for callgrind.t.
 *
 * By the C library (qsort, twalk, bsearch, exit), by itself, by turns, from
 * another thread, before and after main; left by longjmp. With an argument, by
 * a signal as well.
 */
#include <pthread.h>
#include <search.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static jmp_buf env;
static volatile int handled;

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void walk(const void *node, VISIT when, int level)
{
	handled += level >= 0 && node && when == leaf;
}

static void on_signal(int signo)
{
	handled += signo;
}

static int ackermann(int m, int n)
{
	if (m == 0)
		return n + 1;
	if (n == 0)
		return ackermann(m - 1, 1);
	return ackermann(m - 1, ackermann(m, n - 1));
}

static int odd(int n);

static int even(int n)
{
	return n == 0 ? 1 : odd(n - 1);
}

static int odd(int n)
{
	return n == 0 ? 0 : even(n - 1);
}

static void leave(int depth)
{
	if (depth == 0)
		longjmp(env, 1);
	leave(depth - 1);
	handled++;
}

static int jump(int depth)
{
	if (setjmp(env))
		return even(3);
	leave(depth);
	return 0;
}

static int sum(int n, ...)
{
	va_list ap;
	int s = 0;

	va_start(ap, n);
	while (n--)
		s += va_arg(ap, int);
	va_end(ap);
	return s;
}

static int sorted(int *v, size_t n)
{
	void *tree = NULL;
	int key = 7;

	qsort(v, n, sizeof(*v), compare);
	for (size_t i = 0; i < n; i++)
		tsearch(&v[i], &tree, compare);
	twalk(tree, walk);
	while (tree)
		tdelete(*(int **)tree, &tree, compare);
	return bsearch(&key, v, n, sizeof(*v), compare) != NULL;
}

static void *work(void *arg)
{
	int v[50];

	for (int i = 0; i < 50; i++)
		v[i] = (i * 31 + (int)(size_t)arg) % 53;
	return (void *)(size_t)(sorted(v, 50) + ackermann(1, 20));
}

static void at_exit(void)
{
	handled += even(5);
}

__attribute__((constructor)) static void before(void)
{
	handled = odd(4);
}

__attribute__((destructor)) static void after(void)
{
	handled += odd(6);
}

static int through(int (*f)(int), int n)
{
	return f(n) + compare(&n, &n);
}

int main(int argc, char **argv)
{
	pthread_t t;
	int s = 0;

	(void)argv;
	atexit(at_exit);
	signal(SIGUSR1, on_signal);
	for (size_t i = 0; i < 3; i++) {
		pthread_create(&t, NULL, work, (void *)i);
		pthread_join(t, NULL);
	}
	for (int i = 0; i < 10; i++) {
		if (argc > 1)
			raise(SIGUSR1);
		s += jump(i) + sum(3, i, i, i) + through(even, i) +
		     through(odd, i);
	}
	work(NULL);
	printf("%d %d\n", s, ackermann(2, 9) + handled);
	exit(0);
}
