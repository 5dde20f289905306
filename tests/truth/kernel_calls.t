#!/bin/sh
# kernel_calls.t - every document kernel, small: it prints the same plain and
# under sample, trace and count, and its calls are exactly those known.
#
# The numbers follow from the sources and the arguments; where that takes a
# step, it is beside the table.
. tests/lib.sh

# A line each: PROGRAM ARGUMENT... | PROFILES | NAME=CALLS or
# NAME=CALLS/PRIMITIVE...
#
# basel: 999 terms in chunks of 100 are 10 chunks, or 5 for each of two
#   workers: basel_np_range is called once by itself, and 4 times 10 times;
#   basel_np and basel_np_broadcast sum as well.
# julia: two axes of 100 and two lists of 100 times 100; abs once for each step
#   and once for each point, of which none takes 300 steps: 334236 + 10000.
# lists: append for 10 + 100 + 1000 reallocation counts, run_append, use_on,
#   use_o1; list_range in main, use_list, run_lc and ten times in make_big and
#   grow.
# montecarlo_pi: 64 blocks; three functions go by inside_plain, two by
#   inside_vector, which squares twice.
# recursion: fib(n) takes 2 fib(n+1) - 1 calls, fib_memo 2 n - 1.
# sets: two sets of 10, 100 and 1000 numbers and one of 53; dictionaries of 1000
#   letters, of 11 and of 5: two finds for each in one, one in the other, and
#   66 to print.
cat >kernels <<'END'
accumulate 10 100|1|append=110 accumulate=2
basel 1000 --chunk 100|3|term=999 basel=1 basel_loop=1 basel_np=1 basel_np_broadcast=1 basel_np_range=41 sum=43 basel_chunks=1 basel_chunks_range=5 basel_part=4 basel_multicore=1 basel_multicore_threads=1 basel_smart=1
calc 1000 --refs 1000|1|calc=1 local_ref=1 module_ref=1
julia 100|1|append=20200 abs=344236 calculate_z_serial=1 calc_pure=1
lists --appends 1000 --build 1000 --backwards 100 --length 1000 --searches 100|1|append=2310 insert_first=100 linear_search=100 binary_search=100 list_range=23 sum=22 make_big=1 grow=1 run_append=1 run_lc=11 use_on=1 use_o1=1 use_list=1
montecarlo_pi 1e4 1 2 --no-times|7|inside_plain=192 inside_math=64 inside_vector=128 inside_share=2 random_points=128 square=256 pi_plain=1 pi_math=1 pi_vector=1 pi_processes=1 pi_workers=1 pi_workers_vector=1
particles --benchmark --particles 5 --memory --objects 100|1|test_evolve=3 near=9 benchmark=3 evolve=2 evolve_fast=2 evolve_exact=2 set_slot=300 get_slot=100 memory_fat=1 memory_slots=1
profile_me 0.01|1|fast=100 slow=100 use_fast=1 use_slow=1
recursion|1|fib=7049155/1 fib_memo=63/1 recursive_factorial=20/1 stack_factorial=1 fibonacci=1 convert=1001 expensive=350 memoize_deterministic=1000 memoize_non_deterministic=1000
sets --length 1000 --searches 10 --intersect 50 --remove 100 --letters 1000|1|set_add=2273 set_contains=110 list_contains=80 list_remove=50 deque_pop_first=50 deque_rotate_left=50 deque_rotate_right=50 standard_dict_add=1016 default_dict_add=1016 dict_get=1016 dict_find=3114 search_list=3 search_set=3 search_set_convert=3 intersect_list=1 intersect_set=1
strings --strings 50 --count 100 --list 100|1|plus=50 one_if_odd=100 squared=100 map=1 odd_numbers=1 concat_plus=1 concat_join=1 count_for=1 count_sum=1 count_len=1 list_comp=1 list_map=1
taylor|1|factorial=188000/750 taylor_exp=1 taylor_sin=1
END

