# lib.sh - what the benchmarks share; sourced from the project's root.

build=${BUILD:-build/release}
rounds=${ROUNDS:-7}
cc=${CC:-gcc}
top=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

least() { sort -n | head -1; }
tenth() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 9) / 10)] }'; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
