#!/bin/sh
# The table is that of Python's pstats, to the letter: every sort word that
# pstats knows, restrictions, callers and callees, by pstats itself.
. tests/cli/lib.sh

python=
for p in /usr/bin/python3 python3; do
	"$p" -c 'import pstats' 2>/dev/null && python=$p && break
done
[ "$python" ] || skip_all 'no python3 with pstats'
names=recursion all=
[ "$PROF_TEST_LONG" ] && names='taylor recursion basel' all=all
for name in $names; do
	arguments=
	[ $name = basel ] && arguments='1e5'
	PROF_OUTPUT=$T/$name.prof PROF_FOLLOW=none LD_PRELOAD=$B/libprof.so \
		"$B/examples/$name.trace" $arguments >/dev/null
	status 0 "$name: no difference" \
		"$python" tests/cli/compare_pstats.py "$PROF" "$T/$name.prof" $all
	cat "$T/out"
	[ -s "$T/err" ] && show "$(tail -3 "$T/err")" 'err '
done

# The same program in Python, under cProfile: the same calls, in the same
# columns, but for the width of names.
PROF_OUTPUT=$T/calls.prof LD_PRELOAD=$B/libprof.so \
	"$B/examples/taylor.trace" >/dev/null
for kind in stats callers callees; do
	option=--$kind
	[ $kind = stats ] && option=--width=0
	"$PROF" report $option -s name "$T/calls.prof" |
		sed -n '/function calls\|Ordered/,/^The hooks/p' |
		sed -E '/^The hooks/d; s/[0-9]+\.[0-9]{3}/T.TTT/g
			s/[^ ]+:[0-9]+\(/X(/g; s/ +/ /g; s/ $//' >"$T/ours"
	"$python" tests/cli/taylor_cprofile.py $kind |
		sed -E 's/ +/ /g; s/ $//' >"$T/theirs"
	is "$(cat "$T/ours")" "$(cat "$T/theirs")" \
		"taylor, $kind: as Python's taylor under cProfile"
done
finish
