#!/bin/sh
# jit.t - code made at run time has the names that its maker wrote for perf,
# where that file can be trusted; else it is "[jit]".
# Measures time.
. tests/lib.sh

quietly with PROF_HZ=2000 "$programs/jit"
[ $status -ne 77 ] || {
	skip 'no code for this processor' 'code made at run time'
	finish
}
is $status 0 'a program that makes its code runs'
pid=$(tool convert -o - ./*.prof | sed -n 's/^pid: //p')
map=/tmp/perf-$pid.map
mv ./*.prof kept

tool convert -o - kept >jit 2>err
empty err 'its profile converts without a word'
# ns FILE NAME: own time of the function NAME. Its number is set where it is
# called, before it has a body.
ns() {
	grep -F ") $2" "$1" | sed 's/^c*fn=(\([0-9]*\)).*/\1/' >number
	awk -v own="fn=($(cat number))" '/^fn=/ { on = $0 == own }
		on && /^0x/ { sum += $3 } END { print sum + 0 }' "$1"
}
first=$(ns jit 'jit::first(int) ~a.js:1')
second=$(ns jit '\tsecond@x\x1b[31m')
[ "${first:-0}" -gt 0 ] && [ "${second:-0}" -gt 0 ]
ok $? 'both functions are there by the names of the map' || sed 's/^/#   /' jit
between "$(((first * 100) / (first + second + 1)))" 60 90 \
	'the first has about three quarters of the time'
is "$(sed -n 's/^c*ob=(.*) \(\[jit\]\)$/\1/p' jit)" '[jit]' \
	'their object is [jit]'
"$build/cli/callgrind_strict" jit >said
ok $? 'the file keeps all rules' || sed 's/^/#   /' said

# --- maps that cannot be trusted ----------------------------------------------
refused() {
	tool convert -o - kept >jit 2>err
	has err "$1" "$2: said"
	has jit '^c*fn=([0-9]*) \[jit\]$' "$2: the code is [jit]"
}
touch -d 2001-01-01 "$map"
refused 'perf-.*written before the process started: not used$' \
	'a map older than the process'
mv "$map" "$map.$$" && ln -s "$map.$$" "$map"
refused 'perf-.*: not used$' 'a symbolic link'
rm -f "$map" "$map.$$"
mkfifo "$map"
refused 'perf-.*not a file: not used$' 'a pipe'
rm -f "$map"
tool convert -o - kept >jit 2>err
empty err 'no map at all: nothing is said'
has jit '^c*fn=([0-9]*) \[jit\]$' 'and the code is [jit]'
finish
