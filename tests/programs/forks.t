#!/bin/sh
# forks.t - children of every kind: a profile for each process that did
# something worth recording, none for the others, and one session.
# Measures time.
. tests/lib.sh

quietly without "$programs/forks"
mv out plain.out
has plain.out '^exec 33$' 'the program makes its children'

# run FILES NAME [ASSIGNMENT...]: the same statuses; FILES profiles in the
# directory where the program was started, the daemon's as well.
run() {
	files=$1
	name=$2
	shift 2
	rm -f ./*.prof
	quietly with "$@"
	wordless "$name: runs without a word"
	same out plain.out "$name: the children end as they do without us"
	is "$(ls ./*.prof | wc -l)" "$files" "$name: it leaves $files profiles"
	look # what is newest here: all of the session
	ok $? "$name: they read"
}

# In trace mode, whatever is not instrumented records nothing, exactly.
trace="PROF_MODE=trace $programs/forks.trace"
run 6 follow $trace
is "$(ls | grep -e '^true' -e '^sh' -e '^dash' | wc -l)" 0 \
	'neither true nor the shell leaves a profile'
has report '^session .*: 6 processes, added up' \
	'the report without files adds up the 6 processes'
is "$(calls in_child) $(calls in_parent) $(calls in_exec)" '4 1 1' \
	'and their calls'
adds_up 'and their times'
for status_of in 'status 0' 'status 21' 'status 33'; do
	has info "then it ended with $status_of\$" \
		"the one that ended with $status_of is among them"
done
[ "$(sed -n 's/^  session *//p' info | sort -u | wc -l)" -eq 1 ]
ok $? 'they share one session'
is "$(grep -c 'forked without exec' info)" 4 'four were forked without exec'
is "$(sed -n 's/^  directory *//p' info | sort -u)" "$work" \
	'all were started in this directory'

run 6 'PROF_FOLLOW=all' PROF_FOLLOW=all $trace
run 1 'PROF_FOLLOW=none' PROF_FOLLOW=none $trace
is "$(calls in_child) $(calls in_parent) $(calls in_exec)" ' 1 ' \
	'PROF_FOLLOW=none: only the parent is recorded'
run 5 'PROF_FOLLOW=fork' PROF_FOLLOW=fork $trace
is "$(calls in_child) $(calls in_parent) $(calls in_exec)" '4 1 ' \
	'PROF_FOLLOW=fork: and who it forked, but who did not exec'
run 2 'PROF_FOLLOW=exec' PROF_FOLLOW=exec $trace
is "$(calls in_child) $(calls in_parent) $(calls in_exec)" ' 1 1' \
	'PROF_FOLLOW=exec: and who it executed'

# Sampled: 60 ms or more each, of the same functions.
rm -f ./*.prof
quietly with PROF_MODE=sample "$programs/forks"
wordless 'sampled: runs without a word'
same out plain.out 'sampled: the children end as they do without us'
look
ok $? 'sampled: the profiles read'
share "$(ls forks.*.prof | wc -l)" 6 7 \
	'sampled: it leaves 6 profiles'
# gcc makes one function of in_child and in_parent, whose code is the same.
share "$(awk -F '\t' '$5 == "in_child" || $5 == "in_parent" { t += $4 }
	END { print t }' table)" 0.25 0.9 'in_child and in_parent take 0.5 s'
share "$(cumtime in_exec)" 0.004 0.2 'in_exec takes 0.06 s'

# What a child that is not followed finds in its environment.
rm -f ./*.prof
with PROF_FOLLOW=none sh -c 'env | grep -c "^LD_PRELOAD=.*libprof"' >out
is "$(cat out)" 0 'PROF_FOLLOW=none: LD_PRELOAD is gone for children'
other=$(ldd "$prof" | awk '$1 ~ /^libz/ { print $3 }')
timeout 20 env PROF_FOLLOW=none LD_PRELOAD="$other:$lib" \
	sh -c 'env | sed -n s/^LD_PRELOAD=//p' >out
is "$(cat out)" "$other" 'but what else was to be preloaded still is'
with sh -c 'env | sed -n s/^LD_PRELOAD=//p' >out
is "$(cat out)" "$lib" 'PROF_FOLLOW=all: LD_PRELOAD is there'
# Forks of two threads at once, and in a thread's first moment.
for mode in PROF_MODE=sample PROF_MODE=count; do
	for kind in masks start; do
		# There a handler waits until the thread is further on.
		[ "$variant$kind" != tsanstart ] || continue
		quietly without "$programs/forkraces" $kind
		mv out plain.out
		rm -f ./*.prof
		quietly with $mode "$programs/forkraces.trace" $kind
		is "$status" 0 "$mode, $kind: ends as ever"
		same out plain.out "$mode, $kind: prints the same"
	done
done
finish
