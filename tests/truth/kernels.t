#!/bin/sh
# kernels.t - the document kernels, whose call counts are known: exactly those.
# Measures time.
. tests/lib.sh

# profile MODE PROGRAM ARGUMENT...: run it, and look at its profile.
profile() {
	rm -f ./*.prof
	PROF_MODE=$1
	export PROF_MODE
	shift
	quietly with "$@"
	unset PROF_MODE
	[ $status -eq 0 ] && [ ! -s err ] && look ./*.prof
	ok $? "$(basename "$1") runs, and is reported"
}

for mode in trace count; do
	# --- K2
	profile $mode "$examples/julia.trace"
	has out '^Sum of output: 33219980$' "$mode: julia finds what it should"
	is "$(calls abs)" 34219980 "$mode: abs is called 34219980 times"
	is "$(calls append)" 2002000 "$mode: append is called 2002000 times"
	is "$(calls calculate_z_serial)" 1 "$mode: calculate_z_serial once"
	adds_up "$mode: julia's times add up to the total"

	# --- K4
	profile $mode "$examples/taylor.trace"
	is "$(calls factorial)/$(primitive factorial)" 188000/750 \
		"$mode: factorial is called 188000/750 times"
	is "$(callers factorial ./*.prof | xargs)" \
		'187250 factorial 250 taylor_sin 500 taylor_exp' \
		"$mode: 500 by taylor_exp, 250 by taylor_sin, the rest by itself"
	adds_up "$mode: taylor's times add up to the total"

	# --- K1
	profile $mode "$examples/basel.trace" 200000 --variant basel
	is "$(calls term)" 199999 "$mode: basel calls term N-1 times"
	is "$(calls basel)" 1 "$mode: basel is called once"
	adds_up "$mode: basel's times add up to the total"

	# --- K5
	profile $mode "$examples/profile_me.trace" 0.05
	is "$(calls fast) $(calls slow) $(calls use_fast) $(calls use_slow)" \
		'100 100 1 1' "$mode: fast and slow are called 100 times each"
	adds_up "$mode: profile_me's times add up to the total"
done

# --- K1, by arrays: the table of the document
profile trace "$examples/basel.trace" 1e6 --variant basel_np
is "$(for f in ones arange square divide sum basel_np; do
	calls $f
done | xargs)" '1 1 1 1 1 1' 'basel_np makes each of its steps once'
for f in ones arange square divide sum; do
	between "$(tottime $f)" 0.0001 10 "$f takes time"
done
awk -v whole="$(cumtime basel_np)" -F '\t' '
	$5 ~ /^(ones|arange|square|divide|sum)$/ { t += $4 }
	END { exit !(t <= whole + 0.004 && t > whole / 2) }' table
ok $? 'the steps make up most of basel_np, and not more'
adds_up "basel_np's times add up to the total"

profile trace "$examples/basel.trace" 1e5 --variant basel_chunks --chunk 1000
is "$(calls basel_np_range)" 100 'basel_chunks calls once a chunk'

# --- K5, by both clocks. Sleeps take as long as asked at least; how much
# longer is up to the machine.
PROF_CLOCK=wall
export PROF_CLOCK
profile trace "$examples/profile_me.trace" 0.05
between "$(cumtime use_fast)" 0.005 0.5 'use_fast sleeps 5 ms by wall clock'
between "$(cumtime use_slow)" 0.5 1.5 'use_slow sleeps 500 ms by wall clock'
has report 'wall time' 'the header names the clock'
PROF_CLOCK=cpu
profile trace "$examples/profile_me.trace" 0.05
between "$(total)" 0 0.1 'and none of that is CPU time'
has report 'CPU time' 'the header names that clock'
unset PROF_CLOCK
finish
