#!/bin/sh
# speedscope's own importer reads files without addresses, and finds the totals.
# Where the npm package is: in SPEEDSCOPE, or installed for all (npm install -g).
. tests/cli/lib.sh

command -v node >/dev/null || skip_all 'no node'
if [ -z "$SPEEDSCOPE" ] && command -v npm >/dev/null; then
	SPEEDSCOPE=$(npm root -g 2>/dev/null)/speedscope
fi
[ -d "$SPEEDSCOPE/dist/release" ] || skip_all 'no npm package speedscope'
mkdir "$T/work"
cd "$T/work" || exit 1

reads()
{
	fact=$1
	shift
	"$PROF" convert --positions=line -o cg "$@" 2>/dev/null
	node "$ROOT/tests/cli/speedscope.mjs" "$SPEEDSCOPE" cg >said 2>&1
	is "$(awk '{ print $1, $2, $3 }' said)" "$(awk '
		/^events:/ { for (i = 2; i <= NF; i++) name[i] = $i }
		/^totals:/ { for (i = 2; i <= NF; i++) print name[i], $i, $i }
		' cg)" "speedscope reads $fact, and finds the same totals"
}

"$PROF" run -q -o taylor.prof "$B/examples/taylor.trace" >/dev/null
reads 'taylor traced' taylor.prof
reads 'recursion apart' --recursion=split taylor.prof
"$PROF" run -q -o julia.prof "$B/examples/julia" 300 >/dev/null
reads 'julia sampled' julia.prof
reads 'inlined functions' --inline=node julia.prof
"$PROF" run -q --mode count -o count.prof "$B/examples/recursion.trace" \
	>/dev/null 2>&1
reads 'recursion counted' count.prof
"$PROF" run -q --output 'b.%p.prof' "$B/examples/basel.trace" 100000 >/dev/null
reads 'several threads and processes' b.*.prof
finish
