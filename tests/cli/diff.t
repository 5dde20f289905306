#!/bin/sh
# prof diff: one function slower, and none.
# Measures time.
. tests/cli/lib.sh

W=$T/work
mkdir -p "$W/base" "$W/head" "$W/same"
cd "$W" || exit 1
cc=${CC:-gcc}
# Four kernels of one length; SLOW makes the second one twice as slow.
cat >kernels.c <<'END'
volatile unsigned sink;
#define KERNEL(name, percent)                                              \
	__attribute__((noinline)) void name(unsigned n)                    \
	{                                                                  \
		for (unsigned i = 0; i < n / 100 * (percent); i++)         \
			sink += i;                                         \
	}
#ifndef SLOW
#define SLOW 100
#endif
KERNEL(first, 100)
KERNEL(second, SLOW)
KERNEL(third, 100)
KERNEL(fourth, 100)
KERNEL(fifth, 100)
int main(void)
{
	for (int i = 0; i < 20; i++) {
		first(1000000);
		second(1000000);
		third(1000000);
		fourth(1000000);
		fifth(1000000);
	}
	return 0;
}
END
"$cc" -O1 -g -o kernels kernels.c && "$cc" -O1 -g -DSLOW=200 -o slow kernels.c
ok $? 'two builds'
for i in 1 2 3 4; do
	for side in base:kernels head:slow; do
		LD_PRELOAD=$B/libprof.so PROF_HZ=4000 \
			PROF_OUTPUT=${side%:*}/$i.prof "./${side#*:}"
	done
done

status 0 'four runs a side' "$PROF" diff --risk=5% base head
matches "$(out)" '^Regressions: [1-9]$' 'there is a regression'
matches "$(sed -n '/^Regressions/,/^$/p' "$T/out")" \
	' \+([3-9][0-9]|[1-4][0-9][0-9])\.[0-9] % .* kernels\.c:[0-9]+\(second\)$' \
	'the slower one, by about its own time'
matches "$(out)" '^New: 0$' 'nothing new'
matches "$(out)" '^Dropped: 0$' 'nothing dropped'
matches "$(out)" '^not five or more a side in turns' 'four are no pairs'
matches "$(out)" '^base: base/[0-9].prof, 4 runs, [0-9]+ samples$' \
	'it says what was compared'
status 0 'the other way round' "$PROF" diff --risk=5% head base
matches "$(sed -n '/^Improvements/,/^$/p' "$T/out")" \
	' -[2-7][0-9]\.[0-9] % .*\(second\)$' 'is an improvement'
status 1 '--fail-over=5%' "$PROF" diff --risk=5% --fail-over=5% base head
matches "$(out)" '^FAIL: regressions over 5 %$' 'fails'
status 0 '--fail-over=400%' "$PROF" diff --fail-over=400% base head
status 0 'the same runs' "$PROF" diff --fail-over=0.05 base base
matches "$(out)" '^Regressions: 0$' 'have no regression'
# Under load, four runs of equal builds may differ by more than chance: twelve
# are asked for where there is time.
if [ -n "${PROF_TEST_LONG:-}" ]; then
	for i in 5 6 7 8 9 10 11 12; do
		for side in base:kernels head:slow same:kernels; do
			LD_PRELOAD=$B/libprof.so PROF_HZ=4000 \
				PROF_OUTPUT=${side%:*}/$i.prof "./${side#*:}"
		done
	done
	status 0 'equal builds' "$PROF" diff --fail-over=5% base same
	status 0 'twelve runs a side' "$PROF" diff --risk=5% base head
	matches "$(out)" '^Regressions: 1$' 'one regression'
else
	rm -rf same
fi
status 0 '--base several times' "$PROF" diff --all -b base/1.prof -b base/2.prof \
	-b base/3.prof head/1.prof head/2.prof head/3.prof
matches "$(out)" '\(second\)$' 'names the sides one by one'
status 0 'one run a side' "$PROF" diff --all base/1.prof head/1.prof
matches "$(out)" 'one run a side: not judged' 'does not judge the total'
matches "$(out)" '\(second\)$' 'but shows what it saw'
status 1 '--json' "$PROF" diff --json --risk=5% --fail-over=5% base head
if command -v python3 >/dev/null; then
	python3 - "$T/out" <<'END' 2>"$T/python"
