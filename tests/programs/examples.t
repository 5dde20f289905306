#!/bin/sh
# examples.t - the example programs print what they are known to find.
#
# Run from the project's root. BUILD/examples/NAME is built plain, NAME.trace
# instrumented; neither is profiled here.

BUILD=${BUILD:-build/release}
EX=$BUILD/examples
TMP=$(mktemp -d) || exit 1
trap 'rm -rf "$TMP"' EXIT
trap 'exit 1' HUP INT TERM

# Measures time.
. tests/tap.sh

# has FILE LINE NAME: the output has that line, whole.
has() {
	grep -qxF -e "$2" "$1"
	status=$?
	ok $status "$3"
	[ $status -eq 0 ] || sed 's/^/#   got: /' "$1"
}

# near FILE LABEL VALUE TOLERANCE NAME: the line "LABEL NUMBER" is close to it.
near() {
	awk -v label="$2" -v want="$3" -v tolerance="$4" '
	index($0, label " ") == 1 {
		d = substr($0, length(label) + 2) - want
		found = d <= tolerance && -d <= tolerance
	}
	END { exit !found }' "$1"
	status=$?
	ok $status "$5"
	[ $status -eq 0 ] || sed 's/^/#   got: /' "$1"
}

# results NAME ARGUMENT...: run both builds; the output before any table of
# times goes to TMP/NAME, and must be the same.
results() {
	program=$1
	shift
	"$EX/$program" "$@" >"$TMP/out" 2>"$TMP/err" </dev/null
	status=$?
	sed '/^Function/,$d' "$TMP/out" >"$TMP/$program"
	[ $status -eq 0 ] && [ -s "$TMP/$program" ] && [ ! -s "$TMP/err" ]
	ok $? "$program $* runs"
	"$EX/$program.trace" "$@" >"$TMP/out" 2>/dev/null </dev/null
	sed '/^Function/,$d' "$TMP/out" | cmp -s - "$TMP/$program"
	ok $? "$program.trace $* prints the same results"
}

# refuses PROGRAM ARGUMENT...: exit 2, one line on stderr, none on stdout.
refuses() {
	"$EX/$1" "$2" ${3+"$3"} >"$TMP/out" 2>"$TMP/err" </dev/null
	[ $? -eq 2 ] && [ "$(wc -l <"$TMP/err")" -eq 1 ] &&
		[ ! -s "$TMP/out" ] && grep -q "^$1: " "$TMP/err"
	ok $? "$1 refuses \"$2${3+ $3}\""
}

for program in accumulate basel calc julia lists montecarlo_pi particles \
	profile_me recursion sets strings taylor; do
	"$EX/$program" --help >"$TMP/out" 2>"$TMP/err"
	[ $? -eq 0 ] && [ ! -s "$TMP/err" ] &&
		grep -q "^Usage: $program " "$TMP/out" &&
		grep -q -e "^  --help " "$TMP/out"
	ok $? "$program --help explains it"
	refuses $program --no-such-option
	refuses $program -- # a word that is no option
done

# --- arguments, the same code in all programs
refuses basel abc
refuses basel ''
refuses basel 1.5
refuses basel -5
refuses basel nan
refuses basel 0x10
refuses basel 1
refuses basel 1e13
refuses basel --chunk
refuses basel --chunk=0
refuses basel --chunk 5x
refuses basel --times=1
refuses basel --variant basel_none
refuses taylor 500 1
refuses profile_me -0.5
"$EX/basel" 1e2 --variant=basel_loop >"$TMP/a"
"$EX/basel" --variant basel_loop 100 >"$TMP/b"
[ -s "$TMP/a" ] && cmp -s "$TMP/a" "$TMP/b"
ok $? 'arguments in any order, as --name=value, and as 1e2'

# --- K1
sum=1.64493306684777
results basel
f=$TMP/basel
for variant in basel basel_loop basel_np basel_np_broadcast basel_np_range; do
	near $f $variant $sum 5e-15 "$variant finds the sum in 15 digits"
done
for variant in basel_chunks basel_chunks_range basel_multicore \
	basel_multicore_threads; do
	near $f $variant $sum 1e-12 "$variant finds the same sum to 1e-12"
done
near $f basel_smart 1.644934066848226 5e-15 'basel_smart is pi^2/6'
results basel 12345 --chunk 1000 --workers 5
for variant in basel basel_loop basel_np basel_np_broadcast basel_np_range \
	basel_chunks basel_chunks_range basel_multicore \
	basel_multicore_threads; do
	near $f $variant 1.644853059112034 1e-12 \
		"$variant adds all of 12344 terms where chunks do not fit"
done
results basel 2 --workers 3
has $f 'basel_multicore 1.000000000000000' \
	'more processes than terms find the sum'
