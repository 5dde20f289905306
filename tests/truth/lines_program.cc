// lines_program.cc - code that compilers put into sections of its own, for
// lines.t: templates, inline functions, methods. One statement a line.
#include <cstdio>

template <class T>
static T square_sum(T n)
{
	T sum = 0;

	for (T i = 0; i < n; i++)
		sum += i * i;
	return sum;
}

template <class T>
T power(T base, int exponent)
{
	T result = 1;

	while (exponent > 0) {
		if (exponent & 1)
			result *= base;
		base *= base;
		exponent >>= 1;
	}
	return result;
}

inline long odd_sum(long n)
{
	long sum = 0;

	for (long i = 0; i < n; i++)
		sum += (i & 1) ? i : 3;
	return sum;
}

inline long collatz(long n)
{
	long steps = 0;

	while (n > 1) {
		if (n % 2)
			n = 3 * n + 1;
		else
			n /= 2;
		steps++;
	}
	return steps;
}

struct counter {
	long thirds, others;

	void add(long n)
	{
		if (n % 3 == 0)
			thirds++;
		else
			others++;
	}
	long sum() const
	{
		return thirds + 2 * others;
	}
};

static long plain(long n)
{
	if (n & 4)
		return n;
	return -n;
}

int main(int argc, char **)
{
	struct counter c = { 0, 0 };
	unsigned long total = 0;

	// The compiler must not know how often.
	for (long i = 0; i < 300 * argc; i++)
		total += square_sum(i);
	for (int i = 0; i < 70 * argc; i++)
		total += power(i, 5);
	for (long i = 0; i < 40 * argc; i++)
		total += power(i, 9);
	for (long i = 0; i < 50 * argc; i++)
		total += odd_sum(100L);
	for (long i = 0; i < 90 * argc; i++)
		total += collatz(i);
	for (long i = 0; i < 500 * argc; i++)
		c.add(i);
	for (long i = 0; i < 60 * argc; i++)
		total += plain(i);
	total += c.sum();
	printf("%lu\n", total);
	return 0;
}
