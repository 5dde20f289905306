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

# --- every rule, on every kind of profile ---------------------------------
if [ ! -x "$STRICT" ]; then
	skip 'strict reader' "$STRICT is not built"
	done_testing
fi
check()
{
	for p in line instr; do
		for i in file off; do
			"$PROF" convert --positions=$p --inline=$i -o cg $2 \
				2>/dev/null
			strict cg "$1, --positions=$p --inline=$i: no rule broken"
		done
	done
}
check 'taylor traced' taylor.prof
"$PROF" run -q -o sampled.prof "$B/examples/julia" 300 >/dev/null
check 'julia sampled' sampled.prof
"$PROF" run -q --output 'basel.%p.prof' "$B/examples/basel.trace" 100000 \
	>/dev/null
check 'basel traced, several processes' "$(ls basel.*.prof | tr '\n' ' ')"
"$PROF" run -q --mode count -o count.prof "$B/examples/recursion.trace" \
	>/dev/null 2>&1
[ -f count.prof ] && check 'recursion counted' count.prof
"$PROF" run -q --output 'sh.%p.prof' \
	sh -c 'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done' >/dev/null
check 'a shell without debug information' "$(ls sh.*.prof | tr '\n' ' ')"

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
broken '/^calls=187250/{n;s/ \([0-9]*\)$/ 9999999999999/;}' \
	'an edge above the total'
broken '/^calls=500 /{n;s/ [0-9]*$/ 1/;}' 'a function that does not add up'
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
	skip 'callgrind_annotate' 'not installed'
fi

# --- folded ---------------------------------------------------------------
"$PROF" convert -t folded -o - taylor.prof >folded
is "$(awk '{sum += $NF} END {printf "%d\n", sum}' folded)" \
	"$(sed -n 's/^totals: //p' "$file")" 'folded: the sum is the total'
is "$(sed 's/ [0-9]*$//' folded | sort | uniq -d)" '' 'each stack once'
matches "$(cat folded)" ';main;taylor_sin;factorial;factorial [0-9]+$' \
	'stacks from the outermost function on'

done_testing
