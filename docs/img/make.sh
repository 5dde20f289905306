#!/bin/sh
# make.sh: the pictures of docs/KCACHEGRIND.md, made anew. From the project's
# root, after make; needs what tests/kcachegrind.sh needs, and imagemagick.
set -eu
build=$PWD/${BUILD:-build/release}
show=$PWD/tests/kcachegrind.sh
images=$PWD/docs/img
source=$PWD/tests/cli/classes.cc
prof=$build/prof
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# picture NAME OPTION... FILE: few colours are enough, and small.
picture() {
    name=$1
    shift
    bash "$show" -o big.png "$@"
    convert big.png -strip +dither -colors 48 "PNG8:$images/kcachegrind-$name.png"
}

export PROF_OUTPUT='%e.%p.prof'
for half in FIRST SECOND; do
    ${CXX:-g++} -std=c++17 -O1 -g -D$half -c -o $half.o "$source"
done
${CXX:-g++} -o classes FIRST.o SECOND.o

"$prof" run -q "$build/examples/taylor.trace" >/dev/null
"$prof" convert -o callgrind.out.taylor
picture taylor -s 1360x760 -f main -b CallGraph -p 30 callgrind.out.taylor
picture recursion -f factorial -b Instr callgrind.out.taylor

"$prof" run -q --hz 4000 "$build/examples/basel" 5000000 >/dev/null
"$prof" convert -o callgrind.out.basel
picture lines -f basel -b Instr callgrind.out.basel

"$prof" run -q -o time.prof "$build/examples/basel" 3000000 >/dev/null
"$prof" run -q --event page-faults -o faults.prof "$build/examples/basel" \
    3000000 >/dev/null
"$prof" convert -o callgrind.out.events time.prof faults.prof
picture events -f main -a Types -b Callees -p 30 callgrind.out.events

"$prof" run -q "$build/examples/basel.trace" 1000000 >/dev/null
"$prof" convert -o callgrind.out.basel
picture basel -f basel_np -b CallGraph callgrind.out.basel
picture map -f run_chosen -a CalleeMap -b AllCallees callgrind.out.basel
"$prof" convert --threads=split -o callgrind.out.parts
picture parts -f basel_part -a Callers -b Parts callgrind.out.parts

"$prof" run -q --hz 4000 "$build/examples/julia" >/dev/null
"$prof" convert -o callgrind.out.julia
picture julia -f calculate_z_serial -b Instr callgrind.out.julia

"$prof" run -q --hz 2000 ./classes 30000 >/dev/null
"$prof" convert -o callgrind.out.classes
picture classes -g Class -f "geometry::Polygon::area() const" -a Callers -p 25 \
    -b CallGraph callgrind.out.classes
