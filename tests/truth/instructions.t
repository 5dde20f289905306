#!/bin/sh
# instructions.t - costs and calls in a callgrind file stand at addresses at which
# objdump finds an instruction, so that KCachegrind can show them there.
# Measures time.
. tests/lib.sh

for command in objdump python3; do
	command -v $command >/dev/null || {
		skip "no $command" 'addresses are starts of instructions'
		finish
	}
done

# starts NAME LEAST: of NAME.prof at least LEAST addresses are looked at.
starts() {
	tool convert -o "$1.cg" "$1.prof" 2>err
	python3 "$top/tests/truth/instructions.py" "$1.cg" >said
	is "$(sed -n 's/^all [0-9]* //p' said)" 'wrong 0' \
		"$1: every address is the start of an instruction" ||
		sed 's/^/#   /' said
	between "$(sed -n 's/^all \([0-9]*\) .*/\1/p' said)" "$2" 1000000 \
		"$1: there are some"
}

record() {
	name=$1
	shift
	quietly with PROF_HZ=4000 PROF_OUTPUT="$name.prof" "$@"
}
record julia "$examples/julia" 400
starts julia 20
record taylor "$examples/taylor.trace"
starts taylor 8
seq 300000 >numbers
if command -v bzip2 >/dev/null; then
	record bzip2 bzip2 -k numbers
	starts bzip2 50
fi
for half in FIRST SECOND; do
	$cxx -std=c++17 -O2 -g -march=native -D$half -c -o $half.o \
		"$top/tests/cli/classes.cc"
done
$cxx -o classes FIRST.o SECOND.o
record classes ./classes 20000
starts classes 50
if [ -n "$PROF_TEST_LONG" ] && [ -x /usr/bin/python3 ]; then
	record python /usr/bin/python3 -c '
import json, re, zlib, hashlib
data = json.dumps([{"key %d" % i: [i, str(i)]} for i in range(20000)])
json.loads(data)
re.findall(r"(\d+)", data)
zlib.compress(data.encode())
hashlib.sha256(data.encode() * 20).digest()'
	starts python 100
fi
finish
