# memory_program.awk - writes a C program of 1,111,111 calling contexts: ten
# functions at each of six levels, each of which calls all ten of the next.
#
# It prints twice, when it has a tenth and when it has all: how many contexts
# there are, and the resident memory of the process in bytes.
function level(n, i, j)
{
	for (i = 0; i < 10; i++) {
		printf "static CALLED void f%d_%d(void)\n{\n", n, i
		for (j = 0; n < 6 && j < 10; j++)
			printf "\tf%d_%d();\n", n + 1, j
		printf "\tsink++;\n}\n"
	}
}

BEGIN {
	print "#include <stdio.h>"
	print "#include <unistd.h>"
	print "#define CALLED __attribute__((noinline))"
	print "#define QUIET __attribute__((no_instrument_function))"
	print "static volatile unsigned sink;"
	for (n = 6; n >= 1; n--)
		level(n)
	print "static QUIET void tell(long contexts)"
	print "{"
	print "\tFILE *f = fopen(\"/proc/self/statm\", \"r\");"
	print "\tlong size, resident;"
	print "\tif (!f || fscanf(f, \"%ld %ld\", &size, &resident) != 2)"
	print "\t\t_exit(1);"
	print "\tfclose(f);"
	print "\tprintf(\"%ld %ld\\n\", contexts, resident * getpagesize());"
	print "}"
	print "int main(void)\n{"
	print "\tf1_0();\n\ttell(111112);"
	for (i = 1; i < 10; i++)
		printf "\tf1_%d();\n", i
	print "\ttell(1111111);\n\treturn 0;\n}"
}
