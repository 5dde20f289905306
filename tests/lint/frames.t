#!/bin/sh
# frames.t - the longest way down the stack from the signal handler, by the
# unwind information and the calls in the library's code: below 1 KiB, whatever
# happens in it. (tests/torture/stacks.t measures what does happen.)
set -u
build=${BUILD:-build/release}
library=$build/libprof.so
most=1024
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

skip() {
	echo "1..1"
	echo "ok 1 # SKIP $1"
	exit 0
}
[ "$(uname -m)" = x86_64 ] || skip 'written for x86-64'
[ "${VARIANT:-release}" != debug ] || skip 'frames are as they come without -O'
! nm -D "$library" | grep -q unw_ || skip "libunwind's frames are not ours"

# Where each function begins, what the CFA is from an address on, and what is
# done there: one list by address.
{
	objdump -d --no-show-raw-insn "$library" | awk '
		/^[0-9a-f]+ <.*>:$/ {
			print sprintf("%16s", $1), 0, $2
		}
		/^ +[0-9a-f]+:\t/ {
			at = $1
			sub(/:$/, "", at)
			sub(/^[^\t]*\t/, "")
			while (length(at) < 16) at = "0" at
			print at, 2, $0
		}'
	readelf -wF "$library" 2>/dev/null | awk '
		/ CIE / { entry = 0 }
		/ FDE / { entry = 1 }
		entry && /^[0-9a-f]+ (r|e)[a-z0-9]+[+]/ { print $1, 1, $2 }'
} | sort -s -k1,2 >"$work/list"

cat >"$work/longest.awk" <<'END'
function hex(text,    i, value) {
	for (i = 1; i <= length(text); i++)
		value = value * 16 + index("123456789abcdef", substr(text, i, 1))
	return value + 0
}
function short(address) {
	sub(/^0+/, "", address)
	return address
}
function edge(to, bytes) {
	n = ++edges[now]
	target[now, n] = to
	below[now, n] = bytes
}
$2 == 0 {
	now = short($1)
	name[now] = substr($3, 2, length($3) - 3)
	by_name[name[now]] = now
	next
}
$2 == 1 {
	known = $3 ~ /^rsp\+/
	cfa = substr($3, 5) + 0
	next
}
{
	if (!known)
		odd[now] = 1
	if (cfa > own[now])
		own[now] = cfa
	# Below the stack pointer a function that calls none may write, too.
	if ($0 !~ / lea /  && match($0, /-0x[0-9a-f]+\(%rsp/)) {
		red = cfa + hex(substr($0, RSTART + 3, RLENGTH - 8))
		if (red > own[now])
			own[now] = red
	}
	if (!match($0, /(call|j[a-z]+) +/))
		next
	call = substr($0, RSTART, 4) == "call"
	rest = substr($0, RSTART + RLENGTH)
	if (rest ~ /^\*/) {
		# By a slot of the linker's or a pointer from there: another
		# library's. Jumps by register are tables of a switch.
		if (call || rest ~ /\(%rip\)/)
			edge("", call ? cfa : cfa - 8)
		next
	}
	split(rest, word, " ")
	if (call)
		edge(word[1], cfa)
	else if (word[2] != "" && word[2] !~ /\+0x/ && word[1] != now)
		edge(word[1], word[2] ~ /\.cold/ ? 0 : cfa - 8)
}
# Sets longest[F] and way[F]. What the program's own handler does is its own.
function dig(f,    i, to, bytes, path) {
	if (f in longest)
		return longest[f]
	if (f in open || f in odd || !(f in own)) {
		bad = bad " " (f in name ? name[f] : f)
		return 0
	}
	open[f] = 1
	longest[f] = own[f]
	way[f] = "#   " name[f] " " own[f] "\n"
	for (i = 1; i <= edges[f]; i++) {
		to = target[f, i]
		if (name[to] == "signals_deliver")
			continue
		bytes = to == "" ? library : dig(to)
		path = to == "" ? "#   another library's " library "\n" : way[to]
		if (below[f, i] + bytes > longest[f]) {
			longest[f] = below[f, i] + bytes
			way[f] = "#   " name[f] " " below[f, i] "\n" path
		}
	}
	delete open[f]
	return longest[f]
}
END {
	print dig(by_name["on_signal"]) + 0
	print "unknown:" bad
	printf "%s", way[by_name["on_signal"]]
}
END
# Nothing on signal-safe.allow takes more (glibc 2.36).
awk -v library=112 -f "$work/longest.awk" "$work/list" >"$work/found"
bytes=$(sed -n 1p "$work/found")
unknown=$(sed -n 's/^unknown://p' "$work/found")
echo "# $bytes bytes at most"
echo "1..2"
fail=0
# A library without its code's names, say, would have no way at all.
if [ -z "$unknown" ] && [ "$bytes" -gt 300 ]; then
	echo "ok 1 - every way from the handler is known"
else
	echo "not ok 1 - every way from the handler is known"
	echo "#   no frame known, or recursion:$unknown"
	fail=1
fi
if [ "$bytes" -lt $most ]; then
	echo "ok 2 - none takes $most bytes of stack"
else
	echo "not ok 2 - none takes $most bytes of stack"
	fail=1
	sed '1,2d' "$work/found"
fi
exit $fail
