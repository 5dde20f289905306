#!/bin/sh
# prof embed: what it says is the same without the programs.
. tests/cli/lib.sh

W=$T/work
mkdir "$W"
cd "$W" || exit 1
cp "$B/examples/taylor.trace" "$B/examples/basel" .
cc=${CC:-gcc}
case $cc in
*clang*) flags=-fsanitize-coverage=trace-pc,no-prune ;;
*) flags=-fsanitize-coverage=trace-pc ;;
esac
cp "$ROOT/examples/accumulate.c" .
"$cc" -std=gnu11 -O1 -g $flags -I"$ROOT" -o accumulate accumulate.c \
	"$ROOT"/examples/common/*.c -L"$B" -lprof -lm -pthread 2>cc.out
ok $? 'a program that counts blocks' || sed 's/^/#   /' cc.out

PROF_OUTPUT=traced.%p.prof LD_PRELOAD=$B/libprof.so ./taylor.trace >/dev/null
PROF_OUTPUT=sampled.%p.prof LD_PRELOAD=$B/libprof.so PROF_HZ=2000 \
	./basel 2e6 >/dev/null
PROF_OUTPUT=counted.%p.prof LD_PRELOAD=$B/libprof.so ./accumulate 10 100 \
	>/dev/null
# say NAME: all that the commands say of the three.
say()
{
	for kind in traced sampled counted; do
		"$PROF" report $kind.*.prof
		"$PROF" report --callers $kind.*.prof
		"$PROF" lines $kind.*.prof
		"$PROF" convert -o - $kind.*.prof
		"$PROF" convert --inline=off -o - $kind.*.prof
		"$PROF" convert -t folded -o - $kind.*.prof
	done >"$T/$1" 2>"$T/$1.err"
	"$PROF" lines accumulate counted.*.prof >"$T/$1.lines" 2>&1
}
say before
status 0 'embed all of them' "$PROF" embed ./*.prof
matches "$(err)" '^prof: wrote \./counted\.[0-9]+\.prof: 1 process, [0-9]+ source files$' \
	'and it says what it did'
rm basel taylor.trace accumulate accumulate.c
say after
cmp "$T/before" "$T/after" >"$T/difference"
ok $? 'without the programs all commands say the same' ||
	diff "$T/before" "$T/after" | head -10 | sed 's/^/#   /'
is "$(cat "$T/after.err")" "$(cat "$T/before.err")" 'and warn of nothing new'
cmp "$T/before.lines" "$T/after.lines" >/dev/null
ok $? 'lines with hits and sources, too'
matches "$(cat "$T/after.lines")" \
	'^    36 +108 .*append\(&sums, new_value\);$' 'for they came along'
if command -v objdump >/dev/null; then
	status 0 'machine code as well' "$PROF" annotate accumulate counted.*.prof
	matches "$(out)" '  (ret|jmp|call) ' 'is there to be shown'
else
	skip 'no objdump' 'machine code'
fi
status 0 'prof info' "$PROF" info counted.*.prof
matches "$(out)" '^  blocks +[0-9]+, which ran [0-9]+ times' 'tells of the blocks'
matches "$(out)" '^  names +of [0-9]+ functions, and [0-9]+ source files' \
	'and of the names'
status 0 'a second time' "$PROF" embed counted.*.prof
matches "$(err)" 'has its names already$' 'changes nothing'
status 0 'merged profiles keep their names' sh -c \
	'"$1" merge -o all.prof sampled.*.prof traced.*.prof && "$1" report all.prof' \
	sh "$PROF"
matches "$(out)" ' basel\.c:[0-9]+\(' 'functions of basel'
matches "$(out)" ' taylor\.c:[0-9]+\(factorial\)$' 'and factorial'

# --- where nothing is known -------------------------------------------------
PROF_OUTPUT=lost.prof LD_PRELOAD=$B/libprof.so "$B/examples/taylor.trace" \
	>/dev/null
status 0 '-o leaves the input as it is' "$PROF" embed -o kept.prof lost.prof
[ "$(wc -c <kept.prof)" -gt "$(wc -c <lost.prof)" ]
ok $? 'the result is larger'
status 0 '--no-source' "$PROF" embed --no-source -o bare.prof lost.prof
[ "$(wc -c <bare.prof)" -lt "$(wc -c <kept.prof)" ]
ok $? 'is smaller'
status 4 'a full disk: exit 4' "$PROF" embed -o /dev/full counted.*.prof
is "$(err)" 'prof: /dev/full: No space left on device' 'and one line'
status 2 '-o with two files' "$PROF" embed -o x.prof kept.prof lost.prof
printf 'nothing' >text.prof
status 3 'what is no profile' "$PROF" embed text.prof
head -c 2000 kept.prof >cut.prof
status 3 'a profile that is cut' "$PROF" embed cut.prof

# --- a process that still writes ----------------------------------------------
PROF_OUTPUT=live.prof LD_PRELOAD=$B/libprof.so "$B/examples/profile_me.trace" \
	0.2 >/dev/null &
tries=0
while [ ! -s live.prof ] && [ $tries -lt 100 ]; do
	sleep 0.05
	tries=$((tries + 1))
done
status 4 'in place, while it runs' "$PROF" embed live.prof
matches "$(err)" 'live\.prof: its process is still running$' 'is refused'
status 0 'elsewhere' "$PROF" embed -o sofar.prof live.prof
status 0 'it can be read' "$PROF" report sofar.prof
wait
status 0 'and the process goes on to its end' "$PROF" report live.prof
matches "$(out)" 'ended with status 0' 'as if nothing had been'
finish
