#!/bin/sh
# storm.t - a sample every 100 us over everything that holds a lock, makes or
# ends a thread or process, or changes the stack: the same results, no hang.
# storm.t [KIND...]: only these.
. tests/lib.sh

torture=$build/torture
rounds=120
times=1
if [ -n "${PROF_TEST_LONG:-}" ]; then
	times=100
fi
cp "$torture/plugin.so" .

# A machine of two processors, shared: what takes long is not what is tested.
limit=120

# storm NAME COMMAND...: TIMES runs with each engine, and once without us.
storm() {
	name=$1
	shift
	quietly without "$@"
	mv out plain.out
	is "$status" 0 "$name: runs without us"
	for engine in perf timer; do
		bad=
		run=0
		while [ $run -lt $times ] && [ -z "$bad" ]; do
			rm -f ./*.prof
			quietly with PROF_HZ=10000 PROF_MODE=sample \
				PROF_ENGINE=$engine "$@"
			[ $status -eq 0 ] || bad="run $run: status $status"
			cmp -s out plain.out || bad="run $run: another result"
			[ ! -s err ] || bad="run $run: $(head -1 err)"
			run=$((run + 1))
		done
		is "$bad" '' "$name, $engine: $times times the same, without a word"
		look ./*.prof
		ok $? "$name, $engine: the profile reads"
		complete "$name, $engine" $may_be_cut
	done
}

# complete NAME PERCENT: no more of the stacks of the profile read last are cut.
complete() {
	set -- "$1" "$2" $(awk '$1 == "samples" { n += $2 }
		$1 == "cut" { c += $2 } END { print n + 0, c + 0 }' info)
	echo "# $4 of $3 stacks are cut"
	between "$4" 0 "$(awk "BEGIN { print $2 / 100 * $3 + 2 }")" \
		"$1: at most $2 % of stacks are cut" ||
		sed -n '/^  cut/,/^  lost/s/^/#   /p' info
}

may_be_cut=0.5
kinds=${*:-malloc dlopen fork spawn thread longjmp swapcontext sigaltstack \
	signals code throw}
for kind in $kinds; do
	[ $kind != throw ] || continue
	# swapcontext is on the new stack two instructions before it says so.
	[ $kind = swapcontext ] && may_be_cut=2 || may_be_cut=0.5
	storm $kind "$torture/storm" $kind $rounds
done
case " $kinds " in
*' throw '*) ;;
*) finish ;;
esac
$cxx -std=c++17 -O2 -g -pthread -o throw "$top/tests/torture/throw.cc"
# While libgcc leaves for the handler it overwrites its own return address.
may_be_cut=10
storm throw ./throw $rounds
finish