has $f 'basel_multicore_threads 1.000000000000000' \
	'more threads than terms find the sum'
"$EX/basel" 1e5 --sweep >"$TMP/out"
[ "$(grep -c '^basel_chunks([0-9]*) 1\.64492' "$TMP/out")" -eq 11 ] &&
	[ "$(sed '1,/^Function  *Time  *Ratio/d' "$TMP/out" | wc -l)" -eq 11 ]
ok $? 'basel --sweep sums in 11 chunk sizes, and prints 11 times'

# --- K2
results julia
has "$TMP/julia" 'Length of x: 1000' 'the grid is 1000 wide'
has "$TMP/julia" 'Total elements: 1000000' 'julia has 1000000 elements'
has "$TMP/julia" 'Sum of output: 33219980' 'their output adds up to 33219980'

# --- K3
results particles
f=$TMP/particles
for method in evolve evolve_fast evolve_exact; do
	grep -q "^test_evolve $method: .* ok\$" $f
	ok $? "test_evolve holds for $method"
done
awk '$1 == "test_evolve" { gsub(/[(),]/, " "); $0 = $0
	split("0.210269 0.543863 -0.099334 -0.490034 0.191358 -0.365227", w)
	tolerance = $2 == "evolve_exact:" ? 2e-5 : 1e-5
	for (i = 1; i <= 6; i++) {
		d = $(i + 2) - w[i]
		n++
		if (d > tolerance || -d > tolerance)
			bad = 1
	}
} END { exit bad || n != 18 }' $f
ok $? 'the particles are where they should be, to 1e-5 (exact: 2e-5)'
results particles --benchmark --particles 20 --memory --objects 1000
awk '$1 == "benchmark" { s[$2] = $4 }
	END { exit !s["evolve:"] || s["evolve:"] != s["evolve_fast:"] }' $f
ok $? 'evolve and evolve_fast agree in every digit'
has $f 'memory_fat: 1000 particles of 176 bytes, sum 499500' \
	'fat particles have 176 bytes'
has $f 'memory_slots: 1000 particles of 24 bytes, sum 499500' \
	'plain ones have 24'

# --- K4
results taylor
has "$TMP/taylor" 'exp(1) = 2.718281828459045' 'taylor_exp is right'
near "$TMP/taylor" 'sin(1) =' 0.8414709848078965 1e-15 'taylor_sin is right'

# --- K5
results profile_me 0.01
has "$TMP/profile_me" 'use_fast: 100 sleeps of 0.01 ms' 'use_fast sleeps'
has "$TMP/profile_me" 'use_slow: 100 sleeps of 1 ms' 'use_slow sleeps'
start=$(date +%s%N)
"$EX/profile_me" 0.02 >/dev/null
[ $((($(date +%s%N) - start) / 1000000)) -ge 202 ]
ok $? 'profile_me 0.02 takes 202 ms at least: 100 sleeps of each kind'

# --- K6, K7
results accumulate
has "$TMP/accumulate" 'accumulate(10): 10 sums, the last is 45' \
	'accumulate adds up 10 numbers'
has "$TMP/accumulate" 'accumulate(100): 100 sums, the last is 4950' \
	'accumulate adds up 100 numbers'
results calc
f=$TMP/calc
has $f 'add: 5000250000' 'calc adds'
has $f 'multiply: 14999850000' 'calc multiplies'
near $f 'integer power:' 25002500092501500000 1e7 'calc multiplies twice'
[ "$(sed -n 's/^integer power: //p' $f)" = "$(sed -n 's/^pow: //p' $f)" ]
ok $? 'pow agrees with multiplication'
[ -n "$(sed -n 's/^sqrt: //p' $f)" ] &&
	[ "$(sed -n 's/^sqrt via: //p' $f)" = "$(sed -n 's/^sqrt: //p' $f)" ]
ok $? 'sqrt is the same through a pointer'
near $f 'sqrt:' 21082639.0199796 1e-5 'calc adds up roots'
has $f 'local_ref: 100000000' 'local_ref reads 1e8 times'
has $f 'module_ref: 100000000' 'module_ref reads 1e8 times'

# --- K8
results montecarlo_pi
f=$TMP/montecarlo_pi
for function in pi_plain pi_math pi_vector pi_processes pi_workers \
	pi_workers_vector; do
	near $f $function 3.14159265358979 0.0065696 \
		"$function is within 4 standard errors of pi"
