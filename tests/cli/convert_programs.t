#!/bin/sh
# Callgrind files of real programs keep every rule: C++ with templates and
# exceptions in all modes; bzip2, lua, sqlite3 and python3 as Debian has them,
# sampled; four processes in one.
. tests/cli/lib.sh

STRICT=$B/cli/callgrind_strict
mkdir "$T/work"
cd "$T/work" || exit 1

combinations='merge.instr.file.merge split.line.node.split
	merge.instr.node.split'
if [ -n "$PROF_TEST_LONG" ]; then
	combinations=
	for t in merge split; do
		for p in line instr; do
			for i in file node off; do
				combinations="$combinations
					$t.$p.$i.merge $t.$p.$i.split"
			done
		done
	done
fi

# keeps_rules FACT PROFILE...
keeps_rules()
{
	fact=$1
	shift
	: >wrong
	for combination in $combinations; do
		IFS=. read -r t p i r <<-END
			$combination
		END
		"$PROF" convert --threads=$t --positions=$p --inline=$i \
			--recursion=$r -o - "$@" >cg 2>said || cat said >>wrong
		"$STRICT" - <cg >said || {
			echo "$combination:"
			cat said
		} >>wrong
	done
	is "$(head -20 wrong)" '' "$fact: no rule broken"
}

# recorded PROGRAM: skips the rest of FACT where the machine does not have it.
have()
{
	command -v "$1" >/dev/null && return
	skip "no $1" "$2"
	false
}

# --- C++ ------------------------------------------------------------------
build()
{
	for half in FIRST SECOND; do
		$CXX -std=c++17 -O1 -g $2 -D$half -c -o "$1.$half.o" \
			"$ROOT/tests/cli/classes.cc" || return
	done
	$CXX -o "$1" "$1.FIRST.o" "$1.SECOND.o"
}
CXX=${CXX:-g++}
build classes ''
ok $? 'a C++ program is built'
# clang's hooks may refer to functions of the standard library's headers that
# it then leaves out: there they come after inlining.
build classes.trace -finstrument-functions 2>link ||
	build classes.trace -finstrument-functions-after-inlining
ok $? 'and with hooks'
./classes 200 >want
for mode in trace count; do
	"$PROF" run -q --mode $mode -o $mode.prof ./classes.trace 200 >got
	is "$(cat got)" "$(cat want)" "classes, $mode: the program's output"
	keeps_rules "classes, $mode" $mode.prof
done
"$PROF" run -q --hz 4000 -o sample.prof ./classes 20000 >/dev/null
keeps_rules 'classes, sampled' sample.prof
keeps_rules 'classes, traced and sampled in one' trace.prof sample.prof
"$PROF" convert -o cg count.prof 2>/dev/null
is "$(grep -c '^c*fn=([0-9]*) same_name(long)' cg)" 2 \
	'two statics of one name in files of one name are two'
"$PROF" convert -o cg trace.prof 2>/dev/null
for class in 'geometry::Polygon::area() const' '{anonymous}::helper(long)' \
	'std::vector<unsigned_long,std::allocator<unsigned_long>>::'; do
	grep -Fq "$class" cg
	ok $? "KCachegrind can find the class of $class"
done

# --- what Debian has --------------------------------------------------------
seq 200000 >numbers
if have bzip2 'bzip2 sampled'; then
	"$PROF" run -q --hz 2000 -o bzip2.prof bzip2 -k -c numbers >numbers.bz2
	keeps_rules 'bzip2, sampled' bzip2.prof
fi
if have lua5.4 'lua sampled'; then
	"$PROF" run -q --hz 2000 -o lua.prof lua5.4 -e '
		local function fib(n)
			return n < 2 and n or fib(n - 1) + fib(n - 2)
		end
		local t = {}
		for i = 1, 100000 do t[i % 100 .. ""] = fib(3) end
		print(fib(24))' >/dev/null
	keeps_rules 'lua, sampled' lua.prof
fi
if have sqlite3 'sqlite3 sampled'; then
	"$PROF" run -q --hz 2000 -o sqlite.prof sqlite3 :memory: '
		with recursive n(i) as (select 1 union all
			select i + 1 from n where i < 100000)
		select sum(i), count(distinct i % 1000) from n
		order by 1' >/dev/null
	keeps_rules 'sqlite3, sampled' sqlite.prof
fi
if [ -x /usr/bin/python3 ]; then
	"$PROF" run -q --hz 2000 -o python.prof /usr/bin/python3 -c '
import json, re, zlib, hashlib, sqlite3, ctypes
data = json.dumps([{"key %d" % i: [i, str(i)]} for i in range(20000)])
for i in range(3):
    json.loads(data)
    re.findall(r"(\d+)", data)
    zlib.compress(data.encode())
    hashlib.sha256(data.encode() * 5).digest()' >/dev/null
	keeps_rules 'python3 with modules that it opened, sampled' python.prof
else
	skip 'no /usr/bin/python3' 'python3 sampled'
fi

# --- several processes --------------------------------------------------------
rm -f ./*.prof
"$PROF" run -q sh -c 'for i in 1 2 3 4; do
	"$0" "$1"0$i & done; wait' "$B/examples/basel.trace" 10000 >/dev/null
processes=$("$PROF" convert -o - |
	sed -n 's/^desc: Trigger: [0-9]* threads of \([0-9]*\) .*/\1/p')
[ "${processes:-0}" -ge 4 ]
ok $? 'without a file: the newest session, all its processes'
keeps_rules 'the processes of a session' ./*.prof
"$PROF" merge -o all.merged ./*.prof 2>/dev/null
keeps_rules 'merged into one file' all.merged
"$PROF" convert -o - ./*.prof >one
"$PROF" convert -o - all.merged >two
is "$(grep '^totals' two)" "$(grep '^totals' one)" 'with the same totals'
finish
