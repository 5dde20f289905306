#!/bin/sh
# prof convert: files that appear whole or not at all, and a callgrind file that
# keeps every rule (tests/cli/callgrind_strict.c reads it).
. tests/cli/lib.sh

STRICT=$B/cli/callgrind_strict
W=$T/work
mkdir "$W"
cd "$W" || exit 1
"$PROF" run -q -o taylor.prof "$B/examples/taylor.trace" >/dev/null

# strict FILE FACT
strict()
{
	"$STRICT" "$1" >"$T/strict" 2>&1
	ok $? "$2" || show "$(cat "$T/strict")" ''
}

# --- files ----------------------------------------------------------------
status 0 'convert without options: exit 0' "$PROF" convert taylor.prof
file=$(ls callgrind.out.*)
matches "$file" '^callgrind\.out\.taylor\.trace\.[0-9]+$' \
	'writes callgrind.out.PROGRAM.PID'
is "$(err)" "prof: wrote $file; open it: kcachegrind $file" \
	'says how to open it'
is "$(out)" '' 'nothing on standard output'
status 0 '-o -: exit 0' "$PROF" convert -t callgrind -o - taylor.prof
is "$(out)" "$(cat "$file")" '-o -: the same on standard output'
is "$(err)" '' '-o -: nothing on standard error'
status 4 'a full disk: exit 4' "$PROF" convert -o /dev/full taylor.prof
is "$(err)" 'prof: /dev/full: No space left on device' 'and one line'
status 4 'a full standard output: exit 4' \
	sh -c '"$1" convert -o - taylor.prof >/dev/full' sh "$PROF"
is "$(err)" 'prof: standard output: No space left on device' 'and one line'
status 4 'a directory that is not there: exit 4' \
	"$PROF" convert -o no/such/file taylor.prof
is "$(err)" 'prof: no/such/file: No such file or directory' 'and one line'
echo precious >kept
status 3 'an unreadable profile: exit 3' "$PROF" convert -o kept "$file"
is "$(cat kept)" precious 'and a file by the name of the output is untouched'
status 4 'a limit on the size of files: exit 4' sh -c \
	'trap "" XFSZ; ulimit -f 0; "$1" convert -o kept taylor.prof' sh "$PROF"
is "$(cat kept)" precious 'and a file by the name of the output is untouched'
is "$(ls | grep -c 'kept')" 1 'no temporary file stays'
status 0 'the output may be replaced' "$PROF" convert -o kept taylor.prof
is "$(cat kept)" "$(cat "$file")" 'by a whole file'

# --- what taylor's file says ----------------------------------------------
is "$(sed -n '1p;2p;3s/ prof.*//p;4s/[0-9][0-9]*/N/p;6,7p' "$file")" \
	'# callgrind format
version: 1
creator:
pid: N
part: 1
desc: Trigger: 1 thread of 1 process' 'the header, in order'
matches "$(cat "$file")" '^event: ns : Wall time \(ns\)$' 'unit and clock'
is "$(grep -c '^calls=500 ' "$file")" 1 'factorial: 500 calls by taylor_exp'
is "$(grep -c '^calls=250 ' "$file")" 1 '250 calls by taylor_sin'
is "$(grep -c '^calls=187250 ' "$file")" 1 '187250 calls by itself'
matches "$(cat "$file")" '^fl=\([0-9]+\) /.*/examples/taylor\.c$|^cfi=\([0-9]+\) /.*/examples/taylor\.c$' \
	'absolute source paths'
is "$(sed -n 's/^positions: //p' "$file")" 'instr line' \
	'instructions where addresses are known'
status 0 '--positions=line' "$PROF" convert --positions=line -o line taylor.prof
is "$(sed -n 's/^positions: //p' line)" line 'lines only'
is "$(grep -c 0x line)" 0 'no address is left'
strict line '--positions=line keeps all rules'

# --- recursion, threads and events -----------------------------------------
is "$(sed -n 's/^events: //p' "$file")" 'ns calls' 'traced: time and calls'
is "$(sed -n 's/^totals: [0-9]* //p' "$file")" 188005 \
	'all calls are in the total'
"$PROF" convert --recursion=split -o again taylor.prof 2>/dev/null
is "$(grep -c "^c*fn=([0-9]*) factorial'2$" again)" 1 \
	"--recursion=split: recursive calls are those of factorial'2"
