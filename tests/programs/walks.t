#!/bin/sh
# walks.t - the stacks of programs as Debian has them, walked by our rows, by
# rows and memory, and by libunwind in the same handler: the same frames.
# Measures time.
. tests/lib.sh

walks=$build/walks.so
if [ ! -e "$walks" ]; then
	skip 'not built here' 'walks'
	finish
fi
size=600000
rounds=1
[ -z "${PROF_TEST_LONG:-}" ] || size=4000000 rounds=6
seq 1 $size >data
cat >work.py <<END
import json, re, zlib
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
fib(20)
text = json.dumps([{"n": i, "square": i * i} for i in range($size // 10)])
sum(map(int, re.findall(r"\d+", text)))
zlib.crc32(bytes(sorted(text.encode())))
END
cat >work.cc <<'END'
#include <algorithm>
#include <map>
#include <string>
#include <vector>
#include <regex>
int main(int argc, char **argv)
{
	std::map<std::string, int> m;
	for (int i = 0; i < 30000; i++)
		m[std::to_string(i * 7919 % 10007)] += i;
	std::vector<std::pair<std::string, int>> v(m.begin(), m.end());
	std::sort(v.begin(), v.end(), [](auto &a, auto &b) {
		return a.second < b.second; });
	return std::regex_match(v[0].first, std::regex("[0-9]+")) ? 0 : 1;
}
END

# compare PROGRAM ARGUMENT...: at 2000 samples a second.
compare() {
	what=$(basename "$1")
	if [ ! -x "$1" ]; then
		skip "$1 is not installed" "$what"
		return
	fi
	rm -f figures
	round=0
	while [ $round -lt $rounds ]; do
		timeout -k 5 300 env WALK=compare WALK_HZ=2000 \
			WALK_OUT="$work/figures" LD_PRELOAD="$walks" "$@" \
			</dev/null >/dev/null 2>err
		round=$((round + 1))
	done
	# Where libunwind does not reach the end, nothing is compared.
	set -- $(awk '{ n += $2; d += $7; c += $9; l += $11 }
		END { print n + 0, d + 0, c + 0, l + 0 }' figures)
	echo "# $what: $1 samples, $2 different, $3 cut, $4 that libunwind cut"
	between "$1" 20 100000000 "$what: is sampled"
	between "$2" 0 "$(($1 / 1000 + 1))" "$what: the same frames" ||
		sed 's/^/#   /' err | head -40
	between "$3" 0 "$(($1 / 200))" "$what: 99.5 % of stacks are complete"
	between "$4" 0 "$(($1 / 20))" "$what: and of libunwind's nearly as many"
}

compare /usr/bin/bzip2 -c data
compare /usr/bin/xz -1 -T1 -c data
compare /usr/bin/python3 -I work.py
compare /usr/bin/sqlite3 :memory: "create table t(a integer primary key, b, c);
	with recursive n(i) as (select 1 union all select i + 1 from n
		where i < $size / 10)
	insert into t select i, i * 7919 % 100003, 'row ' || i from n;
	create index x on t(b); select count(*), sum(b) from t;"
compare /usr/bin/perl -e 'my %h; for my $i (1 .. $ARGV[0] / 10) { $h{"k$i"} =
	$i * 3 } my @a = sort { $h{$a} <=> $h{$b} } keys %h; print $#a' $size
plus=$($cxx -print-prog-name=cc1plus)
compare "${plus:-none}" -quiet -O1 -std=c++17 \
	-imultiarch "$($cxx -print-multiarch)" -o out.s work.cc
clang=$(readlink -f "$(command -v clang++ || true)")
[ -n "${PROF_TEST_LONG:-}" ] &&
	compare "${clang:-none}" -O1 -std=c++17 -S -o out.s work.cc

# The constructor of a library that comes after ours: the loader's own code,
# which called it, begins the stack and has no unwind information.
cat >early.c <<'END'
#include "tests/programs/work.h"
static WORK void early_work(void)
{
	burn(100);
}
__attribute__((constructor)) static void early(void)
{
	early_work();
}
END
echo 'int main(void) { return 0; }' >nothing.c
$cc -O2 -g -D_GNU_SOURCE -I"$top" -fPIC -shared -o libearly.so early.c \
	-Wl,--no-as-needed -L"$build" -lprof -Wl,-rpath,"$build" &&
	$cc -o early nothing.c -Wl,--no-as-needed -L. -learly \
		-Wl,-rpath,"$work"
ok $? 'a program that works before main'
rm -f ./*.prof
quietly with PROF_ENGINE=timer PROF_HZ=200 ./early
look ./*.prof
share "$(cumtime early_work)" 0.06 0.2 'its library is sampled'
is "$(fact cut)" '0 stacks before their outermost frame' \
	'and its stacks are complete'
finish
