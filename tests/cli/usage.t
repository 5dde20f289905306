#!/bin/sh
# Wrong command lines: one line and a hint on standard error, exit 2.
. tests/cli/lib.sh

wrong()
{
	fact=$1 regex=$2
	shift 2
	status 2 "$fact: exit 2" "$PROF" "$@"
	is "$(out)" '' "$fact: nothing on standard output"
	matches "$(head -1 "$T/err")" "$regex" "$fact: says what is wrong"
	is "$(lines "$T/err")" 2 "$fact: one line and a hint"
	matches "$(tail -1 "$T/err")" '^prof: hint: ' "$fact: the second is the hint"
}

status 2 'no arguments: exit 2' "$PROF"
matches "$(err)" '^usage: prof COMMAND' 'no arguments: the usage on standard error'
is "$(out)" '' 'no arguments: nothing on standard output'

wrong 'unknown command' "^prof: unknown command 'repotr'$" repotr
matches "$(err)" "prof report" 'unknown command: a similar one is offered'
wrong 'unknown option of prof' "^prof: unknown option '--wibble'$" --wibble
wrong 'unknown option' "^prof: report: unknown option '--cullers'$" \
	report --cullers
matches "$(err)" "'--callers'" 'unknown option: a similar one is offered'
wrong 'unknown letter' "^prof: info: unknown option '-Z'$" info -Z
wrong 'missing value' "^prof: report: option '--sort' needs a value" report -s
wrong 'superfluous value' "takes no value" report --reverse=1
wrong 'unknown sort key' "there is no sort key 'wibble'; there are calls" \
	report -s wibble
wrong 'ambiguous sort key' "'c' is ambiguous: .*calls, cumtime, cumulative$" \
	report -s c
wrong 'second sort key wrong' "no sort key 'x'" report -s time,x
wrong 'count that is none' "needs a number, not 'ten'" report -n ten
wrong 'fraction above 1' "between 0 and 1, not 1.5" report --limit 1.5
wrong 'bad regular expression' "is no regular expression" report --limit '('
wrong 'unknown format' "no format 'pdf'; there are callgrind, folded" \
	convert -t pdf
wrong 'unknown positions' "one of line\|instr, not 'x'" convert --positions=x
wrong 'unknown recursion' "one of merge\|split, not 'fold'" \
	convert --recursion=fold
wrong 'parts of a format without' "threads=split is not for folded" \
	convert -t folded --threads=split
wrong 'empty output name' "needs a file name" convert -o ''

for command in run report convert info; do
	status 0 "help $command: exit 0" "$PROF" help $command
	matches "$(out)" "^usage: prof $command" "help $command: its usage"
	is "$(err)" '' "help $command: nothing on standard error"
	is "$(awk 'length > 80' "$T/out")" '' "help $command: at most 80 columns"
	cp "$T/out" "$T/help"
	status 0 "$command --help: exit 0" "$PROF" $command --help
	is "$(out)" "$(cat "$T/help")" "$command --help: the same text"
done
status 2 'help of an unknown command: exit 2' "$PROF" help wibble
status 0 'help: exit 0' "$PROF" help
matches "$(out)" 'prof convert -t callgrind' 'help: shows how to begin'
for v in $(sed -n 's/^OPT_[A-Z]*(PROF_[A-Z]*, "\([a-z]*\)".*/\1/p' \
	lib/base/options.def); do
	matches "$("$PROF" help run)" "  --$v[= ]|, --$v=" "help run: --$v"
done

status 0 '--version: exit 0' "$PROF" --version
matches "$(out)" '^prof [0-9]+\.[0-9]+\.[0-9]+$' '--version: name and number'
status 4 '--version to a full disk: exit 4' sh -c '"$1" --version >/dev/full' \
	sh "$PROF"

finish