import json, sys
d = json.load(open(sys.argv[1]))
slow = [f for f in d["functions"] if f["class"] == "regression"]
slow = [f for f in slow if f["name"] == "second"]
assert slow and slow[0]["p"] < 0.05, slow
assert abs(slow[0]["change"] - 1) < max(0.5, 2 * slow[0]["margin"]), slow
assert d["failed"] and d["base_runs"] == d["head_runs"] == 4, d
END
	ok $? 'is JSON that says the same' || sed 's/^/#   /' "$T/python"
fi
status 0 '--markdown' "$PROF" diff --markdown --risk=5% base head
matches "$(out)" '^\| `kernels\.c:[0-9]+\(second\)` \| [0-9.]+ s \| [0-9.]+ s \| \+' \
	'is a table'

# --- in turns -------------------------------------------------------------------
status 0 '--runs' env PROF_HZ=4000 "$PROF" diff --all --runs=6 --keep=kept \
	'echo B >>order; ./kernels && echo printed' 'echo H >>order; ./slow'
matches "$(out)" '^run in turns: 6 pairs; noise of one run: ' 'makes pairs'
matches "$(out)" '^head: .*\./slow, 6 runs, ' 'of the commands'
# Whether six tell that from chance is up to the machine.
matches "$(out)" ' \+([2-9][0-9]|[123][0-9][0-9])\.[0-9] % .*\(second\)$' \
	'and sees the slower one'
is "$(grep -c '^printed' "$T/out")" 0 'what they print is thrown away'
is "$(xargs <order)" 'B H H B B H H B B H H B' 'who is first changes, too'
is "$(ls kept/base kept/head | grep -c '00[01][0-9]\.\(kernels\|slow\)\.')" 12 \
	'--keep keeps the profiles'
status 0 'which can be compared again' "$PROF" diff kept/base kept/head
matches "$(out)" '^run in turns: 6 pairs' 'as pairs'
status 0 'in an order of their own' "$PROF" diff --json -b kept/base \
	$(ls -r kept/head/*)
matches "$(out)" '"pairs": *6' 'which does not matter'
status 4 'a directory that is there' "$PROF" diff --runs=1 --keep=kept true true
status 4 'a command that fails' env TMPDIR=. "$PROF" diff --runs=2 ./kernels 'exit 3'
matches "$(err)" 'exit 3: ended with status 3' 'is named'
is "$(ls -d prof-diff.* 2>/dev/null)" '' 'and leaves nothing behind'
status 2 '--runs with one command' "$PROF" diff --runs=2 ./kernels
status 2 '--runs of none' "$PROF" diff --runs=0 ./kernels ./slow
status 2 '--keep without --runs' "$PROF" diff --keep=other base head

mkdir other
# --- exact calls ----------------------------------------------------------------
sed 's/i < 20/i < 21/; s/third(1000000);//' kernels.c >other/kernels.c
sed -i 's/KERNEL(third/KERNEL(brandnew/; s/fifth(1000000)/fifth(1000000); brandnew(9)/' \
	other/kernels.c
"$cc" -O1 -g -finstrument-functions -o traced kernels.c &&
	"$cc" -O1 -g -finstrument-functions -o traced2 other/kernels.c
PROF_OUTPUT=1.prof LD_PRELOAD=$B/libprof.so ./traced
PROF_OUTPUT=2.prof LD_PRELOAD=$B/libprof.so ./traced2
status 0 'traced profiles' "$PROF" diff 1.prof 2.prof --all
matches "$(out)" '^calls a run: 101 -> 106$' 'have exact calls'
matches "$(sed -n '/^New: 1/,/^$/p' "$T/out")" '\(brandnew\)  \(calls 0 -> 21\)$' \
	'one function is new'
matches "$(sed -n '/^Dropped: 1/,/^$/p' "$T/out")" '\(third\)  \(calls 20 -> 0\)$' \
	'one is gone'
matches "$(out)" '\(first\)  \(calls 20 -> 21\)$' 'one more call is seen'

# --- what cannot be -----------------------------------------------------------
status 2 'one operand' "$PROF" diff 1.prof
status 2 'three operands' "$PROF" diff 1.prof 2.prof 1.prof
status 2 'a share that is none' "$PROF" diff --fail-over=much 1.prof 2.prof
PROF_CLOCK=wall PROF_OUTPUT=wall.prof LD_PRELOAD=$B/libprof.so ./kernels
status 3 'wall time and processor time' "$PROF" diff base/1.prof wall.prof
matches "$(err)" 'cannot be compared' 'cannot be compared'
mkdir empty
status 3 'a directory without profiles' "$PROF" diff empty 1.prof
status 3 'a file that is not there' "$PROF" diff 1.prof nowhere.prof
finish
