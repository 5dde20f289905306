# lib.sh - what the .t scripts share: running under libprof, reading facts.
#
# Sourced from the project's root, with the environment that `make check` gives
# (BUILD, CC, CXX, VARIANT). Afterwards the current directory is a new, empty
# one, deleted at the end; paths of the build are absolute.

. tests/tap.sh

top=$PWD
build=${BUILD:-build/release}
case $build in
/*) ;;
*) build=$top/$build ;;
esac
variant=${VARIANT:-release}
lib=$build/libprof.so
prof=$build/prof
programs=$build/programs
examples=$build/examples
cc=${CC:-gcc}
cxx=${CXX:-g++}
limit=60 # seconds that no single command here takes

work=$(mktemp -d) || exit 1
trap 'cd / && rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cd "$work" || exit 1

# Programs built with AddressSanitizer refuse to start behind a preloaded
# library, unless told otherwise.
sanitized=false
case $variant in
asan | tsan)
	sanitized=true
	ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0
	export ASAN_OPTIONS
	;;
esac

# lives_alone: after "quietly without PROGRAM...": where the program dies of
# ThreadSanitizer itself (deep stacks, longjmp, C11 threads), there is nothing
# to compare with.
lives_alone() {
	[ "${VARIANT:-}" = tsan ] && [ "$status" -ne 0 ] &&
		skip_all 'the program does not live under ThreadSanitizer'
	return 0
}

# between GOT LOW HIGH NAME: LOW <= GOT <= HIGH, all decimal numbers.
between() {
	awk -v x="$1" -v low="$2" -v high="$3" 'BEGIN {
		exit !(x != "" && x + 0 >= low + 0 && x + 0 <= high + 0) }'
	ok $? "$4" || {
		echo "#   got $1, which is not from $2 to $3" >&2
		return 1
	}
}

# has FILE REGEX NAME: a line of FILE matches.
has() {
	grep -q -e "$2" "$1"
	ok $? "$3" || sed 's/^/#   /' "$1"
}

# same FILE FILE NAME: the same bytes.
same() {
	cmp -s "$1" "$2"
	ok $? "$3" || diff "$1" "$2" | head -20 | sed 's/^/#   /'
}

# --- running ---------------------------------------------------------------

# with COMMAND..., without COMMAND...: run it under libprof, or as it is but in
# the same way otherwise. Assignments may precede the command (env(1)).
with() {
	timeout -k 5 $limit env LD_PRELOAD="$lib" "$@"
}

without() {
	timeout -k 5 $limit env "$@"
}

# quietly with|without COMMAND...: the same, with its output in the files out
# and err. What the shell says on signals is in neither. Sets $status.
quietly() {
	[ "$1" = with ] && preload=LD_PRELOAD=$lib || preload=
	shift
	timeout -k 5 $limit sh -c 'exec env "$@" </dev/null >out 2>err' sh \
		${preload:+"$preload"} "$@" 2>/dev/null
	status=$?
}

# wordless NAME: after quietly: the program ended with 0 and said nothing.
wordless() {
	[ $status -eq 0 ] && [ ! -s err ]
	ok $? "$1" || {
		echo "#   status $status"
		sed 's/^/#   /' err
	}
}

# tool ARGUMENT...: prof, never for long.
tool() {
	timeout -k 5 $limit "$prof" "$@"
}

# --- reading a profile -----------------------------------------------------

# look FILE...: what "prof report" and "prof info" say about the profiles, for
# the functions below. Fails where one of them does, or warns.
#
# report, info: their output. table: a line a function, tab separated:
# calls (or samples), primitive calls, tottime, cumtime, name, file:line(name).
look() {
	tool report "$@" >report 2>look.err && tool info "$@" >info 2>>look.err
	looked=$?
	if [ -s look.err ]; then
		sed 's/^/#   /' look.err
		looked=1
	fi
	awk '
	/filename:lineno\(function\)$/ { on = 1; width = NF; next }
	on && NF == 0 { exit }
	on {
		line = $0
		n = 0
		while (match(line, /^ *~?[0-9.]+(\/[0-9]+)? /)) {
			f[++n] = substr(line, 1, RLENGTH)
			gsub(/[ ~]/, "", f[n])
			line = substr(line, RLENGTH + 1)
		}
		sub(/^ */, "", line)
		split(f[1], c, "/")
		# Without calls there is no time per call. The columns are, in
		# trace: calls tottime percall cumtime percall; count has an
		# interval in third place; sample: samples tottime interval
		# self% cumtime cum%.
		cum = n < 5 ? f[n] : width == 6 ? f[4] : f[5]
		name = line
		if (match(name, /:[0-9]+\(/))
			name = substr(name, RSTART + RLENGTH)
		sub(/^\{[^:]*:/, "", name)
		sub(/[)}]$/, "", name)
		printf "%s\t%s\t%s\t%s\t%s\t%s\n", c[1],
			c[2] == "" ? c[1] : c[2], f[2], cum, name, line
		c[2] = ""
	}' report >table
	return $looked
}

