#!/bin/sh
# prof run: statuses, signals, output, and a word where nothing is recorded.
. tests/cli/lib.sh

CC=${CC:-gcc}
W=$T/work
mkdir "$W"
cd "$W" || exit 1
TAYLOR=$B/examples/taylor.trace

# --- statuses -------------------------------------------------------------
status 3 'the status of the program is passed on' \
	"$PROF" run -q sh -c 'exit 3'
status 0 'status 0 too' "$PROF" run -q true
status 143 'a program killed by SIGTERM: 128 + 15' \
	"$PROF" run sh -c 'kill -TERM $$'
matches "$(err)" '^prof: sh: killed by signal 15' 'and the signal is named'
status 137 'SIGKILL: 137' "$PROF" run -q sh -c 'kill -KILL $$'
is "$(err)" '' '-q: no message'
status 127 'a command that is not there: 127' "$PROF" run no-such-command
is "$(err)" 'prof: no-such-command: command not found' 'and one line'
status 127 'a path that is not there: 127' "$PROF" run ./no-such-file
is "$(err)" 'prof: ./no-such-file: No such file or directory' 'and one line'
echo data >plain
status 126 'a file that is not executable: 126' "$PROF" run ./plain
is "$(err)" 'prof: ./plain: Permission denied' 'and one line'
status 126 'a directory: 126' "$PROF" run ./
status 125 'no program: 125' "$PROF" run
status 125 'a bad option of run: 125' "$PROF" run --wibble true
status 125 'a bad value: 125' "$PROF" run --hz 0 true
matches "$(err)" "^prof: run: option '--hz': .*20000" \
	'and it names the option and what is allowed'
status 125 'a bad word: 125' "$PROF" run --mode fast true
matches "$(err)" 'auto\|sample\|trace\|count' 'and it lists the words'
status 7 'options after the program are its own' \
	"$PROF" run -q -- sh -c 'exit 7' -q --wibble

# --- what the program sees ------------------------------------------------
status 0 'standard input, output and arguments are untouched' sh -c \
	'echo hello | "$1" run -q sh -c "cat; echo \"\$0 \$1\"" "a b" "*"' \
	sh "$PROF"
is "$(out)" 'hello
a b *' 'and arrive as they were'
got=$(LD_PRELOAD=/lib/x86_64-linux-gnu/libm.so.6 "$PROF" run -q \
	printenv LD_PRELOAD)
case $got in
"$B"/libprof.so*:/lib/x86_64-linux-gnu/libm.so.6) r=0 ;;
*) r=1 ;;
esac
ok $r 'libprof.so comes first in LD_PRELOAD and the others stay' ||
	show "$got" 'got '
id=$("$PROF" run -q printenv PROF_SESSION)
matches "$id" '^[0-9a-f]{16}$' 'a session of 16 hexadecimal digits'
again=$(PROF_SESSION=$id "$PROF" run -q printenv PROF_SESSION)
ok "$([ "$id" != "$again" ]; echo $?)" 'each run is a session of its own'
is "$("$PROF" run -q --hz 250 --mode=sample sh -c 'echo $PROF_HZ $PROF_MODE')" \
	'250 sample' 'options become variables'

