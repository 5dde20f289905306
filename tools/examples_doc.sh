#!/bin/sh
# examples_doc.sh BUILD FILE: run the commands in FILE, and put in what they
# print now.
#
# A block of FILE that starts with ```console has commands, lines that begin
# with "$ ", and between them what those printed. Each block runs in an empty
# directory of its own, with prof and the examples in PATH.
set -eu
build=$1
file=$2
top=$PWD
case $build in
/*) ;;
*) build=$top/$build ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
PATH=$build:$build/examples:$PATH
LC_ALL=C
export PATH LC_ALL
for variable in $(env | sed -n 's/^\(PROF_[A-Z]*\)=.*/\1/p'); do
    unset "$variable"
done

# Nobody else has this machine's paths or name; nor need lines end in spaces, or
# output in empty lines.
portable() {
    sed -e "s|$top/||g" -e "s|$work/block/||g" -e "s/\\b$(uname -n)\\b/host/g" \
        -e 's/ *$//' | awk '
        /^$/ { empty++; next }
        { if (NR > 1 && empty) print ""; empty = 0; print }'
}

# run COMMAND: as the reader would, in the block's directory.
run() {
    status=0
    (cd "$work/block" && sh -c "$1" </dev/null >"$work/out" 2>&1) || status=$?
    portable <"$work/out"
    [ $status -eq 0 ] || {
        echo "examples_doc: exit status $status of: $1" >&2
        exit 1
    }
}

inside=false
while IFS= read -r line; do
    case $inside,$line in
    'false,```console')
        inside=true
        rm -rf "$work/block"
        mkdir "$work/block"
        ;;
    'true,```') inside=false ;;
    'true,$ '*)
        printf '%s\n' "$line"
        run "${line#??}"
        continue
        ;;
    true,*) continue ;;
    esac
    printf '%s\n' "$line"
done <"$file" >"$work/new"
cat "$work/new" >"$file"
