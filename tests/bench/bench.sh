#!/bin/sh
# bench.sh trace|sample: libprof beside floors and rivals, in one run.
set -eu
case ${1:-all} in
trace) sh tests/bench/trace.sh ;;
sample) sh tests/bench/sample.sh ;;
all)
    sh tests/bench/trace.sh
    echo
    sh tests/bench/sample.sh
    ;;
*)
    echo "usage: bench.sh [trace|sample]" >&2
    exit 2
    ;;
esac
