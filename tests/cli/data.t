#!/bin/sh
# prof report --json and --csv, read by Python's own modules.
. tests/cli/lib.sh

command -v python3 >/dev/null || skip_all 'no python3'
W=$T/work
mkdir "$W"
cd "$W" || exit 1
"$PROF" run -q "$B/examples/basel.trace" 1e5 >/dev/null

# check FACT EXPRESSION ARGUMENT...: report --json ARGUMENT..., as d.
check()
{
	fact=$1 expression=$2
	shift 2
	"$PROF" report --json "$@" >"$T/json" 2>"$T/err" && python3 -c "
import json, sys
d = json.load(open(sys.argv[1]))
by_name = {f['name']: f for f in d.get('functions', [])}
ok = $expression
if not ok: print('#', json.dumps(d)[:2000])
sys.exit(not ok)" "$T/json" 2>>"$T/err"
	ok $? "$fact" || show "$(tail -3 "$T/err")" 'err '
}
check 'it says what it is' \
	'd["format"] == "libprof report" and d["version"] == 1 and d["kind"] == "exact"'
check 'processes, with their times' \
	'len(d["processes"]) == 3 and all(p["real"] > 0 and p["host"] and p["command"][1] == "1e5" for p in d["processes"])'
check 'functions add up to the total of calls' \
	'sum(f["ncalls"] for f in d["functions"]) == d["total"]["ncalls"]'
check 'and to no more than the total of time' \
	'0 < sum(f["tottime"] for f in d["functions"]) <= d["total"]["seconds"] + 1e-7'
check 'shares are percent of it' \
	'abs(by_name["basel"]["self%"] - 100 * by_name["basel"]["tottime"] / d["total"]["seconds"]) < 1e-3'
check 'restrictions apply' 'len(d["functions"]) == 2 and d["function_count"] > 9' \
	-n 2
check 'callers when asked for' \
	'[(c["name"], c["ncalls"]) for c in by_name["term"]["callers"]] == [("basel", 99999)]' \
	--callers
check 'callees' \
	'"main" in by_name and [c["name"] for c in by_name["main"]["callees"]] == ["run_chosen"]' \
	--callees=main
check 'groups beside each other' \
	'len(d["groups"]) == 3 and all(len(f["values"]) == 3 and abs(sum(f["values"]) - f["sum"]) < 1e-7 and f["max"] == max(f["values"]) and f["min"] == min(f["values"]) for f in d["functions"])' \
	--by=process
check 'groups apart' \
	'sum(g["total"]["ncalls"] for g in d["groups"]) == d["total"]["ncalls"]' \
	--split=process

# rows ARGUMENT...: report --csv ARGUMENT..., as r.
rows()
{
	fact=$1 expression=$2
	shift 2
	"$PROF" report --csv "$@" >"$T/csv" 2>"$T/err" && python3 -c "
import csv, sys
r = list(csv.DictReader(open(sys.argv[1], newline='')))
ok = all(None not in x and None not in x.values() for x in r) and ($expression)
if not ok: print('#', r[:3])
sys.exit(not ok)" "$T/csv" 2>>"$T/err"
	ok $? "$fact" || show "$(tail -3 "$T/err")" 'err '
}
rows 'CSV: a row a function' \
	'sum(x["name"] == "term" and x["ncalls"] == "99999" for x in r) == 1'
rows 'CSV: callers' \
	'any(x["caller"] == "basel" and x["callee"] == "term" and x["ncalls"] == "99999" for x in r)' \
	--callers
rows 'CSV: groups beside each other' \
	'sum(k.startswith("process ") for k in r[0]) == 3' --by=process
rows 'CSV: groups apart' 'len({x["process"] for x in r}) == 3' --split=process

# --- samples, and names that would break a format -------------------------
rm -f ./*.prof
cat >"odd name.c" <<'END'
#include <math.h>
__attribute__((noinline)) double odd(double x)
{
	for (int i = 0; i < 200000; i++)
		x += sqrt(x);
	return x;
}
int main(void)
{
	double x = 1;
	for (int i = 0; i < 150; i++)
		x = odd(x);
	return x < 0;
}
END
cp "odd name.c" 'quo"te,
.c'
if ${CC:-gcc} -O1 -g -o odd 'quo"te,
.c' -lm 2>/dev/null; then
	"$PROF" run -q ./odd '"\' "$(printf 'a\tb\001\377')"
	check 'a sampled profile has errors' \
		'd["kind"] == "sampled" and by_name["odd"]["error"] > 0 and not by_name["odd"]["thin"] and sum(f["samples"] for f in d["functions"]) == d["total"]["samples"]'
	check 'odd file names and arguments are escaped' \
		'by_name["odd"]["file"].endswith("quo\"te,\n.c") and d["processes"][0]["command"][1:] == ["\"\\", "a\tb\1\ufffd"]'
	rows 'CSV: and quoted' \
		'any(x["name"] == "odd" and x["file"].endswith("quo\"te,\n.c") for x in r)'
else
	skip 'the compiler does not take them' 'odd names'
fi
status 2 '--json with --tree' "$PROF" report --json --tree
status 4 '--json to a full disk' sh -c '"$1" report --json >/dev/full' sh "$PROF"
finish
