#!/bin/sh
# exceptions.t - C++ exceptions: every call is counted and every caller right,
# whether the compiler calls the exit hooks while unwinding (g++) or not
# (clang++).
. tests/lib.sh

cat >throws.cc <<'END'
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>
#define WORK __attribute__((noinline, no_icf))
#ifdef __clang__
#undef WORK
#define WORK __attribute__((noinline))
#endif
static long entered, dropped, caught, after, passed, leaves, sum;
static volatile int never;
WORK void leaf() { leaves++; }
struct guard {
	WORK guard() { entered++; }
	WORK ~guard() { dropped++; leaf(); }
};
WORK void thrower(int depth)
{
	guard g;
	if (!depth)
		throw std::runtime_error("from the depth");
	thrower(depth - 1);
	if (never)
		leaf();
}
WORK void after_catch() { after++; leaf(); }
WORK void catcher(int depth)
{
	try {
		thrower(depth);
	} catch (const std::exception &e) {
		caught++;
		sum += e.what()[0];
		after_catch();
	}
	leaf();
}
WORK void pass_on(int depth)
{
	try {
		thrower(depth);
	} catch (...) {
		passed++;
		throw;
	}
}
WORK void catch_passed(int depth)
{
	try {
		pass_on(depth);
	} catch (const std::runtime_error &) {
		caught++;
		after_catch();
	}
}
WORK void nested(int depth)
{
	try {
		thrower(depth);
	} catch (const std::runtime_error &) {
		catcher(depth);
		after_catch();
	}
}
int main(int argc, char **argv)
{
	int i, rounds = argc > 1 ? std::atoi(argv[1]) : 100;
	for (i = 0; i < rounds; i++) {
		catcher(i % 7);
		catch_passed(i % 5);
		nested(i % 3);
	}
	leaf();
	std::printf("guard %ld ~guard %ld after_catch %ld leaf %ld\n", entered,
		    dropped, after, leaves);
	std::printf("caught %ld passed %ld sum %ld\n", caught, passed, sum);
	return entered == dropped ? 0 : 1;
}
END

compilers=$cxx
for other in g++ clang++; do
	case " $compilers " in
	*" $other "*) ;;
	*) command -v $other >/dev/null && compilers="$compilers $other" ;;
	esac
done
[ "${compilers#*clang++}" != "$compilers" ] ||
	skip 'clang++ is not installed' 'exceptions of clang++'

for compiler in $compilers; do
	$compiler -std=c++17 -O2 -g -finstrument-functions \
		-finstrument-functions-exclude-file-list=/usr/ \
		-o throws throws.cc >cc.out 2>&1 ||
		$compiler -std=c++17 -O2 -g -finstrument-functions \
			-o throws throws.cc >cc.out 2>&1
	ok $? "$compiler: builds" || sed 's/^/#   /' cc.out
	quietly without ./throws
	is $status 0 "$compiler: the program is right by itself"
	mv out plain.out
	for mode in trace count; do
		what="$compiler, $mode"
		rm -f ./*.prof
		quietly with PROF_MODE=$mode ./throws
		wordless "$what: runs without a word"
		same out plain.out "$what: prints the same"
		look ./*.prof
		ok $? "$what: the profile reads"
		is "guard $(calls 'guard::guard()') ~guard\
 $(calls 'guard::~guard()') after_catch $(calls 'after_catch()')\
 leaf $(calls 'leaf()')" "$(head -1 plain.out)" \
			"$what: the counts are those that it prints"
		is "$(calls 'catcher(int)') $(calls 'catch_passed(int)')\
 $(calls 'pass_on(int)') $(calls 'nested(int)')" '200 100 100 100' \
			"$what: and so for those that catch"
		is "$(callers 'after_catch[(][)]' ./*.prof | xargs)" \
			'100 catch_passed(int) 100 nested(int) 200 catcher(int)' \
			"$what: what a handler calls is called by its function"
		is "$(callers 'nested[(]int[)]' ./*.prof | xargs)" '100 main' \
			"$what: the frames outside are not lost"
		nothing_lost "$what: nothing is lost"
		adds_up "$what: times add up to the total"
	done

	$compiler -std=c++17 -O2 -g -o sampled throws.cc >cc.out 2>&1
	ok $? "$compiler: builds without hooks"
	quietly without ./sampled 30000
	mv out plain.out
	for hz in 997 20000; do
		rm -f ./*.prof
		quietly with PROF_HZ=$hz ./sampled 30000
		wordless "$compiler, sampled at $hz Hz: runs without a word"
		same out plain.out "$compiler, sampled at $hz Hz: prints the same"
		look ./*.prof
		ok $? "$compiler, sampled at $hz Hz: the profile reads"
	done
done
finish
