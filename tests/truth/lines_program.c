/* lines_program.c - control flow of all kinds, for lines.t: gcov says how often
 * each line runs. One statement or condition a line, as both count lines. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SQUARE(x) ((x) * (x))

static unsigned seed = 1;

static unsigned next(void)
{
	seed = seed * 1103515245u + 12345u;
	return seed >> 16 & 0x7fff;
}

static inline int clamp(int x, int low, int high)
{
	if (x < low)
		return low;
	if (x > high)
		return high;
	return x;
}

static inline __attribute__((always_inline)) int digits(unsigned x)
{
	int n = 1;

	while (x >= 10) {
		x /= 10;
		n++;
	}
	return n;
}

__attribute__((noinline)) static int classify(int x)
{
	int sum = 0;

	switch (x & 7) {
	case 0:
		sum += 3;
		break;
	case 1:
		sum += clamp(x, 4, 9);
		/* fall through */
	case 2:
		sum += digits((unsigned)x);
		break;
	case 3:
		return -1;
	case 4:
		sum -= x;
		break;
	case 5:
		sum ^= SQUARE(x);
		break;
	default:
		sum++;
	}
	return sum;
}

__attribute__((noinline)) static int conditions(int a, int b)
{
	int count = 0;

	if (a > 100 && b > 100)
		count++;
	if (a < 50 || b < 50)
		count += 2;
	count += a > b ? a : b;
	if (a == b) {
		count = 0;
	} else if (a > 3 * b) {
		count--;
	} else {
		count *= 2;
	}
	return count;
}

__attribute__((noinline)) static long sort(int *list, int n)
{
	long swaps = 0;

	for (int i = 1; i < n; i++) {
		int x = list[i];
		int k = i - 1;

		while (k >= 0 && list[k] > x) {
			list[k + 1] = list[k];
			k--;
			swaps++;
		}
		list[k + 1] = x;
	}
	return swaps;
}

__attribute__((noinline)) static long matrix(const int *m, int n)
{
	long sum = 0;

	for (int row = 0; row < n; row++) {
		for (int column = 0; column < n; column++) {
			if (row == column)
				continue;
			sum += m[row * n + column];
			if (sum > 1000000)
				break;
		}
	}
	return sum;
}

__attribute__((noinline)) static int fibonacci(int n)
{
	if (n < 2)
		return n;
	return fibonacci(n - 1) + fibonacci(n - 2);
}

__attribute__((noinline)) static int search(const int *list, int n, int x)
{
	int low = 0;
	int high = n;

	do {
		int middle = (low + high) / 2;

		if (list[middle] < x)
			low = middle + 1;
		else
			high = middle;
	} while (low < high);
	return low;
}

__attribute__((noinline)) static int scan(const char *text)
{
	int words = 0;
	const char *at = text;

again:
	while (*at == ' ')
		at++;
	if (!*at)
		goto out;
	words++;
	while (*at && *at != ' ')
		at++;
	goto again;
out:
	return words;
}

__attribute__((noinline)) static int apply(int (*f)(int), int n)
{
	int sum = 0;

	while (n-- > 0)
		sum += f(n);
	return sum;
}

static int never(int x)
{
	puts("never");
	return x + 1;
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 300;
	int *list = malloc((size_t)n * sizeof(*list));
	long total = 0;

	if (!list)
		return never(1);
	for (int i = 0; i < n; i++)
		list[i] = (int)next();
	for (int i = 0; i < n; i++)
		total += conditions(list[i] % 200, list[n - 1 - i] % 200);
	total += sort(list, n);
	total += matrix(list, 17);
	total += fibonacci(15);
	for (int i = 0; i < n; i += 3)
		total += search(list, n, list[i]);
	total += scan("  the quick brown fox  jumps over the lazy dog ");
	total += apply(classify, n);
	printf("%ld\n", total);
	free(list);
	return 0;
}
