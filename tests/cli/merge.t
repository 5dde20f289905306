#!/bin/sh
# prof merge: several processes in one file, which reads like a profile.
. tests/cli/lib.sh

W=$T/work
mkdir "$W"
cd "$W" || exit 1
"$PROF" run -q --output=one.prof "$B/examples/taylor.trace" >/dev/null
"$PROF" run -q --output=two.prof "$B/examples/taylor.trace" >/dev/null
"$PROF" run -q --output=three.prof "$B/examples/taylor.trace" >/dev/null

status 0 'merge: exit 0' "$PROF" merge -o all.prof one.prof two.prof
is "$(out)" '' 'nothing on standard output'
is "$(err)" 'prof: wrote all.prof: 2 processes' 'a line on what was done'
gzip -t all.prof
ok $? 'the result is gzip'
status 0 'report of it' "$PROF" report all.prof
matches "$(out)" '^376000/1500 ' 'all are added up'
matches "$(out)" '^ +[0-9]+ +.*  all\.prof\(one\.prof\)$' 'and named'
status 0 'info of it' "$PROF" info all.prof
is "$(grep -c '^  command' "$T/out")" 2 'info shows each'
status 0 'convert of it' "$PROF" convert -t folded -o - all.prof

status 0 'merging what is merged' "$PROF" merge -o all.prof all.prof three.prof
is "$(err)" 'prof: wrote all.prof: 3 processes' 'adds to it'
status 0 'merging once more' "$PROF" merge -o again.prof ./*.prof
is "$(err)" 'prof: 3 profiles were there twice: taken once
prof: wrote again.prof: 3 processes' 'takes nothing twice'
cmp -s all.prof again.prof
ok $? 'and gives the same bytes'
rm again.prof
status 0 'a merged file beside its parts' "$PROF" report ./*.prof
matches "$(err)" '^prof: warning: 3 processes are there twice, and counted twice; the first is ' \
	'are added up as asked, with a warning'

# --- the newest session, where merged files lie about ---------------------
status 0 'report without a file' "$PROF" report
matches "$(out)" '^188000/750 ' 'takes the newest session, not the merged file'
mkdir apart
mv one.prof two.prof three.prof apart
status 0 'where only the merged file is left' "$PROF" report
matches "$(out)" '^564000/2250 ' 'it takes that'
mv apart/one.prof .
status 0 'beside an older process' "$PROF" report
matches "$(out)" '^564000/2250 ' 'the merged file is newer'

# --- what must not be lost ------------------------------------------------
mv apart/two.prof .
cp one.prof before
status 4 'an output that holds other profiles: exit 4' \
	"$PROF" merge -o one.prof two.prof
matches "$(err)" '^prof: one\.prof: is there, with profiles that would be lost$' \
	'and a message'
cmp -s one.prof before
ok $? 'nothing was written'
echo text >text
status 4 'an output that is no profile' "$PROF" merge -o text two.prof
is "$(cat text)" text 'is not overwritten'
status 2 'no output' "$PROF" merge one.prof
matches "$(err)" '^prof: hint: prof merge -o FILE ' 'a hint'
status 3 'an input that is no profile' "$PROF" merge -o x.prof one.prof text
matches "$(err)" '^prof: text: not a libprof profile' 'is named'
ok "$([ ! -e x.prof ]; echo $?)" 'and nothing is written'
status 4 'a directory that is not there' "$PROF" merge -o no/x one.prof
matches "$(err)" '^prof: no/x: No such file or directory$' 'is named'
status 0 'to standard output' "$PROF" merge -o - one.prof two.prof
cp "$T/out" piped.prof
matches "$("$PROF" report piped.prof)" '^376000/1500 ' 'the same'

# --- damage ---------------------------------------------------------------
size=$(wc -c <all.prof)
head -c $((size - 20)) all.prof >cut.prof
status 3 'a merged file that is cut' "$PROF" report cut.prof
matches "$(err)" '^prof: cut\.prof: compressed byte [0-9]+: ' 'tells where'
matches "$(err)" '^prof: hint: --salvage' 'and how to go on'
status 0 'salvaged' "$PROF" report --salvage cut.prof
matches "$(out)" '^[0-9]+/(1500|2250) ' 'what is whole is there'
matches "$(err)" '^prof: warning: ' 'with a warning'

# --- a process that lives -------------------------------------------------
rm -f ./*.prof
LD_PRELOAD=$B/libprof.so PROF_OUTPUT=live.prof "$B/examples/profile_me.trace" \
	>/dev/null &
pid=$!
tries=0
while [ ! -e live.prof ] && [ $tries -lt 100 ]; do
	sleep 0.05
	tries=$((tries + 1))
done
status 0 'merging a running process' "$PROF" merge -o all.prof live.prof
matches "$("$PROF" report all.prof)" 'went on: a copy' 'the copy says so'
kill $pid 2>/dev/null
wait $pid 2>/dev/null
finish
