#!/bin/sh
# lines.t - hits of lines against those that gcov counts, and the documents'.
# Measures time.
. tests/lib.sh

# gcov_says SOURCE COMPILER STATEMENTS LEAST: what SOURCE prints, and how often its
# STATEMENTS, an awk program that prints their lines, run; at least LEAST do. Of a
# template gcov counts all together first, then each of what it was made.
gcov_says() {
	source=$top/tests/truth/$1
	rm -f ./*.gcda
	$2 -O0 --coverage -o covered "$source" >cc.out 2>&1 &&
		./covered >expected && gcov -t ./*.gcda 2>/dev/null | awk -F: '
		{ n = $1; gsub(/[ *]/, "", n); line = $2 + 0 }
		line > 0 && n != "-" && !seen[line]++ {
			print line, n ~ /[#=]/ ? 0 : n }' >counts
	awk "$3" "$source" >lines
	awk 'NR == FNR { want[$1]; next } $1 in want' lines counts >wanted
	[ "$(wc -l <wanted)" -ge "$4" ]
}

# against_gcov LEAST COMMAND...: at least LEAST lines have hits, and all that do
# have those of gcov.
against_gcov() {
	least=$1
	shift
	rm -f ./*.prof
	"$@" -g -fno-optimize-sibling-calls -o counting "$source" -L"$build" \
		-lprof >cc.out 2>&1
	ok $? "$* builds" || sed 's/^/#   /' cc.out
	quietly with ./counting
	same out expected "$*: prints the same"
	tool lines "$(basename "$source")" ./*.prof 2>&1 |
		awk '/^ *[0-9]+ +[0-9]+ / && substr($0, 8, 9) ~ /[0-9]/ {
			print $1, $2 }' >got
	awk 'NR == FNR { want[$1] = $2; next }
	$1 in want && !($1 in seen) {
		seen[$1]
		n++
		if (want[$1] != $2)
			print "#   line " $1 ": " $2 " hits, not " want[$1]
	}
	END { print n + 0 >"compared" }' wanted got >wrong
	[ ! -s wrong ]
	ok $? "$*: no line has other hits than gcov's" || cat wrong
	between "$(cat compared)" "$least" 200 "$*: most lines have hits"
}

trace_pc=-fsanitize-coverage=trace-pc
# Not a function's first line, nor a label.
if gcov_says lines_program.c gcc 'NR > 12 && !/^[a-z_]/ && !/^[}{]/ &&
	!/^[\t ]*[}{ ]*$/ { print NR }' 80; then
	against_gcov 84 gcc -O0 $trace_pc
	against_gcov 84 gcc -O0 -ffunction-sections $trace_pc
	against_gcov 75 gcc -O2 -fno-thread-jumps -fno-tree-slp-vectorize $trace_pc
	if command -v clang >/dev/null; then
		against_gcov 84 clang -O0 $trace_pc,no-prune
	else
		skip 'no clang' 'clang: no line has other hits than gcov'
	fi
else
	skip 'no gcov' 'lines are hit as often as gcov says'
fi
# What ends in a semicolon, or has a condition.
if command -v g++ >/dev/null && gcov_says lines_program.cc g++ '
	/^\t.*(;$|(if|for|while) \()/ { print NR }' 40; then
	against_gcov 42 g++ -O0 $trace_pc
	against_gcov 42 g++ -O0 -gdwarf-4 $trace_pc
	against_gcov 30 g++ -O2 -fno-thread-jumps -fno-tree-slp-vectorize $trace_pc
	tool lines lines_program.cc ./*.prof >table
	is "$(grep -c 'int main(' table)" 1 "what is inlined ends before main"
	if command -v clang++ >/dev/null; then
		against_gcov 42 clang++ -O0 $trace_pc,no-prune
	else
		skip 'no clang++' 'clang++: no line has other hits than gcov'
	fi
else
	skip 'no g++, or no gcov' 'C++: lines are hit as often as gcov says'
fi

# --- the documents' ------------------------------------------------------------
# hits FUNCTION TEXT: of the first line of FUNCTION with TEXT.
hits() {
	tool lines "$1" ./*.prof 2>&1 | awk -v text="$2" '
		/^ *[0-9]+ / && index($0, text) { print $2; exit }'
}
# record PROGRAM ARGUMENT...
record() {
	rm -f ./*.prof
	quietly with PROF_HZ=2000 "$@"
	wordless "$(basename "$1") runs"
}

record "$examples/julia.lines"
has out '^Sum of output: 33219980$' 'julia finds what it should'
is "$(hits calculate_z_serial 'while (')" 34219980 'while: 34219980 hits'
is "$(hits calculate_z_serial 'n++')" 33219980 'its body: 33219980'
is "$(hits calculate_z_serial 'for (')" 1000001 'for: 1000001'
is "$(hits abs 'return')" 34219980 'abs: 34219980'

record "$examples/accumulate.lines" 10 1
is "$(hits accumulate 'old_value =')" 9 'accumulate of 10: 9'
is "$(hits accumulate 'for (')" 11 'and 11 times the loop for two lists'
record "$examples/accumulate.lines" 1 100
is "$(hits accumulate 'new_value =')" 99 'accumulate of 100: 99'
is "$(hits accumulate 'append(&sums, new')" 99 'in all three lines'

record "$examples/calc.lines" 8000000 --refs 1000
is "$(hits calc 'for (')" 8000001 'calc: the for line once more'
for what in add multiply integer_power pow sqrt_via 'sqrt '; do
	is "$(hits calc "s.$what")" 8000000 "than the line of $what"
done
# The program's own clock and the samples of the same run.
rm -f ./*.prof
quietly with PROF_CLOCK=wall PROF_HZ=2000 "$examples/calc" 1000 --refs 4e8 \
	--times
own=$(awk '$1 == "local_ref" && NF >= 3 { l = $2 }
	$1 == "module_ref" && NF >= 3 { m = $2 }
	END { if (l > 0) print m / l }' out)
seen=$(tool lines local_ref module_ref ./*.prof |
	awk '/^Total time/ { t[++n] = $3 } END { if (t[1] > 0) print t[2] / t[1] }')
between "$(awk "BEGIN { print $seen / $own }")" 0.75 1.33 \
	"module_ref takes as much longer than local_ref as it says itself"
record "$examples/calc.lines" 8000000 --refs 1000
tool lines calc ./*.prof | awk '/s\./ { sub(/~/, "")
	if ($3 + 0 > most) { most = $3 + 0; line = $0 } } END { print line }' >dearest
has dearest 's\.pow += pow' 'pow is the dearest line'
finish
