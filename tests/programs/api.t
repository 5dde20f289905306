#!/bin/sh
# api.t - prof.h: one program, without the library, preloaded, linked with the
# shared one and with the archive. It prints the same each time.
# Measures time.
. tests/lib.sh

{ echo without && echo 10; } >without.out
{ echo with && echo 10; } >with.out
flags="-std=gnu11 -O2 -g -D_GNU_SOURCE -I$top -I$top/include"
source=$top/tests/programs/api.c
[ "$(uname -m)" = x86_64 ] && unwind= || unwind=-lunwind
# The flags that prof.h tells for the archive, and all that is in it.
static="-Wl,-u,libprof_version $build/libprof.a $unwind -lz -pthread"
whole="-Wl,--whole-archive $build/libprof.a -Wl,--no-whole-archive
	$unwind -lz -pthread"

for name in api api.trace; do
	quietly without "$programs/$name"
	wordless "$name without the library: runs"
	same out without.out "$name without the library: every call does nothing"
	is "$(ls | grep -c 'prof$')" 0 "$name without the library: no profile"
done

$cc $flags -finstrument-functions -o linked "$source" -L"$build" \
	-Wl,-rpath,"$build" -lprof >cc.out 2>&1
ok $? 'it builds with -lprof' || sed 's/^/#   /' cc.out
$cc $flags -finstrument-functions -o archived "$source" $static >cc.out 2>&1
ok $? 'it builds with libprof.a' || sed 's/^/#   /' cc.out
$cc $flags -finstrument-functions -o archived_whole "$source" $whole \
	>cc.out 2>&1
ok $? 'it builds with all of libprof.a' || sed 's/^/#   /' cc.out
! readelf -d archived | grep -q 'NEEDED.*libprof'
ok $? 'and then needs no libprof.so'
$cc $flags -o archived_plain "$source" $static >cc.out 2>&1
ok $? 'it builds with libprof.a, not instrumented' || sed 's/^/#   /' cc.out

# traced NAME: what the profile must say, whichever way it came about.
traced() {
	look ./*.prof
	ok $? "$1: the profile reads"
	is "inner $(calls inner) outer $(calls outer)" 'inner 10 outer 1' \
		"$1: regions are counted, those left by continue as well"
	is "$(calls counted)" 11 "$1: counted is called 11 times since the reset"
	is "$(calls in_regions)" 1 "$1: in_regions once"
	[ "$(calls warm_up)" = '' ] || [ "$(calls warm_up)" = 0 ]
	ok $? "$1: the reset made warm_up forgotten"
	[ "$(calls stopped)" = '' ] || [ "$(calls stopped)" = 0 ]
	ok $? "$1: between stop and start nothing is recorded"
	is "$(callers inner ./*.prof | xargs)" '10 outer' \
		"$1: inner is in outer, which is in in_regions"
	is "$(callers outer ./*.prof | xargs)" '1 in_regions' \
		"$1: outer is in in_regions"
	has info '  the main one  ' "$1: the thread has the name it was given"
	adds_up "$1: times add up to the total"
	# One thread, whatever it did before the reset.
	between "$(cpu_time)" 0 "$(fact ran | awk '{ print $1 + 0.02 }')" \
		"$1: no more CPU time than time since the reset"
}

# run HOW NAME COMMAND...
run() {
	how=$1
	what=$2
	shift 2
	rm -f ./*.prof
	quietly "$how" "$@"
	wordless "$what: runs without a word"
	same out with.out "$what: prints the same"
	traced "$what"
}

run with 'preloaded' "$programs/api.trace"
run without 'linked' ./linked
run without 'linked with the archive' ./archived
run without 'linked with all of the archive' ./archived_whole
run with 'preloaded and linked' ./linked
rm -f ./*.prof
quietly with ./archived
wordless 'preloaded and the archive: runs without a word'
same out with.out 'preloaded and the archive: prints the same'
look ./*.prof
ok $? 'preloaded and the archive: the profile reads'
todo='the program is bound to the archive, the preloaded library records'
is "$(calls inner) $(calls counted)" '10 11' \
	'preloaded and the archive: calls and regions are counted'
todo=
is "$(ls ./*.prof | wc -l)" 1 'two copies of the library make one profile'
run with 'counted' PROF_MODE=count "$programs/api.trace"
run without 'the archive, counted' PROF_MODE=count ./archived

# Sampled: regions are not recorded, start, stop and reset work.
for name in with:$programs/api without:./archived_plain; do
	rm -f ./*.prof
	quietly "${name%%:*}" "${name#*:}"
	what="$(basename "${name#*:}") sampled"
	wordless "$what: runs without a word"
	same out with.out "$what: prints the same"
	look ./*.prof
	ok $? "$what: the profile reads"
	has report '^sample mode' "$what: for it is not instrumented"
	is "$(cumtime warm_up)$(cumtime stopped)" '' \
		"$what: neither warm_up nor stopped has samples"
	# 10 times 1 ms in the regions, 30 in main. Main's time alone is sure
	# to be found by the kernel's 250 ticks a second.
	between "$(total)" 0.03 0.08 "$what: the total is what is left"
	share "$(cumtime main)" 0.025 0.08 "$what: and main's"
done

# prof_flush: a copy that is complete while the program goes on.
rm -f ./*.prof
quietly with "$programs/api.trace" flush
wordless 'flush: runs without a word'
is "$(ls | sed -n 's/^api\.trace\.[0-9]*\(.*prof\)$/\1/p' | xargs)" \
	'.1.prof .prof' 'flush: there is a copy, numbered'
look ./*.1.prof
ok $? 'flush: the copy reads'
is "$(calls inner) $(calls counted)" '10 11' 'flush: it has all until then'
has info 'went on: a copy made on the way' 'flush: info tells what it is'
copied=$(total)
look
ok $? 'flush: the report without files reads'
is "$(calls inner) $(calls counted)" '10 11' \
	'flush: it does not add up the copy and the whole'
awk "BEGIN { exit !($(total) > $copied + 0.02) }"
ok $? 'flush: the whole has the time that came later'

# PROF_START=0: nothing before prof_start.
rm -f ./*.prof
quietly with PROF_START=0 "$programs/api.trace"
look ./*.prof
is "$(calls inner) $(calls counted)" '10 10' \
	'PROF_START=0: what came before prof_start is not there'
quietly with "$programs/api.trace" version
is "$(sed -n 2p out)" "$(sed -n 's/.*PROF_VERSION_[A-Z]* //p' \
	"$top/include/prof.h" | paste -sd. -)" 'version: the one in prof.h'

# C++ has a class for regions, and no complaints about the header.
cat >region.cc <<'END'
#include <prof.h>
#include <cstdio>
int main()
{
	for (int i = 0; i < 3; i++) {
		prof::region one("three times");
		if (i == 1)
			continue;
		prof::region two("two times");
	}
	prof_region_begin("once");
	prof_region_end();
	std::printf("%d\n", prof_loaded());
}
END
$cxx -Wall -Wextra -Wpedantic -Werror -I"$top/include" -o region region.cc \
	>cc.out 2>&1
ok $? 'C++: the header compiles without a warning' || sed 's/^/#   /' cc.out
quietly without ./region
is "$(cat out)" 0 'C++: runs without the library'
rm -f ./*.prof
quietly with PROF_MODE=trace ./region
look ./*.prof
is "$(cat out) $(calls 'three times') $(calls 'two times') $(calls once)" \
	'1 3 2 1' 'C++: regions end where their blocks do'
finish
