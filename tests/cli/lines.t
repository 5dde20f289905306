#!/bin/sh
# prof lines and prof annotate: what is asked for, and what cannot be shown.
# Measures time.
. tests/cli/lib.sh

W=$T/work
mkdir "$W"
cd "$W" || exit 1
cp "$ROOT/examples/taylor.c" "$ROOT/examples/julia.c" .
PROF_OUTPUT=traced.prof LD_PRELOAD=$B/libprof.so "$B/examples/taylor.trace" \
	>/dev/null
PROF_OUTPUT=sampled.prof LD_PRELOAD=$B/libprof.so PROF_HZ=2000 \
	"$B/examples/julia" 500 >/dev/null
PROF_OUTPUT=counted.prof LD_PRELOAD=$B/libprof.so PROF_HZ=2000 \
	"$B/examples/julia.lines" 500 >/dev/null

# --- a traced program: calls of call lines --------------------------------------
status 0 'a function of a traced program' "$PROF" lines factorial traced.prof
matches "$(out)" '^Line # +Calls +Time +Per Call +% Time  Line Contents$' \
	'has calls'
matches "$(out)" '^    20    187250 .*factorial\(n - 1\)' \
	'those that the line makes'
matches "$(out)" '^   Hooks see no lines:' 'and says where own time stands'
# In the column of calls, for each line that has a number there.
numbered()
{
	awk '/^ *[0-9]+ / && substr($0, 7, 10) ~ /[0-9?]/ { n++ }
		END { print n + 0 }' "$T/out"
}
is "$(numbered)" 1 'no other calls are made up'

