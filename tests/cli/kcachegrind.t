#!/bin/sh
# KCachegrind itself opens what prof convert writes, without a word.
. tests/cli/lib.sh

for command in kcachegrind Xvfb xdotool dbus-run-session; do
	command -v $command >/dev/null || skip_all "no $command"
done
SHOW=$ROOT/tests/kcachegrind.sh
mkdir "$T/work"
cd "$T/work" || exit 1

# opens FACT FILE...: a machine may be so busy that no window comes in time.
opens()
{
	fact=$1
	shift
	bash "$SHOW" "$@" >said 2>&1
	if [ $? = 2 ] && [ -z "$CI" ]; then
		skip "$(tail -1 said)" "$fact"
		return
	fi
	is "$(cat said)" '' "$fact"
}

"$PROF" run -q -o taylor.prof "$B/examples/taylor.trace" >/dev/null
"$PROF" convert -o taylor taylor.prof 2>/dev/null
opens 'taylor, traced' taylor
"$PROF" run -q -o julia.prof "$B/examples/julia" 200 >/dev/null
"$PROF" convert --inline=node -o julia julia.prof 2>/dev/null
opens 'julia, sampled, by instruction' -b Instr -f calculate_z_serial julia
"$PROF" run -q --output 'b.%p.prof' "$B/examples/basel.trace" 100000 >/dev/null
"$PROF" convert --threads=split -o basel b.*.prof 2>/dev/null
opens 'the parts of basel, by their common name' -b Parts basel
"$PROF" convert --threads=split -o - b.*.prof 2>/dev/null >stream
opens 'all parts in one file' stream

# Names that are longer than a line, or more than text.
"$PROF" run -q -o jit.prof "$B/programs/jit" >/dev/null
if [ $? != 77 ]; then
	map=/tmp/perf-$("$PROF" convert -o - jit.prof | sed -n 's/^pid: //p').map
	{
		awk 'NR == 2 { printf "%s %s ", $1, $2
			for (i = 0; i < 1000; i++) printf "a::b<c, (d)%d>", i
			print "::e(f)\033[1m" }' "$map"
		awk 'NR == 3 { print $1, $2, "fn=(1) \001\002 calls=0" }' "$map"
	} >names
	cat names >"$map"
	"$PROF" convert -o hostile jit.prof 2>/dev/null
	rm -f "$map"
	matches "$(cut -c-60 hostile)" '^cfn=\([0-9]*\) a::b' 'hostile names'
	opens 'names of 14 kB and with control characters' hostile
fi

sed 's/^calls=500/call=500/' taylor >broken
bash "$SHOW" broken >said 2>&1
is $? 1 'what is wrong is seen'
matches "$(cat said)" '^Loading ".*broken"' 'and where'
finish
