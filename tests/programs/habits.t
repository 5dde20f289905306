#!/bin/sh
# habits.t - programs that use what libprof stands in front of find it as it is
# without: in each mode, and where nothing is recorded.
. tests/lib.sh

cat >plugin.cc <<'END'
#include <stdexcept>
extern "C" __attribute__((visibility("default"))) int catch_it()
{
	try {
		throw std::runtime_error("caught");
	} catch (const std::exception &e) {
		return e.what()[0] == 'c';
	}
}
END
$cxx -O1 -fPIC -shared plugin.cc -o plugin.so
ok $? 'a library of C++ builds'

for kind in restart interrupt siginterrupt onstack offstack sysv old alias vfork \
	ignored dlerror plugin; do
	quietly without "$programs/habits" $kind "$work/plugin.so"
	plain=$status
	mv out plain.out
	[ -s plain.out ]
	ok $? "$kind: the program says what came of it"
	for mode in PROF_MODE=sample PROF_MODE=trace PROF_PROGRAM=nothing \
		'PROF_MODE=sample PROF_ENGINE=timer' \
		'PROF_MODE=sample PROF_CLOCK=wall'; do
		# shellcheck disable=SC2086
		quietly with $mode "$programs/habits.trace" $kind "$work/plugin.so"
		same out plain.out "$kind, $mode: the same"
		is "$status" $plain "$kind, $mode: and ends as ever"
		rm -f ./*.prof
	done
done
finish
