#!/bin/sh
# prof report: pstats' table, to the letter (times masked).
. tests/cli/lib.sh

W=$T/work
mkdir "$W"
cd "$W" || exit 1
"$PROF" run -q "$B/examples/taylor.trace" >/dev/null

status 0 'report without a file: exit 0' "$PROF" report
is "$(err)" '' 'nothing on standard error'
# What may follow the table: advice, where the hooks took longer than the rest.
sed -n '/function calls/,$p' "$T/out" | sed '/^The hooks took/,$d' >"$T/table"
line()
{
	sed -n "$1p" "$T/table"
}
matches "$(line 1)" \
	'^         188005 function calls \(755 primitive calls\) in [0-9]+\.[0-9]{3} seconds$' \
	'the sum line is that of pstats'
is "$(line 2)" '' 'a blank line'
is "$(line 3)" '   Ordered by: internal time' 'the order'
is "$(line 4)" '' 'a blank line'
is "$(line 5)" \
	'   ncalls  tottime  percall  cumtime  percall filename:lineno(function)' \
	'the titles are those of pstats'
matches "$(grep factorial "$T/table")" \
	'^188000/750 {4}[0-9]\.[0-9]{3} {4}0\.000 {4}[0-9]\.[0-9]{3} {4}[0-9]\.[0-9]{3} taylor\.c:[0-9]+\(factorial\)$' \
	'factorial: 188000/750, in the columns of pstats'
matches "$(grep 'taylor_exp' "$T/table")" \
	'^        1 {4}[0-9]\.[0-9]{3} {4}[0-9]\.[0-9]{3} {4}[0-9]\.[0-9]{3} {4}[0-9]\.[0-9]{3} taylor\.c:[0-9]+\(taylor_exp\)$' \
	'taylor_exp: 1 call'
is "$(tail -2 "$T/table" | tr -d '\n' | wc -c | tr -d ' ')" 0 \
	'two blank lines end it'
is "$(grep -c 'taylor\.c:' "$T/table")" 5 'five functions, and no thread'
is "$(awk 'length > 80' "$T/out" | grep -vc taylor.trace)" 0 \
	'nothing but the command line is wider than 80 columns'

head -5 "$T/out" >"$T/header"
matches "$(cat "$T/header")" \
	'^taylor\.trace\.[0-9]+\.prof: .*examples/taylor\.trace$' \
	'the header names file and command line'
matches "$(cat "$T/header")" \
	'pid [0-9]+, ended with status 0; real [0-9.]+ s, user [0-9.]+ s, sys' \
	'the header tells pid, end and times'
matches "$(cat "$T/header")" '^trace mode: wall time in seconds, 1 thread$' \
	'the header tells mode, clock and unit'
matches "$(cat "$T/header")" \
	'^hook overhead taken out: [0-9.]+ s; uncertainty left: \+-[0-9.]+ s$' \
	'the header tells overhead and uncertainty'

# --- orders and restrictions ----------------------------------------------
names()
{
	sed -n 's/.*taylor\.c:[0-9]*(\(.*\))$/\1/p' "$T/out" | tr '\n' ' '
}
status 0 '-s name' "$PROF" report -s name
is "$(names)" 'at_one factorial main taylor_exp taylor_sin ' 'in order of name'
matches "$(out)" '^   Ordered by: function name$' 'and says so'
status 0 '-s name -r' "$PROF" report -s name -r
is "$(names)" 'taylor_sin taylor_exp main factorial at_one ' 'reversed'
status 0 '-s calls,name' "$PROF" report -s calls,name
is "$(names)" 'factorial at_one main taylor_exp taylor_sin ' \
	'by calls, then by name'
matches "$(out)" '^   Ordered by: call count, function name$' 'and says so'
status 0 '-s line' "$PROF" report -s line
is "$(names)" 'factorial taylor_exp taylor_sin at_one main ' 'in order of line'
for key in calls ncalls cumtime cumulative filename line module name nfl \
	pcalls stdname time tottime cum file mod pc std tot t s; do
	"$PROF" report -s $key >/dev/null 2>&1
	is "$?" 0 "sort key $key"
done
status 0 '-s cumulative -n 2' "$PROF" report -s cumulative -n 2
matches "$(names)" '^main [a-z_]+ $' 'the two dearest'
matches "$(out)" '^   List reduced from 5 to 2 due to restriction <2>$' \
	'and says so'
