#!/bin/sh
# callgrind.t - call counts equal callgrind's, function by function and edge by
# edge, on one executable run under the one and the other.
#
# The programs: callgrind_calls.c, and Debian's bzip2, lua and sqlite (with
# PROF_TEST_LONG=1; otherwise bzip2 on a small file). The sources are fetched
# from where this machine's apt gets its packages, by way of lists and caches
# of our own, and kept in $BUILD/sources. Inlining is off: callgrind cannot see
# inlined calls, libprof does. DWARF 4 is what valgrind 3.19 reads from clang.
. tests/lib.sh

long=${PROF_TEST_LONG:+1}
flags='-O1 -gdwarf-4 -w -finstrument-functions -fno-inline
	-fno-optimize-sibling-calls'
patience=40 # seconds that fetching takes at most
[ -z "$long" ] || patience=240
[ -z "$long" ] || limit=300

if ! timeout 20 valgrind --version >version 2>/dev/null; then
	skip 'no valgrind' 'call counts equal those of callgrind'
	finish
fi

# --- sources ----------------------------------------------------------------

# private_apt: directories below ./apt that let apt fetch sources for us from
# where it fetches packages, with nothing changed on the machine.
private_apt() {
	[ ! -d apt ] || return 0
	mkdir -p apt/parts apt/state/lists/partial apt/cache/archives/partial
	list=
	parts=
	eval "$(apt-config shell list Dir::Etc::sourcelist/f \
		parts Dir::Etc::sourceparts/d)"
	for file in "$list" "$parts"/*.list; do
		[ ! -f "$file" ] || sed -n 's/^[ 	]*deb\([ 	]\)/deb-src\1/p' \
			"$file" >"apt/parts/$(basename "$file")"
	done
	for file in "$parts"/*.sources; do
		[ ! -f "$file" ] || sed 's/^Types:.*/Types: deb-src/' \
			"$file" >"apt/parts/$(basename "$file")"
	done
	# A source that has no index must not fail the others.
	apt_get update || :
}

apt_get() {
	timeout -k 5 $patience apt-get -q \
		-o Dir::Etc::SourceList=/dev/null \
		-o Dir::Etc::SourceParts="$work/apt/parts" \
		-o Dir::State="$work/apt/state" \
		-o Dir::State::status=/var/lib/dpkg/status \
		-o Dir::Cache="$work/apt/cache" \
		-o APT::Sandbox::User=root -o Acquire::Languages=none \
		-o Acquire::Retries=0 -o Acquire::http::Timeout=15 \
		-o Acquire::https::Timeout=15 "$@" </dev/null >>apt.log 2>&1
}

