#!/bin/sh
# prof report --tree and --bottom-up: calling contexts.
. tests/cli/lib.sh

W=$T/work
mkdir "$W"
cd "$W" || exit 1
"$PROF" run -q "$B/examples/taylor.trace" >/dev/null

status 0 '--tree: exit 0' "$PROF" report --tree --min=0
is "$(err)" '' 'nothing on standard error'
matches "$(out)" \
	'^  cum%  cumtime  tottime     ncalls  function, and below it what it called$' \
	'its titles'
is "$(sed -n 's/.* \([0-9/]*\)  .*\(factorial.*\):.*/\1 \2/p' "$T/out" |
	sort -n)" \
	'62750/250 factorial (recursive)  taylor.c
125250/500 factorial (recursive)  taylor.c' \
	'recursion is one line, with all calls and those from outside'
matches "$(out)" '^ +[0-9.]+ +[0-9.]+ +[0-9.]+ +1  main  taylor\.c:[0-9]+$' \
	'main is the first'
matches "$(out)" ' 125250/500  [|] > factorial \(recursive\)  taylor\.c:[0-9]+$' \
	'an only callee is marked so'
matches "$(out)" ' 1  \+ taylor_exp  taylor\.c:[0-9]+$' 'one of several too'
matches "$(out)" ' [12]  ` [a-z_]+  taylor\.c:[0-9]+$' 'and the last of them'
awk '/cum%/ {on = 1; next} on && NF > 4 && $2 + 0.0005 < $3 {bad = 1}
	END {exit bad}' "$T/out"
ok $? 'no own time is above that with what was called'
status 0 'lines in UTF-8' env LC_ALL=C.UTF-8 "$PROF" report --tree
matches "$(out)" '  │ ╰ factorial ' 'are drawn'
lacks "$(out | tr '\033' '\001')" "$(printf '\001')" 'no colour in a file'
status 0 'colour when asked' "$PROF" report --tree --colour=always
matches "$(out | tr '\033' '~')" '~\[(1;31|33)m +[0-9.]+ +[0-9.]+~\[0m +[0-9.]+ +[0-9/]+  .*m[a-z_]+~' 'what is dear is coloured'
status 0 '--depth=1' "$PROF" report --tree --depth=1 --min=0
is "$(grep -c 'taylor\.c:' "$T/out")" 1 'one level'
status 0 '--tree=REGEX' "$PROF" report --tree=taylor_exp
is "$(grep -c 'taylor\.c:' "$T/out")" 2 'begins at that function'
status 0 'another limit' "$PROF" report --tree --min=100
matches "$(out)" '^   left out: what is below 100 % of the total' \
	'what is left out is told'

# --- bottom-up ------------------------------------------------------------
status 0 '--bottom-up=factorial' "$PROF" report --bottom-up=factorial --min=0
is "$(sed -n 's/^ *[0-9.]\{1,\} *[0-9.]\{1,\} *\([0-9]*  .*\)/\1/p' "$T/out" |
	sed 's/  taylor.c:.*//; s/[+`] //' | sort -rn)" \
	'188000  factorial (recursive)
125250  taylor_exp < main
62750  taylor_sin < main' \
	'callers by what they cause, an only way on one line'

# --- a sampled program ----------------------------------------------------
rm -f ./*.prof
"$PROF" run -q "$B/examples/julia" 300 >/dev/null 2>&1
status 0 'a sampled tree' "$PROF" report --tree --min=0
matches "$(out)" '^  cum%  cumtime  tottime    samples  function' 'has samples'
whole=$(awk '/ samples in / {print $1}' "$T/out")
is "$(awk '/cum%/ {on = 1; next} /^$/ {on = 0} on {sum += $4}
	END {print sum + 0}' "$T/out")" "$whole" 'all samples are in it, once'
status 0 'a sampled tree bottom-up' "$PROF" report --bottom-up --min=0
is "$(awk '/self%/ {on = 1; next} /^$/ {on = 0}
	on && $0 ~ /^ *[0-9.]+ +[0-9.]+ +[0-9]+  [^>+`| ]/ {sum += $3} END {print sum + 0}' \
	"$T/out")" "$whole" 'and in the functions on the left, bottom-up'

# --- 80 columns -----------------------------------------------------------
if command -v script >/dev/null; then
	script -qc "stty cols 80; PAGER=cat TERM=xterm '$PROF' report --tree \
		--min=0; PAGER=cat '$PROF' report --bottom-up --min=0" \
		/dev/null </dev/null | tr -d '\r' |
		sed "s/$(printf '\033')\[[0-9;]*m//g" >"$T/wide"
	is "$(sed 1d "$T/wide" | awk 'length > 80' | wc -l | tr -d ' ')" 0 \
		'nothing is wider than 80 columns'
	ok "$([ "$(lines "$T/wide")" -gt 20 ]; echo $?)" 'and it was shown'
else
	skip 'no script(1)' 'nothing is wider than 80 columns'
fi

status 0 '--width=60' "$PROF" report --width=60 --tree --min=0
is "$(sed 1d "$T/out" | awk 'length > 80' | wc -l | tr -d ' ')" 0 \
	'names are shortened where it is no terminal, too'
status 2 '--width=wide' "$PROF" report --width=wide

# --- wrong usage ----------------------------------------------------------
status 2 '--min=x' "$PROF" report --tree --min=x
matches "$(err)" "needs a percentage from 0 to 100, not 'x'$" 'says what'
status 2 '--depth=0' "$PROF" report --tree --depth=0
status 2 '--tree with --by' "$PROF" report --tree --by=thread
status 2 '--colour=blue' "$PROF" report --colour=blue
matches "$(err)" "auto, always and never, not 'blue'$" 'says what'
finish
