#!/bin/sh
# prof report --by and --split: processes and threads beside each other.
. tests/cli/lib.sh

W=$T/work
mkdir "$W"
cd "$W" || exit 1
"$PROF" run -q "$B/examples/basel.trace" 1e6 --variant basel_multicore \
	--workers 2 >/dev/null
status 0 '--by=process: exit 0' "$PROF" report --by=process -s calls
is "$(err)" '' 'nothing on standard error'
matches "$(out)" '^         3 processes; calls in number, mean of all processes$' \
	'a line on what is compared'
is "$(grep -c '^ *[0-9]* .*%  *1 basel.trace$' "$T/out")" 3 'a line each'
# The parent calls it never, the workers 500 times each: 1000/3 on average.
matches "$(out)" \
	'^     1000    333\.3        0      500    50\.0 +[0-9]+ basel\.c:[0-9]+\(divide_scalar\)$' \
	'a line a function: sum, mean, min, max, imbalance'
matches "$(out)" \
	'^        1      0\.3        0        1   200\.0 +[0-9]+ basel\.c:[0-9]+\(main\)$' \
	'one that a single process calls is three times the mean'
parent=$(sed -n 's/.* \([0-9]*\) basel\.c:[0-9]*(main)$/\1/p' "$T/out")
ok "$([ -e "basel.trace.$parent.prof" ]; echo $?)" 'and that process is named'
awk '/^  process/ {on = 1; next} on && NF == 6 {sum += $3; n++} /^$/ {on = 0}
	END {exit !(n == 3 && sum > 99.8 && sum < 100.2)}' "$T/out"
ok $? 'the shares are 100 % together'

status 0 '--by with cumulative' "$PROF" report --by=process -s cum -n 3 
matches "$(out)" '^  cumtime     mean      min      max  imbal%    max in ' \
	'compares cumulative time'
is "$(grep -c 'basel\.c:' "$T/out")" 3 'and restrictions apply'
status 0 '-s imbalance' "$PROF" report --by=process -s imbalance
awk '/max in/ {on = 1; next} on && NF == 7 {
		excess = $4 - $2
		if (n++ && excess > last + 0.002) bad = 1
		last = excess
	} END {exit bad || n < 5}' "$T/out"
ok $? 'sorts by what the longest has above the mean'

status 0 '--split=process' "$PROF" report --split=process
is "$(grep -c 'function calls' "$T/out")" 3 'a table each'
is "$(awk '/divide_scalar/ {print $1}' "$T/out" | tr '\n' ' ')" '500 500 ' \
	'with its own calls'
is "$(awk '/function calls/ {n += $1} END {print n}' "$T/out")" \
	"$("$PROF" report | awk '/function calls/ {print $1}')" \
	'together they are the whole'

# --- threads --------------------------------------------------------------
rm -f ./*.prof
"$PROF" run -q "$B/examples/basel.trace" 1e6 \
	--variant basel_multicore_threads --workers 2 >/dev/null
status 0 '--by=thread' "$PROF" report --by=thread -s calls
matches "$(out)" '^         3 threads; ' 'three threads'
matches "$(out)" ' 333\.3        0      500    50\.0 +[23] basel' \
	'by their number'

# --- a part is a table like any other -------------------------------------
rm -f ./*.prof
"$PROF" run -q "$B/examples/recursion.trace" >/dev/null
"$PROF" report -s name | sed -n '/ncalls/,/^$/p' >"$T/whole"
status 0 '--split=thread of one thread' "$PROF" report --split=thread -s name
is "$(sed -n '/ncalls/,/^$/p' "$T/out")" "$(cat "$T/whole")" \
	'is the whole: recursion is counted once there as well'

# --- what does not go -----------------------------------------------------
status 1 '--by=rank without ranks: exit 1' "$PROF" report --by=rank
matches "$(err)" '^prof: no process here has a rank of MPI or Slurm$' \
	'and one line'
status 2 'an unknown kind: exit 2' "$PROF" report --by=cpu
matches "$(err)" "^prof: report: one of process, rank, .*, not 'cpu'$" \
	'which lists the kinds'
status 2 '--by and --split' "$PROF" report --by=thread --split=thread
status 2 '--by and --callers' "$PROF" report --by=thread --callers
status 2 '-s imbalance alone' "$PROF" report -s imbalance
matches "$(err)" "^prof: report: sort key 'imbalance' needs --by$" 'says why'

# --- ranks, as Slurm names them -------------------------------------------
rm -f ./*.prof
for rank in 1 0; do
	SLURM_PROCID=$rank SLURM_JOB_ID=77 SLURM_STEP_ID=0 \
		PROF_OUTPUT=%e.r%r.prof LD_PRELOAD=$B/libprof.so \
		"$B/examples/taylor.trace" $((100 + 100 * rank)) >/dev/null
done
is "$(echo ./*.prof)" './taylor.trace.r0.prof ./taylor.trace.r1.prof' \
	'%r in the output is the rank'
status 0 'one job step is one session' "$PROF" report --by=rank -s calls
matches "$(out)" '^session job-[0-9a-f]{16}: 2 processes, added up$' \
	'as its name says'
# 10100 + 5050 / 2 ...: each rank's own numbers.
is "$(sed -n 's/^ *\([01]\) .* taylor.trace.*/\1/p' "$T/out" | tr '\n' ' ')" \
	'0 1 ' 'ranks in order'
matches "$(out)" '^ +[0-9]+ +[0-9.]+ +[0-9]+ +[0-9]+ +[0-9.]+ +1 taylor\.c:[0-9]+\(factorial\)$' \
	'rank 1 has the most calls'
SLURM_PROCID=0 SLURM_JOB_ID=77 PROF_OUTPUT=batch.prof \
	LD_PRELOAD=$B/libprof.so "$B/examples/taylor.trace" 10 >/dev/null
matches "$("$PROF" info batch.prof)" '^  session +[0-9a-f]{16}$' \
	'a batch script without a step is no session'
finish
