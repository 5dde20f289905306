#!/bin/sh
# Files that are no profile, or a damaged one: a line that names the file, exit
# 3, never a crash.
. tests/cli/lib.sh

W=$T/work
mkdir "$W"
cd "$W" || exit 1
"$PROF" run -q -o good.prof "$B/examples/taylor.trace" >/dev/null
# The same before it is compressed, as a killed process leaves it.
zcat <good.prof >raw.prof

# bad FILE FACT: every command refuses it.
bad()
{
	for command in report info 'convert -o x.out'; do
		status 3 "$2: prof ${command%% *}: exit 3" "$PROF" $command "$1"
		matches "$(head -1 "$T/err")" "^prof: $1: ." \
			"$2: the line names the file"
		is "$(out)" '' "$2: nothing on standard output"
	done
	ok "$([ ! -e x.out ]; echo $?)" "$2: no output file"
}

bad missing.prof 'a file that is not there'
: >empty.prof
bad empty.prof 'an empty file'
echo 'this is a text, and no profile' >text.prof
bad text.prof 'a text'
mkdir dir.prof
bad dir.prof 'a directory'
rmdir dir.prof
head -c 300 good.prof >cut.prof
bad cut.prof 'a truncated file'
matches "$(err)" '[0-9]' 'a truncated file: the line tells an offset'
head -c 5000 raw.prof >cut.prof
bad cut.prof 'a truncated raw file'
gzip -c text.prof >zipped.prof 2>/dev/null || :
[ -s zipped.prof ] && bad zipped.prof 'a compressed text'

# flip FILE OFFSET: one bit of one byte.
flip()
{
	cp "$1" flipped.prof
	byte=$(od -An -tu1 -j "$2" -N1 "$1" | tr -d ' ')
	printf "\\$(printf %03o $((byte ^ 4)))" |
		dd of=flipped.prof bs=1 seek="$2" conv=notrunc 2>/dev/null
}
size=$(wc -c <good.prof)
for at in 1 11 $((size / 4)) $((size / 2)) $((size - 6)); do
	flip good.prof "$at"
	# A match that now points to other zeros still says the same: no damage.
	while zcat <flipped.prof >again 2>/dev/null && cmp -s again raw.prof; do
		at=$((at + 1))
		flip good.prof "$at"
	done
	bad flipped.prof "bit flipped at $at"
done

# In a raw file not every bit matters, but none may crash.
size=$(wc -c <raw.prof)
at=0
step=1499
[ -n "$PROF_TEST_LONG" ] && step=61
crashed=
while [ $at -lt "$size" ]; do
	flip raw.prof $at
	for command in report info 'convert -o -'; do
		"$PROF" $command flipped.prof >"$T/out" 2>"$T/err"
		[ $? -le 4 ] || crashed="$crashed $command:$at"
		"$PROF" $command --salvage flipped.prof >"$T/out" 2>"$T/err"
		[ $? -le 4 ] || crashed="$crashed $command--salvage:$at"
	done
	at=$((at + step))
done
is "$crashed" '' 'no bit of a raw file crashes a command'

# Names that would drive a terminal.
LC_ALL=C sed 's|/examples/taylor|/examples/t\x1b[2Jr|g' raw.prof >evil.prof
"$PROF" info evil.prof >"$T/out" 2>"$T/err"
lacks "$(cat "$T/out" "$T/err" | tr '\033' '\001')" "$(printf '\001')" \
	'no escape character reaches the terminal'
matches "$(cat "$T/out" "$T/err")" 't\\x1b\[2Jr' 'but its picture does'
printf 'x' >"$(printf 'a\nb.prof')"
"$PROF" info "$(printf 'a\nb.prof')" >"$T/out" 2>"$T/err"
matches "$(err)" '^prof: a\\nb\.prof: ' 'nor a line break of a file name'

finish
