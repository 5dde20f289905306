// throw.cc - exceptions on two threads, through frames of several kinds.
//
// throw ROUNDS: prints how many were caught.
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

static long rounds = 100;

struct guard {
	long &count;
	~guard() { count++; }
};

__attribute__((noinline)) static long deep(int n, long &left)
{
	guard g{left};
	std::vector<int> v(static_cast<size_t>(n) + 1, n);

	if (n == 0)
		throw std::runtime_error(std::to_string(left));
	return deep(n - 1, left) + v[0];
}

static void run(long *result)
{
	long caught = 0, left = 0;

	for (long i = 0; i < rounds * 50; i++) {
		try {
			deep(static_cast<int>(i % 30), left);
		} catch (const std::exception &e) {
			caught += e.what()[0] != 0;
		}
	}
	*result = caught * 1000000 + left;
}

int main(int argc, char **argv)
{
	long one, two;

	if (argc > 1)
		rounds = atol(argv[1]);
	std::thread second(run, &two);
	run(&one);
	second.join();
	std::printf("throw %ld %ld\n", one, two);
	return 0;
}
