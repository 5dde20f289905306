# tap.sh - what every test script says, in TAP; and an environment in which
# nobody else's profiling meddles. Sourced by lib.sh, cli/lib.sh and lint/*.t.

# Whoever runs the tests may be profiling something else.
unset LD_PRELOAD
for variable in $(env | sed -n 's/^\(PROF_[A-Z_]*\)=.*/\1/p'); do
	case $variable in
	PROF_TEST_*) ;;
	*) unset "$variable" ;;
	esac
done
LC_ALL=C
export LC_ALL

count=0
failed=0

# What keeps the facts that follow from holding yet; empty: nothing does.
todo=

# ok STATUS NAME: a fact that holds where STATUS is 0. Gives STATUS.
ok() {
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $count - $2${todo:+ # TODO $todo}"
	else
		echo "not ok $count - $2${todo:+ # TODO $todo}"
		[ -n "$todo" ] || failed=$((failed + 1))
	fi
	return "$1"
}

# is GOT WANT NAME: they are the same text. What it got goes to the standard
# error stream, which prove lets through.
is() {
	[ "$1" = "$2" ]
	ok $? "$3" || [ -n "$todo" ] ||
		printf '%s\n' "got: $1" "want: $2" | sed 's/^/#   /' >&2
}

# empty FILE NAME
empty() {
	[ -f "$1" ] && [ ! -s "$1" ]
	ok $? "$2" || sed 's/^/#   /' "$1"
}

# skip WHY NAME
skip() {
	count=$((count + 1))
	echo "ok $count - $2 # SKIP $1"
}

# skip_all WHY
skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

# The plan, and the script's exit status. The last command.
finish() {
	echo "1..$count"
	[ $failed -eq 0 ]
	exit $?
}
