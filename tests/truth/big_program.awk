# big_program.awk - one unit of a C++ program that has much debug information.
#
#     awk -v unit=NAME -v functions=COUNT -f big_program.awk >NAME.cc
#
# Each function has small ones inlined into it, three deep, templates among
# them, and calls the next ones: what symbolizers have to work for.
BEGIN {
	print "namespace " unit " {"
	for (i = 0; i < functions; i++) {
		print "struct record" i " { int first; double second; record" \
			i " *next; enum kind { none, one, two } of; };"
		print "template <typename T, int N> struct holder" i " {"
		print "\tT values[N];"
		print "\tinline __attribute__((always_inline)) T get(int at)" \
			" const { T copy = values[at % N];" \
			" return copy + N; }"
		print "\tinline __attribute__((always_inline)) T sum() const" \
			" { T all = 0; for (int j = 0; j < N; j++)" \
			" all += get(j); return all; }"
		print "};"
		print "static inline __attribute__((always_inline)) int mix" i \
			"(int x, int y) { int z = x * " i + 3 " ^ y;" \
			" return z - (z >> 3); }"
		print "int work" i "(int x, double y)"
		print "{"
		print "\trecord" i " r = { x, y, nullptr, record" i "::one };"
		print "\tholder" i "<int, " 3 + i % 5 "> h = { { x, x + 1 } };"
		print "\tholder" i "<long, 2> g = { { x, 7 } };"
		print "\tfor (int k = 0; k < r.first % 9; k++) {"
		print "\t\tint t = mix" i "(k, h.sum());"
		print "\t\tr.second += t * y;"
		print "\t\tr.first ^= mix" i "(t, (int)g.sum());"
		print "\t}"
		if (i)
			print "\tif (x > 0)\n\t\tr.first += work" i - 1 \
				"(x - 1, r.second);"
		print "\treturn mix" i "(r.first, (int)r.second);"
		print "}"
	}
	print "}"
}