# --- the report -----------------------------------------------------------
rm -f ./*.prof
status 0 'a traced program: exit 0' "$PROF" run "$TAYLOR"
is "$(lines "$T/out")" 2 'nothing is added to an output that is redirected'
is "$(sed -n 1p "$T/err")" '' 'a blank line'
matches "$(cat "$T/err")" '^188000/750 .*taylor\.c:[0-9]+\(factorial\)$' \
	'then the report, on standard error'
is "$(ls | grep -c '\.prof$')" 1 'and one profile'
rm -f ./*.prof
status 0 '-o FILE: exit 0' "$PROF" run -o out.prof "$TAYLOR"
is "$(lines "$T/err")" 0 '-o FILE: no report'
ok "$([ -f out.prof ]; echo $?)" '-o FILE: the profile is FILE'
cp out.prof before
status 0 '-o FILE that is there: exit 0' "$PROF" run -o out.prof "$TAYLOR"
is "$(err)" 'prof: warning: out.prof was there before: the profile is out.1.prof' \
	'it says what it made instead'
ok "$(cmp out.prof before; echo $?)" 'and what was there is as it was'
status 0 'which reads' "$PROF" report out.1.prof
status 0 '-o of a device' "$PROF" run -o /dev/null "$TAYLOR"
matches "$(err)" '^libprof: .*not that of a file: /dev/null$' \
	'a line says why not'
matches "$(err)" '^prof: .*: no profile: /dev/null is not a file$' 'and so does prof'
status 0 'a mode that sees nothing' "$PROF" run --mode=trace true
matches "$(err)" '^prof: true: no profile: mode trace sees only .*-finstrument' \
	'a line says what it needs'
rm -f ./*.prof
mkdir -p sub
status 0 '--output with a directory: exit 0' \
	env PROF_OUTPUT='sub/%e-%p.prof' "$PROF" run "$TAYLOR"
matches "$(cat "$T/err")" '^188000/750' 'PROF_OUTPUT elsewhere: found, and reported'
status 5 'a report that cannot be written does not change the status' \
	sh -c '"$1" run sh -c "exit 5" 2>/dev/full' sh "$PROF"

# --- signals to prof ------------------------------------------------------
cat >trap.sh <<'X'
trap 'echo got TERM; exit 9' TERM
echo ready
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do sleep 0.1; done
X
"$PROF" run -q sh trap.sh >sig.out 2>/dev/null &
pid=$!
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	grep -q ready sig.out && break
	sleep 0.1
done
kill -TERM $pid
wait $pid
is "$?" 9 'SIGTERM is passed on, and the status of the program with it'
matches "$(cat sig.out)" 'got TERM' 'the program got it'

# --- nothing recorded: one line that says why -----------------------------
rm -f ./*.prof
printf 'int main(void){return 4;}\n' >s.c
if $CC -static -o static s.c 2>/dev/null; then
	status 4 'a static program still runs, with its status' \
		"$PROF" run ./static
	matches "$(err)" '^prof: warning: ./static is statically linked' \
		'and a warning says what it is'
	matches "$(err)" 'without -static' 'and what to do'
	matches "$(err)" '^prof: ./static: no profile: it is statically' \
		'and that there is no profile'
else
	skip 'cannot link one' 'static program'
fi
if [ "$(id -u)" -eq 0 ] && cp /bin/true suid &&
	chown 1 suid && chmod 4755 suid; then
	"$PROF" run ./suid >"$T/out" 2>"$T/err"
	matches "$(err)" 'warning: ./suid runs with other rights' \
		'a setuid program: a warning'
else
	skip 'not root' 'setuid program'
fi
{ printf '\177ELF\001'; tail -c +6 "$B/examples/taylor" | head -c 4000; } \
	>foreign
chmod +x foreign
"$PROF" run ./foreign >"$T/out" 2>"$T/err"
matches "$(err)" 'warning: ./foreign is for another machine or word size' \
	'a 32-bit program: a warning'
printf '#!/no/such/interpreter\n' >script
chmod +x script
status 127 'a script without its interpreter: 127' "$PROF" run ./script
matches "$(err)" 'script whose interpreter cannot be found' 'and a warning'
printf '#!/bin/sh\nexit 6\n' >script
status 6 'a script runs' "$PROF" run -q ./script
printf 'exit 8\n' >script
status 8 'a script without #! runs as in a shell' "$PROF" run -q ./script
if [ -x static ]; then
	printf '#!%s/static\n' "$PWD" >script
	status 4 'a script whose interpreter is static runs' "$PROF" run ./script
	matches "$(err)" 'its interpreter .*/static is statically linked' \
		'and a warning names the interpreter'
fi
status 0 '--start=0 without prof_start: exit 0' \
	"$PROF" run --start 0 "$B/examples/taylor"
matches "$(err)" 'no profile: .*prof_start' 'and a line says why'
mkdir moved
cp "$PROF" moved/prof
status 125 'no libprof.so beside prof: 125' moved/prof run true
matches "$(err)" '^prof: libprof.so is neither in' 'and one line'
mkdir 'a b'
cp "$PROF" 'a b/prof'
cp "$B"/libprof.so 'a b/libprof.so'
status 125 'libprof.so in a directory with a blank: 125' 'a b/prof' run true
matches "$(err)" 'cannot name a path with a blank' 'and one line'

# --- a directory that cannot be written -----------------------------------
mkdir locked
chmod 555 locked
if [ "$(id -u)" -ne 0 ]; then
	cd locked || exit 1
	status 0 'an unwritable directory: the program is unharmed' \
		"$PROF" run "$TAYLOR"
	matches "$(err)" 'no profile: directory .: Permission denied' \
		'and a line says why'
	cd ..
fi
status 0 'an output directory that is not there: the program is unharmed' \
	"$PROF" run --output /no/such/dir/x.prof "$TAYLOR"
matches "$(err)" 'no profile: directory /no/such/dir: No such file' \
	'and a line says why'
cd "$ROOT" || exit 1

finish
