/* export_scope_test.c - KCachegrind's class of a function is the real one. */
#include "tests/tap.h"
#include "tools/prof/export/callgrind_scope.h"

#include <stdlib.h>
#include <string.h>

/* The class that KCachegrind 22.12 finds in NAME: TraceData::cls. */
static char *class_seen(const char *name)
{
	const char *end = strchr(name, '('), *blank = strchr(name, ' ');
	const char *at = name, *last = name;

	if (end && blank && blank < end)
		end = blank;
	while ((at = strstr(at, "::")) && !(end && end < at)) {
		last = at;
		at += 2;
	}
	return strndup(name, (size_t)(last - name));
}

static void check(const char *name, const char *want, const char *class)
{
	char *got = callgrind_scope_name(strdup(name));
	char *seen = class_seen(got);

	IS_STR(got, want, name);
	IS_STR(seen, class, "  is in that class");
	free(seen);
	free(got);
}

/* What needs no change keeps its name to the letter. */
static void same(const char *name, const char *class)
{
	check(name, name, class);
}

/* 10 kB of nested templates. */
static void long_name(void)
{
	char name[12000] = "";
	char *got;

	for (int i = 0; i < 500; i++)
		strcat(name, "a::b<int, (x)");
	for (int i = 0; i < 500; i++)
		strcat(name, " >");
	strcat(name, "::f(int)");
	got = callgrind_scope_name(strdup(name));
	OK(strlen(got) > 5000 && strstr(got, ">>>::f(int)"),
	   "a name of 8 kB is in its class");
	free(got);
}

int main(void)
{
	same("main", "");
	same("", "");
	same("operator new(unsigned long)", "");
	same("a::b::f(std::vector<c::d, e> const&)", "a::b");
	same("Foo::operator()(int) const", "Foo");
	same("Foo::operator std::vector<int>() const", "Foo");
	same("std::operator<< <std::char_traits<char> >(std::ostream&)", "std");
	same("ns::operator><int>(ns::x)", "ns");
	same("{anonymous}::helper(long)", "{anonymous}");
	check("swap<a::b>(a::b&)", "swap<a:b>(a::b&)", "");
	check("std::map<int, a::b>::find(int)", "std::map<int,a::b>::find(int)",
	      "std::map<int,a::b>");
	check("v<a<b> >::c<d::e>(int)", "v<a<b>>::c<d:e>(int)", "v<a<b>>");
	check("v<unsigned long>::push(unsigned long)",
	      "v<unsigned_long>::push(unsigned long)", "v<unsigned_long>");
	check("std::function<long (int)>::operator()(int) const",
	      "std::function<long[int]>::operator()(int) const",
	      "std::function<long[int]>");
	check("main::{lambda(a b, int)#1}::operator()(int) const",
	      "main::{lambda[a_b,int]#1}::operator()(int) const",
	      "main::{lambda[a_b,int]#1}");
	check("A<(B)1>::c<(D::E)2>(x)", "A<[B]1>::c<[D:E]2>(x)", "A<[B]1>");
	/* What is no C++ at all must not do harm. */
	free(callgrind_scope_name(strdup("a<b, c")));
	free(callgrind_scope_name(strdup(">>>:: <(-> operator")));
	long_name();
	return tap_done();
}