is "$(grep -c '^calls=749 ' again)" 1 \
	'which factorial enters itself, but for factorial(0)'
"$PROF" run -q --output 'b.%p.prof' "$B/examples/basel.trace" 100000 >/dev/null
threads=$("$PROF" convert -o - b.*.prof |
	sed -n 's/^desc: Trigger: \([0-9]*\) threads of 3 processes$/\1/p')
mkdir parts
status 0 '--threads=split: exit 0' \
	"$PROF" convert --threads=split -o parts/b b.*.prof
is "$(err)" "prof: wrote $threads parts, parts/b-01 to -0$threads; open them: kcachegrind parts/b" \
	'says what was written'
is "$(ls parts | wc -l)" "$threads" 'a file for each thread'
is "$(sed -n 's/^thread: //p' parts/* | paste -sd' ')" '1 2 3 1 1' \
	'with its number'
matches "$(cat parts/b-02)" '^desc: Trigger: thread 2 \(basel.trace, tid [0-9]+\)$' \
	'and its name'
is "$(sed -n 's/^pid: //p' parts/* | uniq | wc -l)" 3 'and its process'
"$PROF" convert --threads=split -o - b.*.prof >stream
is "$(cat stream)" "$(cat parts/*)" '-o -: all parts one after the other'
mkfifo pipe
cat pipe >through &
"$PROF" convert --threads=split -o pipe b.*.prof 2>/dev/null
wait $!
is "$(cat through)" "$(cat parts/*)" 'and so for a pipe'
status 2 'folded has no parts: exit 2' \
	"$PROF" convert -t folded --threads=split taylor.prof
echo mine >parts/b-x
status 0 'fewer parts than before: exit 0' \
	"$PROF" convert --threads=split -o parts/b taylor.prof
is "$(ls parts | paste -sd' ')" 'b-01 b-x' 'the other parts go'
matches "$(err)" "kcachegrind opens parts/b-x as well" \
	'what else kcachegrind would open is named'
status 0 'one file instead of parts: exit 0' \
	"$PROF" convert -o parts/b taylor.prof
is "$(ls parts | paste -sd' ')" 'b b-x' 'the parts go'

# --- every rule, on every kind of profile ---------------------------------
if [ ! -x "$STRICT" ]; then
	skip "$STRICT is not built" 'strict reader'
	finish
fi
# check NAME PROFILE...: with the combinations of options in $combinations.
# Where threads are split, the sums of the parts are those of the whole.
check()
{
	name=$1
	shift
	: >wrong
	for combination in $combinations; do
		IFS=. read -r p i r <<-END
			$combination
		END
		check_one "$@" && check_parts "$@"
	done
	is "$(cat wrong)" '' "$name: no rule broken, whatever the options"
}
all=
for p in line instr; do
	for i in file node off; do
		all="$all $p.$i.merge $p.$i.split"
	done
done
some='line.node.split instr.file.merge instr.node.split'
[ -z "$PROF_TEST_LONG" ] || some=$all
options() { echo "--positions=$p --inline=$i --recursion=$r"; }
check_one()
{
	"$PROF" convert $(options) -o cg "$@" 2>err.cg &&
		"$STRICT" cg >>err.cg && return
	echo "$(options): $(cat err.cg)" >>wrong
	false
}
check_parts()
{
	rm -f pt-*
	"$PROF" convert $(options) --threads=split -o pt "$@" 2>err.cg
	for part in pt-*; do
		"$STRICT" "$part" >>err.cg ||
			echo "$(options) $part: $(cat err.cg)" >>wrong
	done
	[ "$(sums pt-*)" = "$(sums cg)" ] ||
		echo "$(options): the parts' sums are $(sums pt-*)" >>wrong
}
sums()
{
	awk '/^totals:/ { for (i = 2; i <= NF; i++) all[i] += $i }
		END { for (i = 2; i in all; i++) printf " %.0f", all[i] }' "$@"
}
combinations=$some
check 'taylor traced' taylor.prof
"$PROF" run -q -o sampled.prof "$B/examples/julia" 300 >/dev/null
check 'julia sampled' sampled.prof
"$PROF" run -q --output 'basel.%p.prof' "$B/examples/basel.trace" 100000 \
	>/dev/null
combinations=$all
check 'basel traced, several processes' basel.*.prof
"$PROF" run -q --mode count -o count.prof "$B/examples/recursion.trace" \
	>/dev/null 2>&1