# fetch PACKAGE: have its unpacked source in $source. Fails, with $why set,
# where it is not to be had.
fetch() {
	source=$build/sources/$1
	[ ! -d "$source" ] || return 0
	for command in apt-get apt-config dpkg-source; do
		command -v $command >/dev/null || {
			why="no $command"
			return 1
		}
	done
	why="the source of $1 cannot be fetched"
	private_apt
	mkdir "fetched.$1" && cd "fetched.$1" || return 1
	apt_get source "$1"
	cd "$work" || exit 1
	for unpacked in "fetched.$1"/*/; do
		[ -d "$unpacked" ] || return 1
		mkdir -p "$build/sources"
		# Copy, then rename: another test may look at it now.
		cp -R "$unpacked" "$source.$$" &&
			mv -T "$source.$$" "$source" 2>/dev/null
		rm -rf "$source.$$"
	done
	[ -d "$source" ]
}

# --- the comparison ---------------------------------------------------------

# keeps_rules PROFILE...: whatever the options, the strict reader has no word.
keeps_rules() {
	: >broken
	for t in merge ${long:+split}; do
		for i in file ${long:+node off}; do
			for r in merge split; do
				form="--threads=$t --inline=$i --recursion=$r"
				tool convert $form -o - "$@" 2>>broken |
					"$build/cli/callgrind_strict" - >said || {
					echo "$form"
					cat said
				} >>broken
			done
		done
	done
	[ ! -s broken ]
}

# compare NAME PROGRAM ARGUMENT...: run ./PROGRAM under callgrind, and in both
# exact modes under libprof, and compare what they counted.
compare() {
	name=$1
	shift
	timeout -k 5 $limit sh -c 'exec env "$@" </dev/null >out.want 2>err.want' \
		sh LD_BIND_NOW=1 valgrind -q --tool=callgrind \
		--log-file=valgrind.log --callgrind-out-file=callgrind.out "./$@"
	want=$?
	[ -s callgrind.out ]
	ok $? "$name: runs under callgrind" || {
		sed 's/^/#   /' valgrind.log
		return
	}
	for mode in trace count; do
		rm -f ./*.prof libprof.out
		quietly with LD_BIND_NOW=1 PROF_MODE=$mode "./$@"
		is "$status" $want "$name, $mode: ends with the same status"
		same out out.want "$name, $mode: and writes the same"
		tool convert -t callgrind -o libprof.out ./*.prof >convert.log \
			2>&1
		awk -v program="$1" -f "$top/tests/truth/callgrind_edges.awk" \
			libprof.out callgrind.out >differences
		ok $? "$name, $mode: calls and edges equal callgrind's"
		tail -n 20 differences | sed 's/^/#   /'
		keeps_rules ./*.prof
		ok $? "$name, $mode: no rule of the format is broken" ||
			sed 's/^/#   /' broken
	done
	rm -f callgrind.out
}

# --- callbacks, recursion, jumps, threads, signals -----------------------------

$cc $flags -o calls "$top/tests/truth/callgrind_calls.c" -pthread
ok $? 'a program that is called in many ways is built'
compare calls calls

# Callgrind counts no call where the kernel starts a handler.
quietly with PROF_MODE=trace ./calls signal
is "$(callers on_signal ./*.prof)" '10 main' \
	'a handler is called by the function that the signal interrupts'

# --- bzip2 ------------------------------------------------------------------

if fetch bzip2; then
	(cd "$source" && $cc $flags -D_FILE_OFFSET_BITS=64 -o "$work/bzip2" \
		blocksort.c huffman.c crctable.c randtable.c compress.c \
		decompress.c bzlib.c bzip2.c)
	ok $? 'bzip2 is built'
	if [ -n "$long" ]; then
		cat "$source"/*.[ch] "$source"/manual.*
		# Repetitions take another way to sort.
		yes 0123456789 | head -c 200000
	else
		cat "$source"/bzlib.c
	fi >text
	compare 'bzip2' bzip2 -z -k -c text
	mv out text.bz2
	compare 'bunzip2' bzip2 -d -k -c text.bz2
	same out text 'bunzip2 gives what bzip2 got'
else
	skip "$why" 'calls and edges of bzip2 equal those of callgrind'
fi

[ -n "$long" ] || finish

# --- lua --------------------------------------------------------------------
# Its hashes are made from addresses and the time, unless told otherwise.

if fetch lua5.4; then
	mkdir lua.d
	echo '#define DEB_HOST_MULTIARCH ""' >lua.d/lua5.4-deb-multiarch.h
	(cd "$source/src" && $cc $flags -I"$work/lua.d" -DLUA_USE_POSIX \
		'-Dluai_makeseed(L)=42u' -DSTRCACHE_N=1 -DSTRCACHE_M=2 \
		-o "$work/lua" $(ls ./*.c | grep -v luac.c) -lm)
	ok $? 'lua is built'
	compare lua lua "$top/tests/truth/callgrind.lua"
	has out '^17711$' 'lua computes what it should'
else
	skip "$why" 'calls and edges of lua equal those of callgrind'
fi

# --- sqlite -----------------------------------------------------------------

if ! command -v tclsh >/dev/null; then
	skip 'no tclsh' 'calls and edges of sqlite equal those of callgrind'
elif fetch sqlite3; then
	mkdir sqlite.d
	(cd sqlite.d && timeout -k 5 $limit make -f "$source/main.mk" \
		TOP="$source" TCC="$cc" BCC="$cc" NAWK=awk sqlite3.c shell.c \
		>log 2>&1 &&
		timeout -k 5 $limit $cc $flags -DSQLITE_THREADSAFE=0 \
		-DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_ENABLE_FTS5 \
		-DSQLITE_ENABLE_RTREE -o "$work/sqlite" sqlite3.c shell.c -lm)
	ok $? 'sqlite is built'
	cp "$top/tests/truth/callgrind.sql" script.sql
	compare sqlite sqlite :memory: '.read script.sql'
	has out '^ok$' 'sqlite finds its database in order'
else
	skip "$why" 'calls and edges of sqlite equal those of callgrind'
fi
finish
