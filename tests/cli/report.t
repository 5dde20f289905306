#!/bin/sh
# prof report: pstats' table, to the letter (times masked).
# Measures time.
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

head -6 "$T/out" >"$T/header"
matches "$(cat "$T/header")" \
	'^taylor\.trace\.[0-9]+\.prof: .*examples/taylor\.trace$' \
	'the header names file and command line'
matches "$(cat "$T/header")" \
	'^  pid [0-9]+, ended with status 0$' 'the header tells pid and end'
matches "$(cat "$T/header")" \
	'^  real [0-9.]+ s, user [0-9.]+ s, sys [0-9.]+ s, waiting [0-9.]+ s$' \
	'and the times, as time(1) does'
matches "$(cat "$T/header")" '^trace mode: wall time in seconds, 1 thread$' \
	'the header tells mode, clock and unit'
matches "$(cat "$T/header")" \
	'^hook overhead taken out: [0-9.]+ s; uncertainty left: \+-[0-9.]+ s$' \
	'the header tells overhead and uncertainty'
awk '/^hook overhead/ { gsub(/\+-/, ""); exit !($9 >= $5) }' "$T/header"
ok $? 'which reaches to hooks that the work hid altogether'

awk '/^  real/ {gsub(/,/, ""); d = $2 - $5 - $8 - $11; if (d < 0) d = -d
	exit !($11 > 0 ? d < 0.0035 : $2 <= $5 + $8 + 0.001)}' "$T/header"
ok $? 'waiting is what user and sys leave of real'

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

status 0 '--columns' "$PROF" report --columns=cum%,ncalls -l factorial
is "$(grep filename "$T/out")" '  cum%    ncalls filename:lineno(function)' \
	'the columns asked for, in that order'
matches "$(out)" '^ +[0-9]+\.[0-9] 188000/750 taylor\.c:[0-9]+\(factorial\)$' \
	'and their values'
status 2 'an unknown column: exit 2' "$PROF" report --columns=ncalls,cost
matches "$(err)" "^prof: report: there is no column 'cost'; there are ncalls, " \
	'which says what there is'

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
matches "$(out)" '^      pid     real     user      sys  waiting  file$' \
	'with a line for each'

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
cat >fib.c <<'X'
__attribute__((noinline)) static int fib(int n)
{
	return n < 2 ? n : fib(n - 1) + fib(n - 2);
}
int main(void)
{
	return fib(30) == 0;
}
X
"${CC:-gcc}" -O2 -w -finstrument-functions fib.c -o fib
LD_PRELOAD=$B/libprof.so ./fib
matches "$("$PROF" report | tr '\n' '~')" \
	'~The hooks took [0-9.]+ times .*exclude-function-list=fib~' \
	'where hooks dominate, it names what to leave out'

# What it says is tried: a C++ program with functions of each kind of name.
cat >advice.cc <<'X'
template <typename T> struct box {
	T value;
	__attribute__((noinline)) T get(int i) { asm(""); return value + i; }
};
namespace deep {
__attribute__((noinline)) int small(const int &x) { asm(""); return x + 1; }
}
template <int N>
__attribute__((noinline)) static int rare(int x) { asm(""); return x + N; }
int main()
{
	box<long> b = { 1 };
	box<int> c = { 1 };
	long sum = 0;

	for (int i = 0; i < 200000; i++)
		sum += b.get(i) + c.get(i) + deep::small(i);
	for (int i = 0; i < 100; i++)
		sum += rare<1>(i);
	return sum == 0;
}
X
build="${CXX:-g++} -O2 -g -w -finstrument-functions advice.cc -o advice"
# By wall clock, other processes may take more than the hooks: another try.
$build
for try in 1 2 3 4 5; do
	rm -f ./*.prof
	LD_PRELOAD=$B/libprof.so ./advice
	"$PROF" report >advised
	grep -q 'The hooks took' advised && break
done
is "$(tail -n 4 advised | head -n 1 | sed 's/.*list=//' | tr , '\n' |
	sort | xargs)" 'box deep::small' 'the names are those that gcc takes'
patterns=$(sed -n 's/^only: prof run//p' advised)
case $(${CXX:-g++} --version) in
*clang*) skip 'clang has no such option' 'what it advises takes the hooks away' ;;
*)
	rm -f ./*.prof
	flag=$(sed -n 's/^    \(-finstrument-functions-exclude\)/\1/p' advised)
	$build "$flag" && LD_PRELOAD=$B/libprof.so ./advice
	"$PROF" report >after
	is "$(awk '/\(/ && /advice.cc:/ { print $1, $NF }' after |
		sed 's/advice.cc:[0-9]*//' | sort | xargs)" '1 (main) 100 (rare<1>(int))' \
		'what it advises takes the hooks away'
	lacks "$(cat after)" 'The hooks took' 'and then there is no advice'
	;;
esac
rm -f ./*.prof
$build && eval "\"$PROF\" run -q $patterns ./advice" 2>err
is "$(cat err)" '' 'the filter it advises matches'
"$PROF" report >after
is "$(grep -c advice.cc: after) $(grep 'left out' after | cut -d ' ' -f 1)" \
	'2 600000' 'and leaves them out of the profile'
lacks "$(cat after)" 'The hooks took' \
	'where they stay there is no advice on what is left'
status 0 'a template goes by its name alone' "$PROF" lines rare
matches "$(out)" '^Function: rare<1>\(int\) ' 'with its arguments shown'
finish