done
[ "$(sed -n 's/^pi_[a-z_]* //p' $f | sort -u | wc -l)" -eq 1 ]
ok $? 'all of them find the same value'
"$EX/montecarlo_pi" 1e5 1 1 --no-times >"$TMP/a"
"$EX/montecarlo_pi" 1e5 1 7 --no-times >"$TMP/b"
cmp -s "$TMP/a" "$TMP/b"
ok $? 'and so they do with any number of workers'
"$EX/montecarlo_pi" 1e5 1 1 --no-times --seed 2 >"$TMP/b"
! cmp -s "$TMP/a" "$TMP/b"
ok $? 'another seed finds another value'
"$EX/montecarlo_pi" 1e4 2 2 >"$TMP/out"
sed '1,/^Function  *Time  *Ratio/d' "$TMP/out" | awk '
	$2 < last || (NR == 1 && $3 != 1) { bad = 1 }
	{ last = $2 } END { exit bad || NR != 6 }'
ok $? 'the table has all six functions, fastest first, with ratio 1.00'

# --- K9
results lists
f=$TMP/lists
while read -r appends reallocations; do
	has $f "$appends appends: $reallocations reallocations" \
		"$appends appends move the list $reallocations times"
done <<END
10 3
100 10
1000 27
10000 46
100000 65
1000000 85
10000000 104
END
# same LABEL LABEL...: lines with these labels, which all say the same.
same() {
	for label; do
		sed -n "s/^$label: //p" $f
	done >"$TMP/same"
	[ "$(wc -l <"$TMP/same")" -eq $# ] &&
		[ "$(sort -u "$TMP/same" | wc -l)" -eq 1 ]
	ok $? "$* agree"
}
has $f 'run_append: 499999500000' 'run_append makes 1000000 elements'
same run_append run_lc
has $f 'use_on: 166616670000' 'use_on makes the numbers backwards'
same use_on use_o1 use_list
has $f 'linear_search: 4990500' 'linear_search finds the places'
same linear_search binary_search
same make_big grow

# --- K10
results sets
f=$TMP/sets
for n in 10 100 1000 10000 100000 1000000; do
	has $f "search_list($n): 5 found" "search_list($n) finds half"
	same "search_list($n)" "search_set($n)" "search_set_convert($n)"
done
has $f 'intersect_list: 2997 2998 2999' 'the intersection is n-3, n-2, n-1'
same intersect_list intersect_set
has $f 'remove_from_list: 499125250' 'remove_from_list removes the middle'
same remove_from_list remove_from_deque
has $f 'standard_dict: i 4 m 1 p 2 s 4; blue 2 (2 4) red 1 (5) yellow 2 (1 3)' \
	'standard_dict counts letters and groups pairs'
has $f 'default_dict: i 4 m 1 p 2 s 4; blue 2 (2 4) red 1 (5) yellow 2 (1 3)' \
	'default_dict does too'

refuses sets --sweep --length=99
"$EX/sets" --sweep --length 1e6 --repeat 20 >"$TMP/out"
[ "$(grep -c '^remove_from_[a-z]*([0-9]*): 63700$' "$TMP/out")" -eq 10 ]
ok $? 'sets --sweep removes the same from five lists and five deques'
# Of 20 runs each the fastest. The list is faster by three times for 100
# elements and slower by twenty for a million; a sanitizer checks every element
# that memmove moves, so that there the list is never in front.
sed '1,/^Length  *List  *Deque  *Ratio/d' "$TMP/out" | awk -v most="$(
	case $VARIANT in asan | tsan) echo 20 ;; *) echo 1 ;; esac)" '
	{ ratio[$1] = $4 }
	END { exit !(NR == 5 && ratio[100] < most && ratio[1000000] > 2 &&
		ratio[1000000] > 2 * ratio[100]) }'
ok $? 'and its table has the list in front for 100, the deque for a million' ||
	sed 's/^/#   got: /' "$TMP/out"

# --- K11
results strings
f=$TMP/strings
same concat_plus concat_join
same count_for count_sum count_len
same list_comp list_map

# --- K12
results recursion
f=$TMP/recursion
has $f 'recursive_factorial(20) = 2432902008176640000' 'recursive_factorial(20)'
has $f 'stack_factorial(20) = 2432902008176640000' 'stack_factorial(20)'
has $f 'fibonacci(150) = 9969216677189303386214405760200' 'fibonacci(150)'
has $f 'fib(32) = 2178309, 7049155 calls' 'fib(32) takes 7049155 calls'
has $f 'fib_memo(32) = 2178309, 30 hits, 33 misses' \
	'fib_memo(32) has 30 hits, 33 misses'
has $f 'binary_search: 3496500' 'binary_search finds the places'
has $f 'binary_search after converting: 3496500' 'and so after converting'
has $f 'memoize_deterministic: 990 hits, 10 misses' \
	'memoize_deterministic computes each of 10 keys once'
has $f 'memoize_non_deterministic(25): 660 hits, 340 misses' \
	'memoize_non_deterministic computes each every 30 requests'
has $f 'different results: 0' 'and both return the same'

finish
