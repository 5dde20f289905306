#!/bin/sh
# sandbox.t - a program that gives up its system calls is not killed for ours.
# Measures time.
. tests/lib.sh

if $sanitized; then
	skip 'a sanitizer makes system calls of its own' 'a sandbox'
	finish
fi
quietly without "$programs/sandbox"
if [ $status -eq 77 ]; then
	skip "$(cat err)" 'a sandbox'
	finish
fi
is "$status $(xargs <out)" '0 begins worked' 'the program works in its sandbox'
mv out plain.out
for engine in auto perf timer; do
	rm -f ./*.prof
	quietly with PROF_ENGINE=$engine PROF_HZ=4000 "$programs/sandbox"
	[ $engine != perf ] || ! grep -q 'not available' err || continue
	is $status 0 "$engine: it ends as ever"
	same out plain.out "$engine: it prints the same"
	empty err "$engine: not a word"
	look ./*.prof
	ok $? "$engine: the profile reads"
	between "$(cumtime work_before)" 0.15 0.3 "$engine: up to the sandbox"
	is "$(cumtime work_within)" '' "$engine: and not within"
	has info 'went on in a sandbox' "$engine: as prof info tells"
done
quietly with PROF_MODE=trace "$programs/sandbox.trace"
is $status 0 'traced: it ends as ever'
same out plain.out 'traced: it prints the same'
look ./*.prof
is "$(calls work_before)" 1 'traced: and is recorded up to the sandbox'
finish