status 0 'restrictions in turn' \
	"$PROF" report -s name --limit taylor_ --limit 0.5 -l exp
is "$(names)" 'taylor_exp ' 'a name, a fraction, a name: one is left'
is "$(grep 'List reduced' "$T/out")" \
	"   List reduced from 5 to 2 due to restriction <'taylor_'>
   List reduced from 2 to 1 due to restriction <0.5>" \
	'each that took something away says so'
status 0 '--full-paths' "$PROF" report --full-paths
matches "$(out)" ' /.*/examples/taylor\.c:[0-9]+\(factorial\)$' 'absolute paths'
status 0 '--threads' "$PROF" report --threads
matches "$(out)" '\{thread 1 \(taylor\.trace\)\}$' 'the thread is a row'

# --- callers and callees --------------------------------------------------
status 0 '--callers factorial' "$PROF" report --callers factorial
sed -n '/^Function/,$p' "$T/out" | sed -E 's/[0-9]+\.[0-9]{3}/T.TTT/g
	s/taylor\.c:[0-9]+/taylor.c:1/' >"$T/table"
is "$(cat "$T/table")" \
	'Function                was called by...
                            ncalls  tottime  cumtime
taylor.c:1(factorial)  <- 187250/749    T.TTT    T.TTT  taylor.c:15(factorial)
                               500    T.TTT    T.TTT  taylor.c:1(taylor_exp)
                               250    T.TTT    T.TTT  taylor.c:1(taylor_sin)' \
	'called 187250 times by itself, 500 by taylor_exp, 250 by taylor_sin'
status 0 '--callees' "$PROF" report --callees=taylor_
matches "$(out)" '^taylor\.c:[0-9]+\(taylor_exp\) +-> +500 ' \
	'taylor_exp calls factorial 500 times'
status 0 '--callers before a file' "$PROF" report --callers ./*.prof
is "$(grep -c '<-' "$T/out")" 5 'shows all functions: the file is no expression'

# --- several files --------------------------------------------------------
file=$(ls ./*.prof)
status 0 'two files' "$PROF" report "$file" "$file"
matches "$(out)" '^376000/1500 ' 'are added up'
matches "$(out)" '^2 profiles, added up$' 'and the header says so'

# --- a sampled program ----------------------------------------------------
rm -f ./*.prof
"$PROF" run -q --hz 1000 "$B/examples/julia" --help >/dev/null 2>&1
"$PROF" run -q --hz 1000 "$B/examples/julia" 400 >/dev/null 2>&1
status 0 'a sampled profile' "$PROF" report
matches "$(out)" '^sample mode: CPU time in seconds, 1 thread$' \
	'the header tells mode, clock and unit'
matches "$(out)" '^[0-9]+ samples by .*, [0-9]+ a second \(asked: 1000\)$' \
	'and the rates asked and delivered'
matches "$(out)" '^         [0-9]+ samples in [0-9]+\.[0-9]{3} seconds of CPU time$' \
	'the sum line counts samples'
is "$(grep filename "$T/out")" \
	'  samples  tottime   +-95%  self%  cumtime   cum% filename:lineno(function)' \
	'the columns of a sampled profile'
matches "$(out)" ' julia\.c:[0-9]+\(calculate_z_serial\)$' 'functions by name'
awk '/filename:lineno/ {on = 1; next} NF < 7 {on = 0}
	on && ($4 > 100 || $6 > 100 || $2 > $5 + 0.001) {bad = 1} END {exit bad}' \
	"$T/out"
ok $? 'no share above 100 %, no own time above the cumulative one'

# --- output that cannot be written ----------------------------------------
status 4 'a full disk: exit 4' sh -c '"$1" report >/dev/full' sh "$PROF"
matches "$(err)" '^prof: standard output: No space left on device$' \
	'and one line'

# --- advice ------------------------------------------------------------------
rm -f ./*.prof
LD_PRELOAD=$B/libprof.so "$B/examples/recursion.trace" >/dev/null
matches "$("$PROF" report | tr '\n' '~')" \
	'~The hooks took [0-9.]+ times .*exclude-function-list=fib~' \
	'where hooks dominate, it names what to leave out'
done_testing
