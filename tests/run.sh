#!/bin/sh
# run.sh JOBS TEST...: runs the tests, JOBS at once.
#
# Some compare times, and say so by a line "# Measures time.": beside other work
# on the same processors such a fact may fail by chance. What fails of these,
# and of these only, is run once more, alone: chance fails once, a defect twice.
# Any other failure is one at once.
prove=${PROVE:-prove}
jobs=$1
shift
state=${BUILD:-build/release}/tests.state
rm -f "$state"

$prove --failures -j"$jobs" --state=save --statefile="$state" "$@" && exit 0

failed=$($prove --dry --state=failed --statefile="$state") || exit 1
[ -n "$failed" ] || exit 1
for test in $failed; do
	case $test in
	*.t) grep -q '^# Measures time\.$' "$test" || exit 1 ;;
	*) exit 1 ;;
	esac
done
echo "failed once, beside others, and run again alone:" $failed
$prove --failures -j1 $failed
