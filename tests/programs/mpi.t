#!/bin/sh
# Ranks of a program that Open MPI runs: one merged table, with imbalance.
# Measures time.
. tests/cli/lib.sh

command -v mpicc >/dev/null && command -v mpirun >/dev/null ||
	skip_all 'Open MPI is not installed (openmpi-bin, libopenmpi-dev)'
W=$T/work
mkdir "$W"
mpicc -O2 -g -finstrument-functions -o "$W/basel_mpi" \
	tests/programs/mpi/basel_mpi.c 2>"$T/err" ||
	skip_all "mpicc does not work: $(head -1 "$T/err")"
cd "$W" || exit 1
mpi()
{
	OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 \
		timeout 60 mpirun --oversubscribe -n 4 "$@"
}
mpi ./basel_mpi 1000 >"$T/out" 2>"$T/err" ||
	skip_all "mpirun does not work: $(head -1 "$T/err")"

# mpirun itself stays unprofiled: the ranks are given the library.
status 0 'four ranks' mpi -x LD_PRELOAD="$B/libprof.so" \
	-x PROF_OUTPUT=basel.%r.prof ./basel_mpi 1000000
is "$(out)" 'basel_mpi 1.644933' 'the program is undisturbed'
is "$(echo ./*.prof)" \
	'./basel.0.prof ./basel.1.prof ./basel.2.prof ./basel.3.prof' \
	'a profile each, called by rank'
status 0 'without a file: all four are one session' "$PROF" report
matches "$(out)" '^session job-[0-9a-f]+: 4 processes, added up$' 'by the job'
status 0 'merged' "$PROF" merge -o all.prof basel.3.prof basel.0.prof \
	basel.2.prof basel.1.prof
status 0 'by rank' "$PROF" report --by=rank -s calls all.prof
is "$(awk '$5 == 1 && /basel_mpi/ {print $1}' "$T/out" | tr '\n' ' ')" \
	'0 1 2 3 ' 'a line each'
# Rank r has r + 1 tenths of the terms: 0.4 / 0.25 = 160 %.
matches "$(out)" \
	'^  1000000 250000\.0   100000   400000    60\.0         3 basel_mpi\.c:[0-9]+\(term\)$' \
	'rank 3 has 60 % more calls than the mean'
status 0 'by time' "$PROF" report --by=rank -s imbalance all.prof
matches "$(out)" ' basel_mpi\.c:[0-9]+\(gather\)$' 'the wait is there'

# Under prof run the launcher is profiled as well: sampled, without a rank.
rm -f ./*.prof
OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_ALLOW_RUN_AS_ROOT OMPI_ALLOW_RUN_AS_ROOT_CONFIRM
status 0 'prof run mpirun' timeout 60 "$PROF" run -q mpirun --oversubscribe \
	-n 4 ./basel_mpi 1000000
status 0 'report' "$PROF" report
matches "$(out)" '^  1000000 .*\(term\)$' 'the calls are known all the same'
finish