# calls, primitive, tottime, cumtime NAME: of the functions of that name, added
# up (calls: or samples); empty where there is none.
calls() { sum_column "$1" 1 %d; }
primitive() { sum_column "$1" 2 %d; }
tottime() { sum_column "$1" 3 %.3f; }
cumtime() { sum_column "$1" 4 %.3f; }

# sum_column NAME COLUMN FORMAT: of the table.
sum_column() {
	awk -F '\t' -v name="$1" -v column="$2" -v format="$3\n" '
		$5 == name { sum += $column; any = 1 }
		END { if (any) printf format, sum }' table
}

# callers NAME FILE...: "CALLS CALLER", a line each, for the function or region
# NAME.
callers() {
	name=$1
	shift
	tool report --callers="[(:]$name[)}]" "$@" | awk '
		sub(/.*<- /, "") { on = 1 }
		!NF { on = 0 }
		on {
			calls = $1
			sub(/\/.*/, "", calls)
			match($0, /:[0-9]+\(/) || match($0, /[{][^:]*:/)
			name = substr($0, RSTART + RLENGTH)
			print calls, substr(name, 1, length(name) - 1)
		}' | sort
}

# total: seconds in all, as the report's header has them.
total() {
	sed -n 's/^  .* in \([0-9.]*\) seconds.*/\1/p' report | head -1
}

# outside: seconds of the total that the header says are in no function.
outside() {
	awk '/ s of the total / { t += $1 } END { printf "%.3f\n", t }' report
}

# cpu_time: user + sys of all processes, as the profiles have them.
cpu_time() {
	awk '$1 == "CPU" && $2 == "time" { t += $4 + $7 }
		END { printf "%.3f\n", t }' info
}

# recorded_cpu: the part of it that came after recording began. What the loader
# and our own start take before is no program's to show.
recorded_cpu() {
	awk '$1 == "CPU" && $2 == "time" { t += $4 + $7 - $(NF - 1) }
		END { printf "%.3f\n", t }' info
}

# fact LABEL: the rest of the first line of info that begins with it.
fact() {
	sed -n "s/^  $1  *//p" info | head -1
}

# left_out: how many calls the profile says that a filter left out.
left_out() {
	awk '$1 == "filter" { n += $2 } END { printf "%d\n", n }' info
}

# noted WHAT: how often the profile noted or lost WHAT; 0 where it did not.
noted() {
	awk -v what="$1" '($1 == "noted" || $1 == "LOST") && index($0, what) {
		n += $2 } END { printf "%d\n", n }' info
}

# share GOT LOW HIGH NAME: between, of times that were sampled. Where other
# processes keep the CPUs busy, the kernel looks at a thread's CPU timers a few
# times a second only, and what a long gap is billed to is chance: skipped.
share() {
	rate=$(awk '$1 == "samples" { n += $2 }
		$1 == "mode" { for (i = 2; i <= NF; i++)
			if ($i == "in" && $(i + 1) == "total") t += $(i - 2) }
		END { printf "%d\n", t ? n / t : 0 }' info)
	if [ "$rate" -lt 180 ]; then
		skip "only $rate samples a second came" "$4"
	else
		between "$@"
	fi
}

# nothing_lost NAME: the profile has lost nothing.
nothing_lost() {
	awk '$1 == "LOST" { print "#   " $0 }' info >lost
	[ -s info ] && [ ! -s lost ]
	ok $? "$1" || cat lost
}

# adds_up NAME: the functions' own times and what the header says is in none
# add up to the total, and none took longer than all, as far as three digits
# tell.
adds_up() {
	awk -F '\t' -v total="$(total)" -v outside="$(outside)" '
	{
		sum += $3
		if ($4 > total + 0.0011 || $3 > $4 + 0.0011)
			bad = bad "#   " $6 ": " $3 ", " $4 "\n"
	}
	END {
		d = sum + outside - total
		slack = 0.0005 * (NR + 3)
		if (NR == 0 || d > slack || -d > slack)
			bad = bad "#   " sum " + " outside ", not " total "\n"
		printf "%s", bad
		exit bad != ""
	}' table >adds_up
	ok $? "$1" || cat adds_up
}