# check_calls NAME=CALLS...: in the table that look left; says which differ.
check_calls() {
	for want; do
		name=${want%%=*}
		case $want in
		*/*) got=$name=$(calls "$name")/$(primitive "$name") ;;
		*) got=$name=$(calls "$name") ;;
		esac
		[ "$got" = "$want" ] || echo "#   got $got, not $want"
	done >wrong
	[ ! -s wrong ]
}

# under MODE PROGRAM: run it, and compare with the plain run.
under() {
	rm -f ./*.prof
	quietly with "PROF_MODE=$1" "$2" $arguments
	[ $status -eq 0 ] && [ ! -s err ] && cmp -s out plain.out
	ok $? "$what prints the same under $1" || diff out plain.out |
		head -5 | sed 's/^/#   /'
}

# profiles LEAST MOST NAME: there are so many, and they are read.
profiles() {
	n=$(find . -name '*.prof' | wc -l)
	[ "$n" -ge "$1" ] && [ "$n" -le "$2" ] &&
		{ [ "$n" -eq 0 ] || look ./*.prof; }
	ok $? "$3" || echo "#   $n profiles, not $1 to $2"
}

while IFS='|' read -r command files expected; do
	what=${command%% *}
	arguments=${command#"$what"}
	quietly without "$examples/$what" $arguments
	[ $status -eq 0 ] && [ -s out ] && [ ! -s err ]
	ok $? "$command runs"
	mv out plain.out
	under sample "$examples/$what"
	# A process that no sample hits has none.
	profiles 0 "$files" "$what, sample: a profile per process at most"
	for mode in trace count; do
		under $mode "$examples/$what.trace"
		profiles "$files" "$files" "$what, $mode: a profile per process"
		check_calls $expected
		ok $? "$what, $mode: every function is called as often as known" ||
			cat wrong
		adds_up "$what, $mode: the times add up to the total"
	done
done <kernels

# --- in the documents' sizes ----------------------------------------------------
# hits FILE FUNCTION TEXT: of the first line of FUNCTION with TEXT.
hits() {
	tool lines "$2" "$1" 2>&1 | awk -v text="$3" '
		/^ *[0-9]+ / && index($0, text) { print $2; exit }'
}
quietly with PROF_OUTPUT=calc.lines "$examples/calc.lines" --refs 1000
is "$(hits calc.lines calc 'for (')" 100001 'calc: the for line is hit 100001 times'
for line in add multiply integer_power pow sqrt_via 'sqrt '; do
	is "$(hits calc.lines calc "s.$line")" 100000 "and that of $line 100000"
done

if [ -n "$PROF_TEST_LONG" ]; then
	arguments=
	while IFS='|' read -r command files expected; do
		what=${command%% *}
		[ "$what" != montecarlo_pi ] || arguments=--no-times
		quietly without "$examples/$what" $arguments
		mv out plain.out
		under sample "$examples/$what"
		under trace "$examples/$what.trace"
		arguments=
	done <kernels
	quietly without "$examples/basel" 1e9 --variant basel_chunks
	between "$(sed -n 's/^basel_chunks //p' out)" 1.644934065848 \
		1.644934065849 'basel: 1e9 terms in chunks, to 1e-12'
fi

# --- several processes: what "prof report *.prof" adds up ----------------------
# parts FUNCTION: its calls in each profile, added up here.
parts() {
	for file in ./*.prof; do
		look "$file"
		calls "$1"
	done | awk '{ n += $1 } END { print n + 0 }'
}

# job FILES FUNCTION CALLS PROGRAM ARGUMENT...
job() {
	files=$1 function=$2 want=$3
	shift 3
	rm -f ./*.prof
	quietly with PROF_MODE=trace "$examples/$1.trace" "$2" "$3" "$4" "$5" \
		"$6" "$7"
	is "$(ls ./*.prof | wc -l)" "$files" "$*: $files profiles"
	is "$(parts "$function")" "$want" "$*: together $want calls of $function"
	look ./*.prof
	is "$(calls "$function")" "$want" "$*: and so says the sum of them"
	is "$(sed -n 's/^\([0-9]*\) profiles, added up$/\1/p' report)" "$files" \
		"$*: which says that it is one"
	adds_up "$*: the times add up to the total"
}

job 4 basel_np_range 999 \
	basel 99901 --variant basel_multicore --chunk 100 --workers=3
job 4 inside_plain 64 montecarlo_pi 1e5 1 3 --function pi_processes --no-times
job 4 inside_plain 64 montecarlo_pi 1e5 1 3 --function pi_workers --no-times
job 4 inside_vector 64 \
	montecarlo_pi 1e5 1 3 --function pi_workers_vector --no-times
finish
