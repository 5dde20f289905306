# random_program.awk - a C program of random calls that counts them itself.
#
#     awk -v seed=NUMBER -v directory=DIR -f random_program.awk >random.c
#
# where DIR has random_program.c, what all such programs share.
#
# Its functions f0, f1... call each other and themselves, directly, through
# pointers and from qsort, are inlined or not, have frames of varying size, and
# leave many at once by longjmp; every third program has threads. It ends: each
# call takes fuel, and the depth is limited.
#
# Standard output: the calls of each function from each, in callgrind's format.
# The file given as first argument: function, calls, primitive calls, where a
# call is primitive when no earlier call of the function is active in the thread.
# The second argument, ",NAME,NAME,", hides functions: what they call is their
# callers'.

# Not rand(): the same on every awk.
function below(n)
{
	state = (state * 16807) % 2147483647
	return int(state / 2147483647 * n)
}

function call(i, to)
{
	to = below(6)
	if (to == 0)
		to = i
	else if (to < 4)
		to = below(count)
	else if (to == 4)
		return "table[(x >> " below(20) ") % N](" i ", depth + 1, next())"
	else
		to = (i + 1) % count
	return "f" to "(" i ", depth + 1, x * " 2 * below(500) + 1 "u + " \
		below(1000) ")"
}

function statement(i, kind)
{
	kind = below(12)
	if (kind < 3)
		return "\tr += " call(i) ";\n"
	if (kind < 6)
		return "\tif (next() % " below(4) + 1 " == 0)\n\t\tr += " \
			call(i) ";\n"
	if (kind < 8)
		return "\tfor (unsigned k = next() % " below(3) + 2 \
			"; k > 0; k--)\n\t\tr += " call(i) ";\n"
	if (kind == 8)
		return "\tr += sorted(" i ", depth, x % 7);\n"
	if (kind == 9)
		return "\tif (top && next() % " below(40) + 3 \
			" == 0)\n\t\tlongjmp(*top, 1);\n"
	if (kind == 10)
		return "\tr += use(__builtin_alloca(x % 200 + 1), x);\n"
	return "\tif (fuel > 0)\n\t\tr = " call(i) " ? r + 1 : r;\n"
}

# What longjmp may leave for this function is called apart, never inlined here:
# random.t says why, in "inlined".
function guarded(i, text)
{
	text = call(i)
	sub(/^f[0-9]+/, "APART(&)", text)
	return "\tjmp_buf env, *outer = top;\n\n\ttop = &env;\n" \
		"\tif (!setjmp(env))\n\t\tr += " text ";\n" \
		"\ttop = outer;\n"
}

function define(i, attributes, kind, n, k, body)
{
	kind = below(8)
	attributes = kind < 2 ? "static __attribute__((noinline)) " : \
		kind < 7 ? "static " : ""
	n = below(4) + 1
	for (k = 0; k < n; k++)
		body = body statement(i)
	if (below(5) == 0)
		body = guarded(i) body
	attributes = attributes "unsigned f" i \
		"(int from, int depth, unsigned x)"
	declarations = declarations attributes ";\n"
	definitions = definitions attributes "\n{\n" \
		"\tvolatile unsigned r = x;\n\n\tnote(from, " i ", depth);\n" \
		"\tif (fuel-- <= 0 || depth >= DEPTH)\n\t\treturn r;\n" \
		body "\treturn r;\n}\n\n"
	pointers = pointers (i ? ", " : "") "f" i
	strings = strings "\"f" i "\", "
}

BEGIN {
	state = seed * 7919 + 12345
	for (i = 0; i < 20; i++)
		below(2)
	count = below(40) + 3
	threads = seed % 3 == 0 ? below(3) + 2 : 0
	depth = below(3) == 0 ? 3000 : below(200) + 10
	for (i = 0; i < count; i++)
		define(i)

	print "#include <pthread.h>"
	print "#include <setjmp.h>"
	print "#include <stdio.h>"
	print "#include <stdlib.h>"
	print "#include <string.h>\n"
	print "#define OFF __attribute__((no_instrument_function))"
	print "#define APART(f) ({ function *volatile apart = f; apart; })"
	print "enum { N = " count ", COMPARE = N, SORTED, WORK, MAIN, OUTSIDE,"
	print "       ALL, DEPTH = " depth ", THREADS = " threads ","
	print "       FUEL = " int(60000 / (threads + 1)) " };\n"
	print "static unsigned long edges[ALL][ALL], primitive[ALL], left_out;"
	print "static unsigned char hidden[ALL];"
	print "static __thread unsigned char path[DEPTH + 4];"
	print "static __thread int fuel = FUEL, sorter_depth;"
	print "static __thread unsigned chance = " seed * 2 + 1 ";"
	print "static __thread jmp_buf *top;"
	print "typedef unsigned function(int from, int depth, unsigned x);"
	printf "%s", declarations
	print "static function *const table[N] = { " pointers " };"
	print "static const char *const names[ALL] = { " strings "\"compare\","
	print "\t\"sorted\", \"work\", \"main\" };\n"

	while ((getline line < (directory "/random_program.c")) > 0)
		if (line == "/* The random functions come here. */")
			printf "%s", definitions
		else
			print line
}
