#!/bin/sh
# Which files are read when none is named.
# Measures time.
. tests/cli/lib.sh

W=$T/work
mkdir "$W"
cd "$W" || exit 1
TAYLOR=$B/examples/taylor.trace

for command in report info convert; do
	status 3 "prof $command where there is no profile: exit 3" \
		"$PROF" $command
	is "$(head -1 "$T/err")" \
		'prof: no profile (*.prof) in this directory' 'and one line'
	matches "$(tail -1 "$T/err")" 'hint: .*prof run PROGRAM' 'and a hint'
done
echo text >text.prof
status 3 'nothing but a text by that name: exit 3' "$PROF" report
matches "$(err)" '^prof: text.prof: not a profile' 'and it is named'

# Two sessions of one process each, then one of three processes.
"$PROF" run -q -o old.prof "$TAYLOR" 10 >/dev/null
sleep 0.01
"$PROF" run -q -o new.prof "$TAYLOR" 20 >/dev/null
touch old.prof
status 0 'the newest by start, not by date of the file' "$PROF" report
matches "$(out)" '^new\.prof: .*taylor\.trace 20$' 'is taken and named'
lacks "$(out)" 'old\.prof' 'and no other'
sleep 0.01
"$PROF" run -q sh -c '"$1" 30; "$1" 40; exec "$1" 50' sh "$TAYLOR" >/dev/null
status 0 'a session of several processes' "$PROF" report --limit factorial
matches "$(out)" '^session [0-9a-f]{16}: [34] processes, added up$' \
	'is named in the header'
for n in 30 40 50; do
	matches "$(out)" "^ +[0-9]+ .*  .*taylor\.trace $n$" "with process $n"
done
# exp: n(n+1)/2, sin: n^2/4 + n/2 for even n; each counts factorial(0).
want=0
prim=0
for n in 30 40 50; do
	want=$((want + n * (n + 1) / 2 + n * n / 4 + n / 2))
	prim=$((prim + n + n / 2))
done
matches "$(out)" "^ *$want/$prim " "all added up: $want/$prim"
lacks "$(out)" '(new|old)\.prof' 'and no other session'
status 0 'a file by name is that file' "$PROF" report old.prof
matches "$(out)" '^old\.prof: .* 10$' 'and nothing else'

# Recorded without prof run, there is a session all the same.
rm -f ./*.prof
LD_PRELOAD=$B/libprof.so "$TAYLOR" 10 >/dev/null
status 0 'LD_PRELOAD by hand' "$PROF" report
matches "$(out)" '^taylor\.trace\.[0-9]+\.prof: ' 'is found the same way'

# Killed in mid-run.
rm -f ./*.prof
"$PROF" run -q "$B/examples/profile_me.trace" >/dev/null 2>&1 &
pid=$!
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	ls | grep -q '^profile_me' && break
	sleep 0.2
done
sleep 0.5
child=$(ls | sed -n 's/profile_me\.trace\.\([0-9]*\)\.prof$/\1/p')
status 0 'a running process can be read' "$PROF" report
matches "$(out)" 'still running' 'and the header says that it runs'
kill -KILL "$child"
wait $pid
is "$?" 137 'killed'
status 0 'a killed process can be read' "$PROF" report
matches "$(out)" 'did not exit cleanly' 'and the header says how it ended'
matches "$(out)" 'profile_me\.c:[0-9]+\(fast\)' 'and it is all there'

finish
