#!/bin/sh
# filter.t - functions left out by name, by file and by depth: what is left is
# as if they were inlined, and nothing is lost.
# Measures time.
. tests/lib.sh

# Where filter files go while other tests make theirs.
TMPDIR=$PWD
export TMPDIR

traced=$programs/filter.trace

# filtered OPTION...: run $traced as prof run does with the options, in $mode.
filtered() {
	rm -f ./*.prof
	tool run -q --mode="$mode" "$@" >out 2>err </dev/null
	status=$?
	look ./*.prof
	looked=$?
	[ $status -eq 0 ] && [ $looked -eq 0 ] && [ ! -s err ] && [ ! -s out ]
}

callers_of() {
	callers "$1" ./*.prof | xargs
}

# --- names -------------------------------------------------------------------
for mode in trace count; do
	filtered --exclude='inne?' --exclude=odd --exclude=through "$traced"
	ok $? "$mode: runs with functions left out" || sed 's/^/#   /' err
	is "$(callers_of leaf)" '1 jumping 1 outer 5 even 5 jump 933 middle' \
		"$mode: what they call is their callers'"
	is "$(calls inner)$(calls odd)$(calls through)" '' \
		"$mode: they are not there"
	is "$(calls even)/$(primitive even) $(callers_of even)" \
		'5/1 1 main 4 even' "$mode: recursion goes through them"
	is "$(callers_of jump)" '5 jumping' "$mode: and so does longjmp"
	is "$(callers_of part) $(calls part)" '1 region 1' \
		"$mode: regions stay"
	is "$(left_out)" 336 "$mode: their calls are counted"
	has report '^336 calls left out by function (PROF_FILTER)' \
		"$mode: the report says so"
	nothing_lost "$mode: nothing is lost"
	adds_up "$mode: times add up to the total"

	filtered --include=middle --include='*even*' "$traced"
	ok $? "$mode: runs with some functions only"
	is "$(cut -f 1,5 table | grep -v part | sort | xargs)" \
		'311 middle 5 even' "$mode: only they are there"
	is "$(calls even)/$(primitive even) $(callers_of even)" '5/1 4 even' \
		"$mode: and call each other"
	adds_up "$mode: times add up to the total"

	[ $mode = count ] || between "$(fact 'call pair' | cut -d ' ' -f 1)" \
		0.5 10000 "$mode: the hooks' cost is measured all the same"

	filtered --exclude=other_name "$traced"
	is "$(calls leaf) $(left_out)" ' 945' "$mode: any of its names will do"
	filtered --include='*' --exclude=other_name "$traced"
	is "$(calls leaf) $(calls inner) $(left_out)" ' 311 945' \
		"$mode: what is excluded is so even where it is included"
	filtered --exclude=main --exclude=threaded "$traced"
	is "$(calls main)$(calls threaded) $(left_out)" ' 4' \
		"$mode: a thread's first function may be left out"
	is "$(calls outer) $(calls middle) $(callers_of middle)" \
		'1 311 1 part 10 outer' "$mode: and its callees have no caller"
	adds_up "$mode: times add up to the total"
done

# --- depth -------------------------------------------------------------------
for mode in trace count; do
	filtered --call-depth=2 "$traced"
	ok $? "$mode: runs with two levels"
	is "$(cut -f 5 table | sort | xargs)" \
		'even jumping main middle outer region threaded threads' \
		"$mode: what lies deeper is left out"
	is "$(calls outer) $(calls middle) $(left_out)" \
		"1 300 $((51 + 14 + 31 + 6 + 1200))" \
		"$mode: and counted"
	has report 'calls left out by depth (PROF_CALL_DEPTH)' \
		"$mode: the report says so"
	adds_up "$mode: times add up to the total"
	filtered --call-depth=3 --exclude=outer "$traced"
	is "$(callers_of inner)" '310 middle' \
		"$mode: what is left out is no level"
done
# --- durations ---------------------------------------------------------------
# untimed: the functions that have not as many durations as calls.
untimed() {
	tool report --csv ./*.prof | awk -F, '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		$at["timed"] != $at["ncalls"] {
			print $at["name"], $at["ncalls"], $at["timed"] }'
}

mode=trace
for how in '--exclude=inner --exclude=odd --exclude=jumping' '--call-depth=2' \
	'--call-depth=1'; do
	filtered --durations $how "$traced"
	ok $? "$how: runs with durations"
	is "$(untimed)" '' "$how: calls left out have none, all others have"
	nothing_lost "$how: nothing is lost"
done
filtered --durations --exclude=ping_step --exclude=move_step \
	"$programs/coroutines.trace" 1000
is "$(untimed | sort | xargs)" 'ping 1 pong 1 pong_step 1000 999' \
	'coroutines: but for what does not end'
nothing_lost 'coroutines: nothing is lost'

# --- files -------------------------------------------------------------------
mode=trace
filtered --exclude-file=taylor.c --include-file='*/examples/*' \
	"$examples/taylor.trace"
is "$(calls factorial)$(calls main)" '' 'a file is left out by its last part'
rm -f ./*.prof
tool run -q "$examples/julia.trace" >plain.out
look ./*.prof
cut -f 1,5 table | sort >plain
filtered --include-file='*/julia.c' "$examples/julia.trace" >/dev/null
rm -f ./*.prof
tool run -q --include-file='*/julia.c' "$examples/julia.trace" >out
look ./*.prof
cut -f 1,5 table | sort >only
same plain only 'julia: all functions are of julia.c'
rm -f ./*.prof
tool run -q --exclude=factorial "$examples/taylor.trace" >/dev/null
look ./*.prof
is "$(cut -f 1,5 table | sort | xargs) $(left_out)" \
	'1 main 1 taylor_exp 1 taylor_sin 2 at_one 188000' \
	'taylor: without factorial'
adds_up 'taylor: times add up to the total'

# --- other modules -----------------------------------------------------------
$cc -O2 -g -fPIC -shared -finstrument-functions -DWHICH=1 -o plugin.so \
	"$top/tests/programs/plugins/plugin.c"
ok $? 'a plugin builds'
filtered --exclude=first_plugin_work --object=plugin.so "$traced" ./plugin.so
ok $? 'a plugin: runs without one of its functions'
is "$(callers_of call_back) $(left_out)" '7 plugin 7' \
	'a plugin: its caller calls what it called'
$cc -O2 -g -fPIC -shared -finstrument-functions -DWHICH=1 -Wl,--build-id=none \
	-o plugin.so "$top/tests/programs/plugins/plugin.c"
filtered --exclude=first_plugin_work --object=plugin.so "$traced" ./plugin.so
is "$(callers_of call_back) $(left_out)" '7 plugin 7' \
	'a plugin: the same without a build-id'
filtered --include=call_back "$traced" ./plugin.so
is "$(cut -f 1,5 table | grep -v part | xargs)" '7 call_back' \
	'a plugin that was not named is not included'

# A library that the program needs, and a program at a fixed place, which takes
# the address of a function of the library.
cat >needs.c <<'END'
void plugin(void (*call_back)(void));
void (*volatile address)(void (*)(void)) = plugin;
static void back(void) {}
int main(void) { plugin(back); address(back); return 0; }
END
for kind in '-pie -fPIE' '-no-pie -fno-pic'; do
	$cc -O0 -g -finstrument-functions $kind -o needs needs.c ./plugin.so \
		-Wl,-rpath,"$work"
	filtered --exclude='plug*' "$work/needs"
	is "$(callers_of first_plugin_work) $(left_out)" '2 main 2' \
		"a library, $kind: found by itself"
done

# libprof.a in the program, which then has the hooks itself.
[ "$(uname -m)" = x86_64 ] && unwind= || unwind=-lunwind
$cc -O2 -g -w -I"$top" -finstrument-functions -o static \
	"$top/tests/programs/filter.c" -Wl,-u,libprof_version \
	"$build/libprof.a" $unwind -lz -pthread -ldl
tool filter --exclude=middle -o static.filter ./static 2>err
empty err 'libprof.a: no warning'
rm -f ./*.prof
quietly without PROF_MODE=trace PROF_FILTER=static.filter ./static
look ./*.prof
is "$(left_out) $(calls middle)" '311 ' 'libprof.a: leaves out the same'

# --- coroutines --------------------------------------------------------------
for mode in trace count; do
	filtered --exclude=ping_step --exclude=move_step \
		"$programs/coroutines.trace" 1000
	is "$(callers_of leaf) $(left_out)" '10 move 2000 ping 1010' \
		"coroutines, $mode: also of one that moves to another thread"
	nothing_lost "coroutines, $mode: nothing is lost"
	[ $mode = count ] || is "$(tool convert -t folded -o - ./*.prof |
		grep -c 'move;move')" 0 "coroutines: nor invented"
	adds_up "coroutines, $mode: times add up to the total"
done

# --- processes ---------------------------------------------------------------
filtered --exclude=middle "$traced" fork
is "$(callers_of inner)" '1 in_child 1 part 10 outer 300 threaded' \
	'fork: the child leaves out the same'
is "$(left_out)" 312 'fork: and counts it'
cp "$traced" other
filtered --exclude=middle "$traced" exec "$traced" fork
is "$(left_out)" $((311 + 312)) 'exec: and so does what it executes'
# Another program is not filtered, unless named.
filtered --exclude=odd --object="$examples/taylor.trace" --exclude=factorial \
	"$traced" exec "$examples/taylor.trace" >/dev/null 2>&1
is "$(left_out)" $((188000 + 5)) 'exec: another program, if it is named'
is "$(ls "${TMPDIR:-/tmp}"/prof-filter.* 2>/dev/null)" '' \
	'no filter file is left behind'
# --- bad files ---------------------------------------------------------------
quietly without "$traced"
tool filter --exclude=middle -o good "$traced"
module=$(sed -n 's/^module //p' good)

# refused WHAT REGEX: with the filter file bad, one line says what is wrong and
# the run is as it is without.
refused() {
	rm -f ./*.prof
	quietly with PROF_MODE=trace PROF_FILTER=bad "$traced"
	[ $status -eq 0 ] && [ "$(wc -l <err)" -eq 1 ] &&
		grep -q "^libprof: PROF_FILTER=bad: $2; nothing is left out\$" err
	ok $? "$1: one line says so" || sed 's/^/#   /' err
	look ./*.prof
	is "$(left_out) $(calls middle)" '0 311' "$1: and all is recorded"
}

refused 'no file' 'No such file or directory'
mkdir bad
refused 'a directory' 'not a filter file'
rmdir bad
: >bad
refused 'an empty file' "line 1: it ends without its last line, 'end'"
head -n 4 good >bad
refused 'a cut file' "line 5: it ends without its last line, 'end'"
{ head -n 3 good; echo 'end 0'; echo more; } >bad
refused 'more than a file' 'line 5: text after the end'
printf 'libprof filter 1\nunlisted keep\n\0end 0\n' >bad
refused 'no text' 'line 0: not a text'
n=0
while IFS='|' read -r text line what; do
	n=$((n + 1))
	printf "$text" "$module" >bad
	refused "bad line $n" "line $line: $what"
done <<'END'
libprof filter 2\n|1|not 'libprof filter 1': no filter file, or another version's
libprof filter 1\nunlisted\n|2|not 'unlisted keep' or 'unlisted hide'
libprof filter 1\nunlisted keep\nmodule id:12 relative\nend 0\n|3|not 'module id:BUILD-ID /PATH'.*
libprof filter 1\nunlisted keep\nmodule 12 /path\nend 0\n|3|not 'module id:BUILD-ID /PATH'.*
libprof filter 1\nunlisted keep\n1-2 f\nend 1\n|3|a function before the first module
libprof filter 1\nunlisted keep\nmodule %s\n1-x f\nend 1\n|4|not 'LOW-HIGH NAME' with hexadecimal addresses
libprof filter 1\nunlisted keep\nmodule %s\n1-2f\n12345678123456781-2 f\nend 2\n|5|not 'LOW-HIGH NAME'.*
libprof filter 1\nunlisted keep\nmodule %s\n2-2 f\nend 1\n|4|a function that ends where it starts, or before
libprof filter 1\nunlisted keep\nmodule %s\n4-8 f\n7-9 g\nend 2\n|5|a function that lies before the end of the last one
libprof filter 1\nunlisted keep\nmodule %s\n4-8 f\nend 2\n|5|the number of functions differs from what is there
END
rm -f ./*.prof
sed 's/^module id:../module id:/' good >bad
quietly with PROF_MODE=trace PROF_FILTER=bad "$traced"
has err '^libprof: PROF_FILTER was made for another build of this file.*filter' \
	'another build: one line says so'
look ./*.prof
is "$(left_out) $(calls middle) $(wc -l <err)" '0 311 1' \
	'another build: and all is recorded'

# --- the tool ----------------------------------------------------------------
tool filter --exclude=middle --exclude=nothing -o out "$traced" 2>err
is "$(cat err)" \
	'prof: warning: --exclude=nothing matches no function of what was looked into' \
	'a pattern that matches nothing is told'
same out good 'and the others hold'
tool filter --exclude=middle "$programs/filter" >out 2>err
has err 'filter: not compiled with -finstrument-functions' \
	'so is a program without hooks'
tool filter "$traced" >out 2>err
is "$? $(sed -n 1p err)" '2 prof: filter: no pattern given' \
	'a filter without a pattern is a usage error'
tool filter --exclude=f "$traced" ./nosuch.so >out 2>err
is "$? $(cat err)" '4 prof: filter: ./nosuch.so: No such file or directory' \
	'an object that is not there is an error'
tool run --exclude=f --mode=sample "$traced" >out 2>err
is "$? $(cat err)" "125 prof: option '--exclude': samples are not filtered; \
only modes trace and count are" 'so is filtering samples'
tool run --filter=nosuch "$traced" >out 2>err
is "$? $(sed -n 1p err)" \
	"125 prof: run: option '--filter': nosuch: No such file or directory" \
	'and a filter that is not there'
rm -f ./*.prof
tool run -q --filter=good --mode=trace "$traced"
look ./*.prof
is "$(left_out)" 311 'a filter file may be used again'
finish
