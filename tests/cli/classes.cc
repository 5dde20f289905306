/* classes.cc - C++ with all that makes names hard: templates of templates,
 * lambdas, operators, unnamed namespaces, statics of one name; and exceptions
 * that leave many frames. For pictures of KCachegrind too: it runs a while.
 */
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#ifdef SECOND
/* The other file: same names, another function. */
namespace
{
__attribute__((noinline)) long helper(long x)
{
	return x * 3 + 1;
}
} // namespace

__attribute__((noinline)) static long same_name(long x)
{
	long sum = 0;

	for (long i = 0; i < x; i++)
		sum += helper(i ^ sum);
	return sum;
}

long second_file(long x)
{
	return same_name(x) + 1;
}
#else
long second_file(long x);

namespace geometry
{
template <typename T> struct Vector {
	T x, y, z;

	__attribute__((noinline)) T dot(const Vector &other) const
	{
		return x * other.x + y * other.y + z * other.z;
	}
	Vector operator+(const Vector &other) const
	{
		return { x + other.x, y + other.y, z + other.z };
	}
	explicit operator std::vector<unsigned long>() const
	{
		return { (unsigned long)x, (unsigned long)y };
	}
};

struct Shape {
	virtual ~Shape() = default;
	virtual double area() const = 0;
};

struct Circle : Shape {
	double radius;

	explicit Circle(double r) : radius(r)
	{
	}
	__attribute__((noinline)) double area() const override
	{
		double sum = 0;

		for (int i = 1; i < 400; i++)
			sum += radius * radius / i;
		return sum;
	}
};

struct Polygon : Shape {
	std::vector<Vector<double>> corners;

	explicit Polygon(int n)
	{
		for (int i = 0; i < n; i++)
			corners.push_back({ i * 0.5, i * 0.25, 1.0 });
	}
	__attribute__((noinline)) double area() const override
	{
		double sum = 0;

		for (size_t i = 1; i < corners.size(); i++)
			sum += corners[i - 1].dot(corners[i]);
		return sum;
	}
};
} // namespace geometry

namespace
{
__attribute__((noinline)) long helper(long x)
{
	long sum = x;

	for (int i = 0; i < 50; i++)
		sum = sum * 7 + i;
	return sum;
}

class Store
{
	std::map<std::string, std::vector<unsigned long>> entries;

      public:
	__attribute__((noinline)) void add(const std::string &name,
					   unsigned long value)
	{
		entries[name].push_back(value);
	}
	template <typename F>
	__attribute__((noinline)) unsigned long reduce(F combine) const
	{
		unsigned long result = 0;

		for (const auto &entry : entries)
			for (unsigned long value : entry.second)
				result = combine(result, value);
		return result;
	}
};
} // namespace

__attribute__((noinline)) static long same_name(long x)
{
	return helper(x) + helper(x + 1);
}

template <typename T> __attribute__((noinline)) T fold(const T &a, const T &b)
{
	return a + b;
}

struct Failure : std::runtime_error {
	using std::runtime_error::runtime_error;
};

__attribute__((noinline)) static int fail_below(int depth)
{
	if (depth == 0)
		throw Failure("too deep");
	return fail_below(depth - 1) + 1;
}

__attribute__((noinline)) static int catch_all(int times)
{
	int caught = 0;

	for (int i = 0; i < times; i++) {
		try {
			fail_below(i % 20);
		} catch (const Failure &) {
			caught++;
		}
	}
	return caught;
}

static double shapes(int rounds)
{
	std::vector<std::unique_ptr<geometry::Shape>> all;
	double sum = 0;

	for (int i = 0; i < 20; i++)
		if (i % 2)
			all.push_back(std::make_unique<geometry::Circle>(i));
		else
			all.push_back(std::make_unique<geometry::Polygon>(100));
	for (int r = 0; r < rounds; r++)
		for (const auto &shape : all)
			sum += shape->area();
	return sum;
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 100;
	std::function<long(long)> apply = [](long x) { return same_name(x); };
	geometry::Vector<double> v = { 1, 2, 3 };
	Store store;
	long sum = 0;

	for (int i = 0; i < rounds; i++) {
		store.add(std::to_string(i % 50), (unsigned long)i);
		sum += (long)store.reduce(
			[](unsigned long a, unsigned long b) { return a ^ b; });
		sum += apply(i) + second_file(i % 100);
		v = v + v;
		sum += (long)static_cast<std::vector<unsigned long>>(v).size();
		sum += (long)fold<std::string>("a", "b").size();
	}
	printf("%ld %g %d\n", sum, shapes(rounds), catch_all(rounds));
	return 0;
}
#endif
