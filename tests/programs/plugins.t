#!/bin/sh
# plugins.t - two instrumented libraries that are loaded in turn at the same
# addresses keep their own names and counts.
# Measures time.
. tests/lib.sh

rounds=50
for which in 1 2; do
	$cc -O2 -g -fPIC -shared -finstrument-functions -DWHICH=$which \
		-o plugin$which.so "$top/tests/programs/plugins/plugin.c" \
		>cc.out 2>&1
	ok $? "plugin $which builds" || sed 's/^/#   /' cc.out
done

# Where the loader finds room is chance once samples are taken.
called_back() {
	sed -i 's/ at the same address [0-9]* / /' out
}

for program in plugin_host.trace plugin_host; do
	# Sanitizers give away the addresses of what was unloaded.
	quietly without "$programs/$program" ./plugin1.so ./plugin2.so $rounds
	called_back
	mv out plain.out
	for mode in trace count; do
		what="$program, $mode"
		rm -f ./*.prof
		quietly with PROF_MODE=$mode "$programs/$program" \
			./plugin1.so ./plugin2.so $rounds
		wordless "$what: runs without a word"
		called_back
		same out plain.out "$what: prints the same"
		look ./*.prof
		ok $? "$what: the profile reads"
		is "$(calls first_plugin_work) $(calls other_plugin_work)" \
			"$rounds $rounds" \
			"$what: each library's function has its name and count"
		is "$(calls plugin)" $((2 * rounds)) \
			"$what: and so has the one that both have"
		nothing_lost "$what: nothing is lost"
		adds_up "$what: times add up to the total"
	done
done
rm -f ./*.prof
quietly with PROF_MODE=trace "$programs/plugin_host.trace" \
	./plugin1.so ./plugin2.so $rounds
cp out shared
look ./*.prof
is "$(calls use) $(calls call_back)" "$((2 * rounds)) $((2 * rounds))" \
	"the host's functions have theirs"
is "$(callers call_back ./*.prof | xargs)" \
	"$rounds first_plugin_work $rounds other_plugin_work" \
	'and were called by both libraries'
if $sanitized; then
	skip 'a sanitizer keeps addresses' 'the libraries shared an address'
else
	has shared " at the same address $rounds " \
		'traced, the libraries shared an address'
fi

# Sampled, while libraries come and go.
cat >busy.c <<'END'
volatile unsigned sink;
void plugin(void (*call_back)(void));
__attribute__((noinline)) void NAME(void)
{
	unsigned i;
	for (i = 0; i < 2000000; i++)
		sink += i;
}
void plugin(void (*call_back)(void))
{
	NAME();
	call_back();
}
END
$cc -O2 -g -fPIC -shared -DNAME=busy_first -o busy1.so busy.c &&
	$cc -O2 -g -fPIC -shared -DNAME=busy_other -o busy2.so busy.c
ok $? 'busy plugins build'
rm -f ./*.prof
quietly with PROF_MODE=sample "$programs/plugin_host" \
	./busy1.so ./busy2.so 300
wordless 'sampled: runs without a word'
look ./*.prof
ok $? 'sampled: the profile reads'
t=$(total)
# ThreadSanitizer takes half of it.
least=0.25
$sanitized && least=0.1
for f in busy_first busy_other; do
	share "$(cumtime $f)" "$(awk "BEGIN { print $t * $least }")" \
		"$(awk "BEGIN { print $t * 0.75 }")" \
		"sampled: $f has about half of the time"
done
finish
