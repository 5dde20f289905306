#!/bin/sh
# foreign.t - programs that nobody here wrote or built, as Debian has them: the
# same output, all of their CPU time, and names.
# Measures time.
. tests/lib.sh

seq 1 3000000 >data # 23 MB that compress, and not trivially

cat >fib.py <<'END'
import json, re, zlib
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(25))
text = json.dumps([{"n": i, "square": i * i} for i in range(50000)])
print(len(text), sum(map(int, re.findall(r"\d+", text))))
print(zlib.crc32(bytes(sorted(text.encode()))))
END
cat >fib.lua <<'END'
local function fib(n)
	if n < 2 then return n end
	return fib(n - 1) + fib(n - 2)
end
print(fib(30))
local t = {}
for i = 1, 200000 do t[i] = tostring(i * 7919 % 100003) end
table.sort(t)
print(#table.concat(t), t[1], t[#t])
END
cat >numbers.sql <<'END'
create table t(a integer primary key, b integer, c text);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 200000)
insert into t select i, i * 7919 % 100003, 'row ' || i from n;
create index t_b on t(b);
select count(*), sum(b), max(c) from t;
select sum(x.b * y.b) from t x join t y on x.a = y.b where x.b < 50000;
END

# compare WHAT FUNCTION COMMAND...: run COMMAND with and without us.
compare() {
	what=$1
	function=$2
	shift 2
	if [ ! -x "$1" ]; then
		skip "$1 is not installed" "$what"
		return
	fi
	quietly without "$@"
	plain=$status
	mv out plain.out
	mv err plain.err
	rm -f ./*.prof
	quietly with "$@"
	is $status $plain "$what: ends with the same status"
	[ -s out ]
	ok $? "$what: writes something"
	same out plain.out "$what: the same bytes"
	same err plain.err "$what: and the same to stderr"
	look ./*.prof
	ok $? "$what: the profile reads"
	cpu=$(recorded_cpu)
	between "$(total)" "$(awk "BEGIN { print $cpu * 0.99 - 0.002 }")" \
		"$(awk "BEGIN { print $cpu * 1.01 + 0.002 }")" \
		"$what: the total is the CPU time of the process"
	between "$cpu" 0.1 60 "$what: and that is not nothing"
	awk -F '\t' -v name="$function" '$5 ~ name { found = 1 }
		END { exit !found }' table
	ok $? "$what: $function is seen" || sed 's/^/#   /' table
	nothing_lost "$what: nothing is lost"
	# Worker threads do not come from main.
	[ "$function" = . ] && return
	share "$(awk -F '\t' '$5 == "main" || $5 ~ /^__libc_start_/ {
		if ($4 > t) t = $4 } END { print t + 0 }' table)" \
		"$(awk "BEGIN { print $(total) * 0.9 }")" 60 \
		"$what: stacks reach main"
}

compare bzip2 '^BZ2_(compressBlock|blockSort|bzCompress)$' /usr/bin/bzip2 -c data
mv plain.out data.bz2
compare 'bzip2 -d' '^BZ2_(decompress|bzDecompress|bzRead)$' \
	/usr/bin/bzip2 -dc data.bz2
compare xz '^lzma_code$' /usr/bin/xz -2 -T1 -c data
compare 'xz, two threads' '.' /usr/bin/xz -1 -T2 --block-size=4MiB -c data
compare python3 '^_PyEval_EvalFrameDefault$' /usr/bin/python3 -I fib.py
compare sqlite3 '^sqlite3_step$' /usr/bin/sqlite3 -init numbers.sql :memory: ''
compare lua5.4 '^lua_(callk|pcallk)$' /usr/bin/lua5.4 fib.lua

# valgrind runs a program in its own process, and takes a SIGTRAP for its own
# end. That of Debian 12 cannot read what clang writes for debuggers.
strip -g -o libprof.so "$lib" && lib=$PWD/libprof.so
inside_valgrind() {
	rm -f ./*.prof
	quietly without valgrind -q /usr/bin/lua5.4 short.lua
	mv out plain.out
	quietly with "PROF_ENGINE=$1" valgrind -q /usr/bin/lua5.4 short.lua
	is "$status" 0 "valgrind, $1: it ends as it does without us"
	same out plain.out "valgrind, $1: with the same output"
	look ./lua5.4.*.prof
	has info 'engine *timers' "valgrind, $1: timers sample it"
}

echo 'local n = 0 for i = 1, 1e6 do n = n + i % 7 end print(n)' >short.lua
for engine in auto perf; do
	if ! command -v valgrind >/dev/null; then
		skip 'valgrind is not installed' "valgrind, $engine"
	elif [ "$variant" != release ] && [ "$variant" != debug ]; then
		skip 'it does not run a sanitizer' "valgrind, $engine"
	else
		inside_valgrind $engine
	fi
done
finish
