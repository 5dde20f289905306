#!/bin/sh
# demo.sh BUILD [KERNEL]: profile an example, print the report, convert it.
#
# Everything is written into BUILD/demo, so that the tree stays clean.
set -eu
build=$1
kernel=${2:-basel}
[ -x "$build/examples/$kernel" ] || {
    echo "demo: no example is called '$kernel'; there are:" >&2
    for f in examples/*.c; do
        printf ' %s' "$(basename "$f" .c)" >&2
    done
    echo >&2
    exit 2
}
top=$PWD
out=$build/demo
rm -rf "$out"
mkdir -p "$out"
cp "$build/examples/$kernel.trace" "$out/$kernel"
cd "$out"

echo "\$ LD_PRELOAD=$build/libprof.so ./$kernel"
LD_PRELOAD=$top/$build/libprof.so "./$kernel"
echo
echo "\$ prof report"
"$top/$build/prof" report
echo
echo "\$ prof convert -t callgrind"
"$top/$build/prof" convert -t callgrind
echo
echo "The files are in $out. To look at the call graph and the source:"
for f in callgrind.out.*; do
    echo "    kcachegrind $out/$f"
done
