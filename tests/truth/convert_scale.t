#!/bin/sh
# convert_scale.t - converting 100 000 contexts of a program with 50 MB of debug
# information: in 5 s and 500 MB, and twice as many in 2.2 times that. Times are
# processor time, as the machine may be busy. Without PROF_TEST_LONG=1 the
# program is small and nothing is timed.
# Measures time.
. tests/lib.sh

units=2 functions=40 contexts=2000
[ -z "$PROF_TEST_LONG" ] || units=90 functions=500 contexts=100000

# --- a big program ------------------------------------------------------------
# One unit is compiled; the others are the same in a namespace of another name,
# which is quicker to do to the assembler's input.
awk -v unit=unit00 -v functions=$functions -f "$top/tests/truth/big_program.awk" \
	>unit00.cc
$cxx -O1 -g -S -o unit00.s unit00.cc
ok $? 'a unit of the big program compiles'
for unit in $(seq -f %02.0f $units); do
	unit=unit$unit
	sed "s/unit00/$unit/g" unit00.cc >$unit.cc
	sed "s/unit00/$unit/g" unit00.s >$unit.s
	$cxx -c -o $unit.o $unit.s
	rm $unit.s
	last=work$((functions - 1))
	echo "namespace $unit { int $last(int, double); }"
	echo "static int call_$unit() { return $unit::$last(3, 1.5); }"
done >main.cc
{
	echo 'int main() { return'
	for unit in $(seq -f %02.0f $units); do
		echo "call_unit$unit() +"
	done
	echo '0; }'
} >>main.cc
$cxx -O1 -g -no-pie -o big main.cc unit??.o
ok $? 'and is linked with the others'
rm -f unit??.o
size=$(size -A big | awk '$1 == ".debug_info" { print int($2 / 1000000) }')
echo "# .debug_info has $size MB"
[ -z "$PROF_TEST_LONG" ] || between "$size" 50 100 'it has 50 MB of .debug_info'

# --- profiles of it -------------------------------------------------------------
$cc -O1 -D_GNU_SOURCE -I"$top" -I"$top/include" -o contexts \
	"$top/tests/truth/contexts.c" "$top/tests/unit/arena_build.c" -lz
ok $? 'the maker of contexts compiles'
nm -S big >symbols
./contexts "$PWD/big" $contexts one.prof <symbols &&
	./contexts "$PWD/big" $((contexts * 2)) two.prof <symbols
ok $? 'makes two profiles'
is "$(tool info two.prof | sed -n 's/.* \([0-9]*\) contexts$/\1/p')" \
	$((contexts * 2 + 1)) 'the second with twice the contexts'

# --- converted ------------------------------------------------------------------
# measure NAME: converts NAME.prof; "centiseconds kilobytes" in $measured.
measure() {
	python3 - "$prof" "$1" <<-'END' >figures
		import os, resource, subprocess, sys
		subprocess.run([sys.argv[1], "convert", "-o", sys.argv[2] + ".cg",
		                sys.argv[2] + ".prof"], check=True)
		used = resource.getrusage(resource.RUSAGE_CHILDREN)
		print(int((used.ru_utime + used.ru_stime) * 100), used.ru_maxrss)
	END
	ok $? "$1.prof converts"
	measured=$(cat figures)
	"$build/cli/callgrind_strict" "$1.cg" >said
	ok $? "$1.prof: no rule broken" || sed 's/^/#   /' said
}
measure one 2>err
one=$measured
measure two 2>err
two=$measured
echo "# $contexts contexts: ${one% *} cs, ${one#* } kB; twice: ${two% *} cs," \
	"${two#* } kB"
[ -n "$PROF_TEST_LONG" ] && ! $sanitized || finish

between "${one% *}" 1 500 'in at most 5 s'
between "${one#* }" 1000 500000 'and at most 500 MB'
between "$((${two% *} * 100 / ${one% *}))" 100 220 \
	'twice the contexts take at most 2.2 times as long'

# Progress is for a terminal only, and for what takes more than a second.
python3 - "$prof" <<'END' >shown
import os, pty, sys
data = b""
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], [sys.argv[1], "convert", "-o", "three.cg", "two.prof"])
while True:
    try:
        part = os.read(fd, 4096)
    except OSError:
        break
    if not part:
        break
    data += part
os.waitpid(pid, 0)
print(data.decode().replace("\r", "\n"))
END
has shown '^prof: resolving names: *[0-9]* %$' 'progress is shown'
finish
