#!/bin/sh
# processes.t - execs of every kind, spawned children, vfork and daemon: they
# end and print as ever, and each process that worked has a profile that says
# how it ended.
# Measures time.
. tests/lib.sh

perf=0
with PROF_ENGINE=perf true 2>&1 | grep -q 'not available' || perf=1

# worked: how many of the profiles here saw the work. A moment may be sampled,
# too, of a process that does nothing.
worked() {
	n=0
	for file in ./*.prof; do
		tool report "$file" 2>/dev/null | grep -q '(work_here)' && n=$((n + 1))
	done
	echo $n
}

# run WHAT PROFILES ARGUMENT...: the same with and without us; PROFILES of them
# with the work in.
run() {
	what=$1
	files=$2
	shift 2
	quietly without "$programs/processes" "$@"
	plain=$status
	mv out plain.out
	rm -f ./*.prof
	quietly with PROF_MODE=sample PROF_HZ=4000 PROF_ENGINE=$engine \
		PROF_PROGRAM='!sh,!dash' "$programs/processes" "$@"
	is $status $plain "$what: ends as ever"
	same out plain.out "$what: prints the same"
	empty err "$what: not a word"
	i=0
	while [ "$(ls ./*.prof 2>/dev/null | wc -l)" -lt "$files" ] &&
		[ $i -lt 50 ]; do
		sleep 0.1 # a daemon is nobody's child
		i=$((i + 1))
	done
	look ./*.prof
	ok $? "$what: they read"
	# A process of 60 ms may end before the first of its samples comes.
	share "$(worked)" "$files" "$files" "$what: leaves $files profiles of work"
	share "$(cumtime work_here)" "$(awk "BEGIN { print $files * 0.03 }")" \
		"$(awk "BEGIN { print $files * 0.13 }")" \
		"$what: the work is in them"
}

for engine in perf timer; do
	[ $engine = timer ] || [ $perf -eq 1 ] || continue
	# A signal on its way when the program is replaced would kill the new
	# one: eight execs, many times.
	rounds=2
	[ -z "$PROF_TEST_LONG" ] || rounds=30
	while [ $rounds -gt 0 ]; do
		run "$engine, exec chain" 9 chain 8
		rounds=$((rounds - 1))
	done
	share "$(grep -c 'replaced itself by another program' info)" 8 8 \
		"$engine, exec chain: eight say that they went on as another"
	run "$engine, posix_spawn" 2 spawn
	run "$engine, popen" 2 popen
	run "$engine, vfork" 1 vfork
	has info 'then it ended with status 0' \
		"$engine, vfork: its parent is not taken for executed"
	run "$engine, failing execs" 1 failing
	has info 'then it ended with status 0' \
		"$engine, failing execs: the process went on"
	share "$(cumtime work_here)" 0.09 0.2 \
		"$engine, failing execs: and was sampled"
done

rm -f ./*.prof done
quietly with PROF_MODE=sample "$programs/processes" daemon "$work/done"
is $status 0 'daemon: its parent ends as ever'
i=0
while { [ ! -s done ] || ls ./*.prof | grep -q part; } && [ $i -lt 50 ]; do
	sleep 0.1
	i=$((i + 1))
done
has done 'daemon works' 'daemon: works without a terminal, in another directory'
sleep 0.3
look ./*.prof
ok $? 'daemon: the profiles read'
is "$(grep -c '^  pid ' info)" 2 'daemon: of both processes'
is "$(grep -c 'ended by _exit with status 0' info)" 1 'daemon: and how its parent ended'

# PROF_PROGRAM: only programs of these names are recorded.
rm -f ./*.prof
quietly with PROF_MODE=sample PROF_PROGRAM='nothing*,life' "$programs/processes" \
	spawn
is "$status $(ls | grep -c 'prof$')" '0 0' 'PROF_PROGRAM: others are left alone'
quietly with PROF_PROGRAM=nothing env true
is $status 0 'PROF_PROGRAM: others execute what they will'
quietly with PROF_OUTPUT=/nowhere/x env true
is $status 0 'as do those that cannot be recorded'
quietly with PROF_MODE=sample PROF_PROGRAM='x,proc*' "$programs/processes" spawn
is "$status $(worked)" '0 2' 'PROF_PROGRAM: patterns are'
rm -f ./*.prof
quietly with PROF_MODE=sample PROF_PROGRAM='!proc*' "$programs/processes" spawn
is "$status $(ls | grep -c 'prof$')" '0 0' 'PROF_PROGRAM: ! leaves out'
quietly with PROF_MODE=sample PROF_PROGRAM='!sh' "$programs/processes" spawn
is "$status $(worked)" '0 2' 'PROF_PROGRAM: ! takes the others'

# A setuid program is not ours to look into.
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null && ! $sanitized; then
	cp "$programs/life" setuid-life
	chmod 4755 setuid-life
	chmod 777 .
	cp "$lib" here.so
	chmod 755 here.so
	rm -f ./*.prof
	timeout 20 setpriv --reuid=65534 --clear-groups env \
		LD_PRELOAD="$work/here.so" PROF_MODE=sample ./setuid-life exit \
		>out 2>err
	is "$? $(cat out) $(ls | grep -c 'prof$')" '2 worked 0' \
		'a setuid program runs as ever, unrecorded'
	! grep -q '^libprof' err
	ok $? 'and libprof says nothing'
else
	skip 'that takes root and setpriv' 'a setuid program'
fi
finish
