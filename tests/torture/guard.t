#!/bin/sh
# guard.t - nothing that allocates, takes a lock or asks the loader is called in
# the handler: a library that ends the program where it is, is preloaded as well.
# Measures time.
. tests/lib.sh

torture=$build/torture
guard=$torture/guard.so
cp "$torture/plugin.so" .
if $sanitized; then
	skip 'sanitizers have a malloc of their own' 'guarded handlers'
	finish
fi
rounds=60
[ -z "${PROF_TEST_LONG:-}" ] || rounds=4000

timeout 20 env LD_PRELOAD="$guard" GUARD_TEST=1 /bin/true 2>err
is $? 134 'a handler that calls malloc is found out'
has err 'called in the handler: malloc' 'and named'

# guarded NAME COMMAND...
guarded() {
	name=$1
	shift
	rm -f ./*.prof
	timeout -k 5 $limit env LD_PRELOAD="$lib:$guard" PROF_MODE=sample "$@" \
		>out 2>err </dev/null
	status=$?
	wordless "$name: nothing of the kind is called"
	look ./*.prof
	ok $? "$name: and it was sampled"
	between "$(awk '$1 == "samples" { n += $2 } END { print n }' info)" \
		1 1000000000 "$name: more than once"
}

for engine in perf timer; do
	for kind in malloc dlopen fork thread swapcontext sigaltstack code; do
		guarded "$kind, $engine" PROF_HZ=10000 PROF_ENGINE=$engine \
			"$torture/storm" $kind $rounds
	done
done
guarded 'wall clock' PROF_HZ=5000 PROF_CLOCK=wall "$torture/storm" thread \
	$rounds
[ ! -x /usr/bin/python3 ] || guarded python3 PROF_HZ=10000 /usr/bin/python3 \
	-I -c 'import json; json.dumps([{"a": i} for i in range(200000)])'

# The same of what follows a fork: the allocator is locked until its handler has
# run, and that runs after ours.
for mode in sample trace count; do
	rm -f ./*.prof
	quietly without LD_PRELOAD="$torture/allocator.so" "$torture/storm" \
		fork 20
	mv out plain.out
	limit=60
	timeout -k 5 60 env LD_PRELOAD="$torture/allocator.so:$lib" \
		PROF_MODE=$mode "$torture/storm" fork 20 >out 2>err </dev/null
	is $? 0 "$mode: an allocator that is locked while a thread forks"
	same out plain.out "$mode: and the children end as ever"
done
finish