# --- a sampled one: times only -----------------------------------------------
status 0 'a sampled program, by source file' "$PROF" lines julia.c sampled.prof
matches "$(out)" '^Function: calculate_z_serial at line 56$' 'all its functions'
matches "$(out)" '^Function: abs at line 50$' 'in order'
awk '/^Total time:/ { total = $3 * 1e9; sum = 0 }
	/^ +[0-9]+ / && total { for (i = 2; i <= 3; i++) {
		v = $i; sub(/~/, "", v); if (v + 0 >= 1000) { sum += v; break } } }
	/^ +\(|\(no line/ { v = $1; sub(/~/, "", v); sum += v }
	/^$/ && sum { if (sum < total * 0.999 || sum > total * 1.001) bad = 1; sum = 0 }
	END { exit bad }' "$T/out"
ok $? "a function's lines add up to its time"
is "$(numbered)" 0 'no hits, and none made up'

# --- two profiles: times of one, hits of the other -----------------------------
status 0 'a plain and a counting profile' \
	"$PROF" lines calculate_z_serial sampled.prof counted.prof
matches "$(out)" '^Hits are of 1 other profile, which counted blocks\.$' \
	'hits are of the one'
matches "$(out)" '^    65   8[0-9]{6} +[0-9]+ .*while \(' \
	'which has them at the same lines'
"$PROF" lines calculate_z_serial sampled.prof | grep '^Total' >"$T/plain"
is "$(grep '^Total' "$T/out")" "$(cat "$T/plain")" 'times of the other'
status 0 'the counting one alone' "$PROF" lines counted.prof
matches "$(out)" '^[0-9.]+ s in the hooks themselves, not in the total$' \
	'what counting took is shown apart'
status 0 'and prof report of it' "$PROF" report counted.prof
lacks "$(out)" 'sanitizer_cov_trace_pc' 'has no row for it'

# --- for programs ----------------------------------------------------------------
if command -v python3 >/dev/null; then
	"$PROF" lines calculate_z_serial sampled.prof counted.prof >"$T/table"
	status 0 '--json' "$PROF" lines --json calculate_z_serial sampled.prof \
		counted.prof
	python3 - "$T/out" "$T/table" <<'END' 2>"$T/python"
import json, re, sys
d = json.load(open(sys.argv[1]))
[f] = d["functions"]
assert f["name"] == "calculate_z_serial" and f["line"] == 56, f
assert f["source_found"] and f["counts_hits"], f
total = sum(l["seconds"] for l in f["lines"])
assert abs(total - f["seconds"]) < 1e-6, (total, f["seconds"])
assert sum(l["samples"] for l in f["lines"]) == f["samples"]
table = {}
for row in open(sys.argv[2]):
    m = re.match(r" *(\d+) +(\d+) ", row[:16] + " ")
    if m:
        table[int(m[1])] = int(m[2])
hits = {l["line"]: l["hits"] for l in f["lines"] if l["hits"] is not None}
assert hits == table and hits[65] > 8e6, (hits, table)
assert "while" in [l["text"] for l in f["lines"] if l["line"] == 65][0]
END
	ok $? 'says what the table says' || sed 's/^/#   /' "$T/python"
	status 0 '--json of a traced program' "$PROF" lines --json factorial \
		traced.prof
	python3 - "$T/out" <<'END' 2>"$T/python"
import json, sys
[f] = json.load(open(sys.argv[1]))["functions"]
assert not f["counts_hits"] and f["samples"] is None, f
assert [(l["line"], l["calls"]) for l in f["lines"] if l["calls"]] == [(20, 187250)], f
assert all(l["hits"] is None for l in f["lines"])
END
	ok $? 'has calls, and no hits' || sed 's/^/#   /' "$T/python"
fi

# --- what is not there ------------------------------------------------------------
status 2 'a function that is not there' "$PROF" lines absolut sampled.prof
matches "$(err)" "^prof: no function or source file 'absolut' in the profile$" \
	'says so'
status 2 'a mistyped one' "$PROF" lines calculate_z_seriel sampled.prof
matches "$(err)" "^prof: hint: did you mean 'calculate_z_serial'\?$" \
	'is recognised'
status 3 'a profile that is not there' "$PROF" lines nothing.prof
status 2 'an option that is not' "$PROF" lines --hits sampled.prof
# The source was compiled elsewhere, and is here now.
mkdir src
sed 's/calculate_z_serial/calculate_elsewhere/' julia.c >src/other.c
"${CC:-gcc}" -std=gnu11 -O2 -g -w -ffp-contract=off -I"$ROOT" -o other \
	src/other.c "$ROOT"/examples/common/*.c -lm -pthread
PROF_OUTPUT=other.prof LD_PRELOAD=$B/libprof.so PROF_HZ=2000 ./other 500 \
	>/dev/null
mkdir moved
mv src/other.c moved
status 0 'without the source' "$PROF" lines calculate_elsewhere other.prof
matches "$(out)" '^File: .*/src/other\.c \(not found\)$' 'it says so'
matches "$(out)" '^ +6[0-9] +[0-9]{4,} ' 'and shows the lines with a time'
status 0 '--source' "$PROF" lines --source=moved calculate_elsewhere other.prof
matches "$(out)" 'while \(abs\(z\) < 2' 'finds it elsewhere'

# --- annotate -----------------------------------------------------------------------
if command -v objdump >/dev/null; then
	status 0 'annotate' "$PROF" annotate abs counted.prof
	matches "$(out)" '^julia\.c:52  return sqrt' 'has the source'
	matches "$(out)" '^ +8[0-9]{6} +~?[0-9]* .* (sqrtsd |call .*<sqrt)' \
		'beside instructions with their hits'
	matches "$(out)" '  call .*<__sanitizer_cov_trace_pc' \
		'and names what is called'
	status 2 'annotate of nothing' "$PROF" annotate absolut counted.prof
else
	skip 'no objdump' 'annotate'
fi
PATH=/nowhere status 4 'without objdump' "$PROF" annotate abs counted.prof
matches "$(err)" 'objdump, which takes machine code apart, is not installed$' \
	'it says what is missing'
finish