[ -f count.prof ] && check 'recursion counted' count.prof
"$PROF" run -q --output 'sh.%p.prof' \
	sh -c 'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done' >/dev/null
combinations=$some
check 'a shell without debug information' sh.*.prof

# --- what the header admits -------------------------------------------------
matches "$(cat "$file")" '^desc: Overhead: [0-9]+ ns of the hooks. cost taken out, give or take [0-9]+ ns$' \
	'what was taken out for the hooks'
cp "$B/examples/julia" again.bin
PROF_OUTPUT=killed.prof LD_PRELOAD=$B/libprof.so sh -c \
	'exec ./again.bin 2000 >/dev/null' &
sleep 0.5
kill -9 $!
wait $! 2>/dev/null
"$PROF" convert -o killed killed.prof 2>/dev/null
matches "$(cat killed)" '^desc: Timerange: all that was sampled, up to an end without notice$' \
	'that the process was killed'
cp "$B/examples/basel" again.bin
"$PROF" convert -o rebuilt killed.prof 2>err.rebuilt
matches "$(cat err.rebuilt)" 'again.bin: build-id differs' \
	'a program built anew is seen'
is "$(awk '/^c*ob=.*again.bin$/ { split($0, part, /[()]/) }
	/^ob=/ { here = index($0, "ob=(" part[2] ")") == 1 }
	here && /^0x/ { print $1 }' rebuilt | sort -u)" 0x0 'of which no instruction is claimed'
strict rebuilt 'and no rule is broken'

# --- the strict reader is strict ------------------------------------------
broken()
{
	sed "$1" "$file" >bad
	if cmp -s bad "$file"; then
		ok 1 "the strict reader sees $2 (the test changed nothing)"
		return
	fi
	"$STRICT" bad >/dev/null 2>&1
	is "$?" 1 "the strict reader sees $2"
}
broken 's/^calls=500 /calls=0 /' 'calls=0'
broken 's/^totals: \(.*\)/totals: 1\1/' 'wrong totals'
broken 's/^summary: \(.*\)/summary: 1\1/' 'a wrong summary'
broken '/^calls=187250/{n;s/ [0-9]* \([0-9]*\)$/ 9999999999999 \1/;}' \
	'an edge above the total'
broken '/^calls=500 /{n;s/ [0-9]*$/ 1/;}' 'calls that do not add up'
broken '/^calls=500 /{n;s/ [0-9]* \([0-9]*\)$/ 1 \1/;}' \
	'times that do not add up'
broken 's/^pid: /pid:  /' 'two blanks'
broken 's/^\(pid: .*\)/\1 /' 'a trailing blank'
broken '/^pid: /d;/^part: /i\
pid: 1' 'a reordered header'
broken 's/^fn=(2)$/fn=(99)/' 'an undefined number'
broken '/^calls=500/d' 'cfn= without calls='
broken '/^totals/d' 'no totals'
broken 's/^ob=(2)$/ob=(1)/' 'a function in another object'

# --- foreign readers ------------------------------------------------------
if command -v callgrind_annotate >/dev/null; then
	for p in taylor sampled count; do
		[ -f $p.prof ] || continue
		"$PROF" convert -o cg.$p $p.prof 2>/dev/null
		callgrind_annotate cg.$p >ann 2>ann.err
		is "$?" 0 "callgrind_annotate reads $p"
		is "$(cat ann.err)" '' 'without a word'
		is "$(sed -n 's/^\([0-9,]*\) .*PROGRAM TOTALS.*/\1/p' ann |
			tr -d ,)" "$(sed -n 's/^totals: \([0-9]*\).*/\1/p' cg.$p)" \
			'and finds the same total'
	done
else
	skip 'not installed' 'callgrind_annotate'
fi

# --- folded ---------------------------------------------------------------
"$PROF" convert -t folded -o - taylor.prof >folded
is "$(awk '{sum += $NF} END {printf "%d\n", sum}' folded)" \
	"$(sed -n 's/^totals: \([0-9]*\).*/\1/p' "$file")" \
	'folded: the sum is the total'
is "$(sed 's/ [0-9]*$//' folded | sort | uniq -d)" '' 'each stack once'
matches "$(cat folded)" ';main;taylor_(exp|sin);factorial;factorial [0-9]+$' \
	'stacks from the outermost function on'

finish
