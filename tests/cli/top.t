#!/bin/sh
# prof top: a running process, from its arena.
# Measures time.
. tests/cli/lib.sh

W=$T/work
mkdir "$W"
cd "$W" || exit 1

# start PROGRAM...: in the background, until its arena is there.
start()
{
	LD_PRELOAD=$B/libprof.so PROF_OUTPUT=live.prof "$@" >/dev/null 2>&1 &
	pid=$!
	tries=0
	while [ $tries -lt 200 ] && ! "$PROF" top $pid --once >/dev/null 2>&1
	do
		sleep 0.05
		tries=$((tries + 1))
	done
}
start "$B/examples/calc" 1000000000
status 0 '--once with a PID: exit 0' "$PROF" top --once $pid
is "$(err)" '' 'nothing on standard error'
matches "$(out)" "^pid $pid, still running: .*examples/calc 1000000000$" \
	'names the process'
matches "$(out)" '^real [0-9.]+ s, sample mode: [0-9.]+ s of CPU time in 1 thread$' \
	'and its times'
matches "$(out)" '^  now%  self%   cum%   tottime samples/s filename:lineno\(function\)$' \
	'titles'
matches "$(out)" ' calc\.c:[0-9]+\([a-z_]+\)$' 'functions'
lacks "$(out | tr '\033' '\001')" "$(printf '\001')" 'no escape sequence'
status 0 'two frames' "$PROF" top $pid --frames=2 -d 0.3 -n 3
is "$(grep -c 'filename:lineno' "$T/out")" 2 'are two'
matches "$(out)" '^the last [0-9.]+ s: [0-9.]+ s, [0-9.k]+ samples a second$' \
	'the second tells what changed'
awk '/^the last/ {exit !($5 <= 1.3 * $3 + 0.1)}' "$T/out"
ok $? 'one thread has no more than the time between'
awk '/now%/ {frame++; next} frame == 2 && NF >= 5 {now += $1; n++}
	END {exit !(n >= 1 && n <= 3 && now > 50 && now < 100.2)}' "$T/out"
ok $? 'now% adds up to no more than 100'
status 0 'without an operand: the newest session' "$PROF" top --once
matches "$(out)" "^pid $pid, " 'is the one that runs'
status 0 'a file' "$PROF" top --once live.prof
matches "$(out)" "^pid $pid, " 'too'

# --- on a terminal --------------------------------------------------------
if command -v python3 >/dev/null; then
	for end in q ^C term; do
		want=0
		[ $end = term ] && want=143
		python3 "$ROOT/tests/cli/top_terminal.py" $end "$PROF" top \
			-d 0.2 $pid >"$T/tty" 2>&1
		is "$(sed -n 1,2p "$T/tty" | tr '\n' ' ' | sed 's/[0-9]* $//')" \
			"status $want lines " "ends by $end, and leaves the terminal as it was"
		matches "$(cat "$T/tty")" "^left: pid $pid, still running" \
			'the last frame stays'
	done
	matches "$(cat "$T/tty")" '^lines ([0-9]|1[0-6])$' \
		'a frame is no longer than the terminal'
	python3 "$ROOT/tests/cli/top_terminal.py" q "$PROF" top -d 0.2 $pid \
		>"$T/tty" 2>&1
	matches "$(cat "$T/tty")" "order: \['now'" 'it begins with now'
	python3 "$ROOT/tests/cli/top_terminal.py" kill:$pid "$PROF" top \
		-d 0.2 $pid >"$T/tty" 2>&1
	is "$(sed -n 1p "$T/tty")" 'status 0' 'ends when the process does'
	matches "$(cat "$T/tty")" "^left: pid $pid, did not exit cleanly" \
		'and says how that ended'
fi
kill -9 $pid 2>/dev/null
wait $pid 2>/dev/null

# --- a traced process; one that ends while it is watched ------------------
rm -f ./*.prof
start "$B/examples/profile_me.trace" 0.1
status 0 'a traced process, to its end' "$PROF" top -d 0.2 $pid
wait $pid
matches "$(out)" '^ .* calls/s filename' 'has calls a second'
is "$(grep '^pid' "$T/out" | tail -1 | sed 's/:.*//')" \
	"pid $pid, ended with status 0" 'the last frame is that of the end'
matches "$(tail -8 "$T/out")" ' profile_me\.c:[0-9]+\(slow\)$' 'and is whole'
status 0 'once more, when it has ended' "$PROF" top --once
matches "$(out)" "^pid $pid, ended with status 0" 'says so'

# --- what cannot be watched -----------------------------------------------
status 1 'a process that is not there: exit 1' "$PROF" top 4194305
matches "$(err)" '^prof: there is no process 4194305$' 'one line'
sleep 10 &
other=$!
status 1 'a process that is not profiled: exit 1' "$PROF" top $other
matches "$(err)" "^prof: process $other is not being profiled" 'one line'
kill $other
echo text >text
status 3 'a file that is no profile: exit 3' "$PROF" top text
if command -v python3 >/dev/null; then
	python3 "$ROOT/tests/cli/top_terminal.py" none "$PROF" top text \
		>"$T/tty" 2>&1
	matches "$(cat "$T/tty")" '^left: prof: text: not a libprof profile' \
		'on a terminal the message is not hidden by the other screen'
fi
status 2 'a wrong delay: exit 2' "$PROF" top -d 0
matches "$(err)" "needs seconds from 0.1 to 3600, not '0'$" 'says what'
status 2 'a wrong key: exit 2' "$PROF" top -s cost
rm -f ./*
status 3 'nothing here' "$PROF" top
finish
