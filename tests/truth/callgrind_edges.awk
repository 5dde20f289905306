# callgrind_edges.awk - two files in callgrind's format: the same calls?
#
#     awk -v program=NAME -f callgrind_edges.awk LIBPROF CALLGRIND
#
# compares the calls of the functions of the executable NAME that have a source
# file: calls of each function, and calls of it by each other. Prints what
# differs and, last, a summary; fails where anything differs or nothing is
# there.
#
# Callgrind sees every function, libprof those that are instrumented. Called
# back by the C library (qsort), a function's caller is the library there, and
# the nearest function of the program here. So what callgrind has as called
# from outside of the program may be more than here; the calls of each function
# in all must be the same, and no edge within the program may have fewer calls
# here than there.

function full(text, table, n)
{
	if (!match(text, /^\([0-9]+\)/))
		return text
	n = substr(text, 1, RLENGTH)
	text = substr(text, RLENGTH + 2)
	if (text != "")
		table[file, n] = text
	return table[file, n]
}

function base(path)
{
	sub(/.*\//, "", path)
	return path
}

# Callgrind tells the levels of a recursion apart: f, f'2.
function plain(name)
{
	sub(/'[0-9]+$/, "", name)
	return name
}

FNR == 1 { file++ }
/^ob=/ { object = base(full(substr($0, 4), objects)) }
/^fl=/ { source = base(full(substr($0, 4), sources)) }
/^f[ie]=/ { full(substr($0, 4), sources) }
/^fn=/ {
	name = plain(full(substr($0, 4), names))
	to_object = object
	to_source = source
}
/^cob=/ { to_object = base(full(substr($0, 5), objects)) }
/^cf[il]=/ { to_source = base(full(substr($0, 5), sources)) }
/^cfn=/ { to_name = plain(full(substr($0, 5), names)) }
/^calls=/ {
	calls = substr($1, 7)
	if (to_object == program && to_source != "???") {
		callee = to_source ":" to_name
		caller = "outside"
		if (object == program && source != "???")
			caller = source ":" name
		n[file, callee] += calls
		e[file, caller, callee] += calls
		functions[callee]
		edges[caller, callee]
		total[file] += calls
	}
	to_object = object
	to_source = source
}

END {
	for (f in functions) {
		count++
		if (n[1, f] != n[2, f]) {
			bad++
			printf "%s: %d calls, callgrind %d\n", f, n[1, f],
				n[2, f]
		}
	}
	for (pair in edges) {
		split(pair, side, SUBSEP)
		here = e[1, side[1], side[2]]
		there = e[2, side[1], side[2]]
		if (there || side[1] != "outside")
			pairs++
		back = e[2, "outside", side[2]] - e[1, "outside", side[2]]
		if (here == there || back > 0 &&
		    (side[1] == "outside" ? here < there : here > there &&
		     here <= there + back))
			continue
		bad++
		printf "%s <- %s: %d calls, callgrind %d\n", side[2], side[1],
			here, there
	}
	for (f in functions)
		if (e[2, "outside", f] > e[1, "outside", f])
			backs += e[2, "outside", f] - e[1, "outside", f]
	printf "%d functions, %d edges, %d calls, %d by way of a library\n",
		count, pairs, total[1], backs
	exit bad || count == 0
}
