# lib.sh - what the scripts of this directory share; to be sourced first. They
# run from the project's root and print TAP.
#
#	. tests/cli/lib.sh
#	is "$got" "$want" 'fact'; status 2 'fact' command...; matches text regex 'fact'
#	finish

. tests/tap.sh

unset PAGER
B=${BUILD:-build/release}
B=$(cd "$B" && pwd) || exit 1
PROF=$B/prof
ROOT=$PWD
T=$(mktemp -d "${TMPDIR:-/tmp}/prof-cli.XXXXXX") || exit 1
trap 'rm -rf "$T"' EXIT
trap 'exit 1' HUP INT TERM

# Built with a sanitizer, the examples get libprof.so in front of its runtime,
# which that would refuse; and the tool does not tidy up before it exits.
ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0:detect_leaks=0
export ASAN_OPTIONS

show()
{
	printf '%s\n' "$1" | sed "s/^/#   $2/"
}

# matches TEXT REGEX FACT
matches()
{
	if printf '%s\n' "$1" | grep -Eq -e "$2"; then
		ok 0 "$3"
	else
		ok 1 "$3"
		show "$1" 'got   '
		show "$2" 'regex '
	fi
}

# lacks TEXT REGEX FACT
lacks()
{
	if printf '%s\n' "$1" | grep -Eq -e "$2"; then
		ok 1 "$3"
		show "$1" 'got   '
		show "$2" 'regex '
	else
		ok 0 "$3"
	fi
}

# status WANT FACT COMMAND...: its exit status; output goes to $T/out, $T/err.
status()
{
	want=$1 fact=$2
	shift 2
	"$@" >"$T/out" 2>"$T/err" </dev/null
	got=$?
	if [ "$got" -eq "$want" ]; then
		ok 0 "$fact"
	else
		ok 1 "$fact"
		echo "#   exit status $got, want $want: $*"
		show "$(head -20 "$T/err")" 'err '
	fi
}

# Text of the last status call.
out() { cat "$T/out"; }
err() { cat "$T/err"; }

# lines FILE: how many.
lines() { wc -l <"$1" | tr -d ' '; }
