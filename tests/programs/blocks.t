#!/bin/sh
# blocks.t - executions of blocks are counted exactly: in threads, forks, signal
# handlers, libraries that come and go, and in what is killed.
# Measures time.
. tests/lib.sh

case $cc in
*clang*) count_flags=-fsanitize-coverage=trace-pc,no-prune ;;
*) count_flags=-fsanitize-coverage=trace-pc ;;
esac
build_counting() {
	$cc -std=gnu11 -O1 -g "$count_flags" -fno-optimize-sibling-calls \
		-I"$top" -I"$top/include" "$@" -L"$build" -lprof -pthread \
		-ldl >cc.out 2>&1
	ok $? "$* builds" || sed 's/^/#   /' cc.out
}

# hits FUNCTION TEXT: of the line of FUNCTION that has TEXT.
hits() {
	tool lines "$1" ./*.prof 2>&1 | awk -v text="$2" '
		index($0, text) { n += $2; any = 1 }
		END { if (any) print n }'
}

# counting ARGUMENT...: run blocks, which is linked with libprof, and see that
# nothing is lost.
counting() {
	rm -f ./*.prof
	quietly with "$@"
	tool info ./*.prof >info 2>&1
	tool lines loop ./*.prof >lines 2>&1
}

build_counting -o blocks "$top/tests/programs/blocks.c"

counting ./blocks threads 300000
is "$(hits loop body)" 1200000 'four threads at once: exact'
is "$(hits loop 'for (')" 1200004 'and the loop line, n + 1 a thread'
is "$(hits thread 'loop(')" 4 'one call a thread'
nothing_lost 'nothing is lost'

counting PROF_HZ=10000 ./blocks threads 300000
is "$(hits loop body)" 1200000 'and with samples in between'

counting ./blocks fork 5000
is "$(ls ./*.prof | wc -l)" 2 'a fork: two profiles'
is "$(hits loop body)" 10000 'each has its part'
is "$(hits use_fork 'waitpid')" 1 'what only one did is there once'

counting ./blocks handler 3000000
handled=$(sed -n 's/handled //p' out)
is "$(hits loop body)" 3000000 'a handler in between takes nothing away'
is "$(hits handle body)" "$handled" "and all its own $handled are there"

counting ./blocks kill 12345
is $status 137 'a process that is killed'
is "$(hits loop body)" 12345 'has counted to the last'

counting ./blocks reset 1000
is "$(hits loop body)" 2000 'counts since prof_reset, and while it records'

counting PROF_MODE=trace ./blocks loop 77
is "$(hits loop body)" 77 'with hooks asked for, too'
counting PROF_START=0 ./blocks loop 77
is "$(ls ./*.prof 2>/dev/null)" '' 'not before it is started'

# --- libraries ---------------------------------------------------------------
rounds=40
build_counting -fPIC -shared -DWHICH=1 -o plugin1.so \
	"$top/tests/programs/plugins/plugin.c"
build_counting -fPIC -shared -DWHICH=2 -o plugin2.so \
	"$top/tests/programs/plugins/plugin.c"
rm -f ./*.prof
quietly with "$programs/plugin_host" ./plugin1.so ./plugin2.so $rounds
is $status 0 'libraries that come and go count'
is "$(hits first_plugin_work 'call_back();')" $((2 * rounds)) \
	'each line of a source that two share'
tool lines first_plugin_work other_plugin_work ./*.prof >lines 2>&1
has lines '^Function: first_plugin_work ' 'under the name of one'
has lines '^Function: other_plugin_work ' 'and of the other'

# --- what is not there ---------------------------------------------------------
rm -f ./*.prof
quietly with "$programs/blocks" loop 200000000
tool lines loop ./*.prof >lines 2>&1
has lines '^Line # *Calls ' 'a program that counts none has no hits'
is "$(awk '/^ +[0-9]+ / && substr($0, 8, 9) ~ /[0-9]/' lines)" '' \
	'and none are made up'
finish
