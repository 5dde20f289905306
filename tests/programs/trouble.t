#!/bin/sh
# trouble.t - bad values, no space, no rights: one line that says so, and the
# program ends and prints as if we were not there.
. tests/lib.sh

mounted=
trap '[ -z "$mounted" ] || umount "$mounted"; cd / && rm -rf "$work"' EXIT
unset OMPI_COMM_WORLD_RANK PMIX_RANK PMI_RANK SLURM_PROCID

traced=$programs/life.trace
quietly without "$traced" exit 20
plain=$status
mv out plain.out

# unharmed NAME: the program ended and printed as it would have.
unharmed() {
	[ "$status" -eq $plain ] && cmp -s out plain.out
	ok $? "$1: the program is unharmed" || {
		echo "#   status $status"
		sed 's/^/#   /' out err
	}
}

# one_line NAME REGEX: exactly one line is on stderr, ours, and it matches.
one_line() {
	[ "$(wc -l <err)" -eq 1 ] && grep -q '^libprof: ' err &&
		grep -q -e "$2" err
	ok $? "$1: one line says so" || sed 's/^/#   /' err
}

# profiles WANT NAME: that many are here, and nothing half-made.
profiles() {
	is "$(ls | grep -c -e '\.prof$' -e '\.part$')" "$1" "$2"
	rm -f ./*.prof
}

quietly with "$traced" exit 20
unharmed 'all is well'
empty err 'all is well: and nothing is said'
profiles 1 'all is well: one profile is left'

# --- bad values
while read -r variable value allowed default; do
	quietly with "$variable=$value" "$traced" exit 20
	what="$variable=$value"
	unharmed "$what"
	one_line "$what" "$what: .*$allowed.*using $default\$"
	profiles 1 "$what: the default holds"
done <<'END'
PROF_MODE fast auto|sample|trace|count auto
PROF_MODE TRACE auto|sample|trace|count auto
PROF_HZ 0 from.1.to.20000 997
PROF_HZ 20001 from.1.to.20000 997
PROF_HZ -5 from.1.to.20000 997
PROF_HZ 99x from.1.to.20000 997
PROF_HZ 99999999999999999999 from.1.to.20000 997
PROF_CLOCK sundial auto|cpu|wall auto
PROF_FOLLOW forks none|fork|exec|all all
PROF_START 2 from.0.to.1 1
PROF_DEPTH 7 from.8.to.65536 1024
PROF_ENGINE steam auto|perf|timer auto
PROF_VERBOSE yes from.0.to.1 0
END
quietly with PROF_MOED=trace PROF_HZZ=1 PROF_XYZZY=1 "$traced" exit 20
unharmed 'misspelt variables'
is "$(grep -c '^libprof: PROF_' err)" 2 'misspelt variables: a line for each'
has err 'PROF_MOED: no such variable; did you mean PROF_MODE?' \
	'misspelt variables: what was meant'
rm -f ./*.prof
quietly with PROF_OUTPUT=a%z.%p.prof "$traced" exit 20
unharmed 'an unknown letter'
one_line 'an unknown letter' 'PROF_OUTPUT=a%z.*: must be .* %e %p .*; using %e.%p.prof$'
profiles 1 'an unknown letter: the profile is there'
quietly with PROF_HZ=x PROF_MOED=y sh -c 'sh -c "true; true"; PROF_HZ=z true; :'
is "$(cut -d : -f 2 err | xargs)" 'PROF_HZ=x PROF_MOED' \
	'a session is told once'
quietly with PROF_HZ=x sh -c 'PROF_HZ=z env true; :'
is "$(cut -d : -f 2 err | xargs)" 'PROF_HZ=x PROF_HZ=z' \
	'and again of what is set later'
rm -f ./*.prof
quietly with PROF_HZ= "$traced" exit 20
unharmed 'PROF_HZ='
one_line 'PROF_HZ=' 'PROF_HZ=: .*using 997'
quietly with PROF_OUTPUT= "$traced" exit 20
unharmed 'PROF_OUTPUT='
one_line 'PROF_OUTPUT=' 'PROF_OUTPUT=: '
rm -f ./*.prof
quietly with PROF_HZ=x PROF_MODE=y "$traced" exit 20
unharmed 'two bad values'
is "$(grep -c '^libprof: PROF_' err)" 2 'two bad values: a line for each'
profiles 1 'two bad values: the defaults hold'
quietly with "PROF_MODE=$(printf 'a\033[31m\nb')" "$traced" exit 20
unharmed 'control characters'
one_line 'control characters' 'PROF_MODE=a.\[31m.b: '
! grep -q "$(printf '\033')" err
ok $? 'control characters: they do not reach the terminal'
rm -f ./*.prof
quietly with PROF_VERBOSE=1 "$traced" exit 20
unharmed 'PROF_VERBOSE=1'
one_line 'PROF_VERBOSE=1' "mode trace.*$work/life\.trace\."
rm -f ./*.prof

# --- names of profiles
quietly with "PROF_OUTPUT=%e-%p-%h-%r-%n-%%.prof" OMPI_COMM_WORLD_RANK=3 \
	"$traced" exit 20
ls | grep -q "^life\.trace-[0-9][0-9]*-$(uname -n)-3-0-%\.prof\$"
ok $? 'PROF_OUTPUT knows %e, %p, %h, %r, %n and %%' || ls | sed 's/^/#   /'
look ./*.prof
ok $? 'and such a profile reads'
rm -f ./*.prof
echo precious >fixed.prof
ln -s elsewhere fixed.1.prof
for _ in 1 2; do
	quietly with PROF_OUTPUT=fixed.prof "$traced" exit 20
	quietly with PROF_OUTPUT=run%n.prof "$traced" exit 20
done
is "$(cat fixed.prof)" precious 'an existing file is not overwritten'
[ ! -e elsewhere ]
ok $? 'nor a link followed'
look fixed.2.prof fixed.3.prof
ok $? 'the profiles get numbers'
look run0.prof run1.prof
ok $? 'where the pattern has %n, there'
rm -f ./*.prof
mkdir sub
quietly with PROF_OUTPUT=sub/x.prof "$traced" exit 20
look sub/x.prof
ok $? 'a relative directory'
quietly with "PROF_OUTPUT=$work/sub/y.prof" "$traced" exit 20
look sub/y.prof
ok $? 'an absolute one'

# --- nothing to record, nothing to leave
quietly with PROF_MODE=trace /bin/true
is "$status $(cat out)" '0 ' 'true, which has no hooks, is true'
one_line 'a program without hooks, traced' 'not built with -finstrument'
profiles 0 'and leaves no file'

# --- no place to write to
for place in none/x.prof /proc/x.prof "$work/plain.out/x.prof"; do
	quietly with PROF_OUTPUT="$place" "$traced" exit 20
	unharmed "PROF_OUTPUT=$place"
	one_line "PROF_OUTPUT=$place" "$(dirname "$place")"
done
profiles 0 'and no file is left'
# As nobody, to whom rights are denied.
mkdir denied
cp "$traced" "$build/libprof.so" . && chmod 755 . denied life.trace
as_nobody=
[ "$(id -u)" -ne 0 ] || as_nobody='setpriv --reuid=65534 --regid=65534
	--clear-groups'
chmod 555 denied
if $as_nobody test -r libprof.so 2>/dev/null; then
	( cd denied && timeout 20 $as_nobody env LD_PRELOAD="$work/libprof.so" \
		"$work/life.trace" exit 20 >../out 2>../err )
	status=$?
	unharmed 'a directory without the right to write'
	one_line 'a directory without the right to write' "$work/denied: .*denied"
else
	skip 'cannot become nobody' 'a directory without the right to write'
fi
rm -f libprof.so life.trace
mkdir gone
(
	cd gone && rmdir ../gone
	timeout 20 env LD_PRELOAD="$lib" "$traced" exit 20 >"$work/out" \
		2>"$work/err"
)
status=$?
unharmed 'a directory that was deleted'
one_line 'a directory that was deleted' 'directory'

# --- limits
# limited NAME LIMIT... -- COMMAND...: under prlimit(1).
limited() {
	name=$1
	limits=
	shift
	while [ "$1" != -- ]; do
		limits="$limits $1"
		shift
	done
	shift
	timeout -k 5 $limit sh -c 'exec "$@" >out 2>err' sh prlimit $limits \
		env LD_PRELOAD="$lib" "$@" 2>/dev/null
	status=$?
}
if command -v prlimit >/dev/null; then
	limited fsize --fsize=512 -- "$traced" exit 20
	unharmed 'files of 512 bytes at most'
	one_line 'files of 512 bytes at most' 'file size limit'
	profiles 0 'files of 512 bytes at most: none is left'
	limited fsize --fsize=300000 -- "$programs/manythreads.trace" 2000
	is "$status $(cat out)" '0 threads 2000 steps 20000' \
		'files of 300000 bytes at most: the program is unharmed'
	one_line 'files of 300000 bytes at most' 'cannot extend'
	look ./*.prof
	ok $? 'files of 300000 bytes at most: the profile reads'
	has info '^  LOST ' 'files of 300000 bytes at most: and tells the loss'
	rm -f ./*.prof

	limited nofile --nofile=4 -- "$traced" exit 20
	unharmed 'one more descriptor than stdin, stdout and stderr'
	empty err 'one more descriptor: is enough'
	profiles 1 'one more descriptor: for a profile'

	limited sigpending --sigpending=0 -- PROF_MODE=sample \
		PROF_ENGINE=timer "$programs/life" exit 20
	unharmed 'no timer to be had'
	one_line 'no timer to be had' 'timer'
	rm -f ./*.prof

	if $sanitized; then
		skip 'sanitizers need address space' 'little address space'
	else
		for mib in 256 32; do
			limited as --as=$((mib * 1024 * 1024)) -- \
				"$traced" exit 20
			what="$mib MiB of address space"
			unharmed "$what"
			empty err "$what: is enough"
			profiles 1 "$what: for a profile"
		done
		for kib in 16000 8000 6000; do
			limited as --as=$((kib * 1024)) -- /bin/true
			[ $status -eq 0 ] && [ "$(wc -l <err)" -le 1 ]
			ok $? "$kib KiB of address space: true is true" ||
				sed 's/^/#   /' err
		done
	fi
else
	skip 'prlimit is not installed' 'limits'
fi

mkdir folder
mkfifo fifo
for name in folder fifo; do
	quietly with PROF_OUTPUT=$name "$traced" exit 20
	unharmed "to $name"
	one_line "to $name" 'not that of a file'
	is "$(ls -d "$name".* folder/* 2>/dev/null)" '' \
		"to $name: nothing is made beside it"
done

# A disk that is full from the start, and one that fills up.
mkdir disk
if mount -t tmpfs -o size=64k none disk 2>/dev/null; then
	mounted=$work/disk
	quietly with PROF_OUTPUT=disk/x.prof "$traced" exit 20
	unharmed 'a full disk'
	one_line 'a full disk' 'no space'
	is "$(ls disk)" '' 'a full disk: nothing is left on it'
	mount -o remount,size=512k disk
	quietly with PROF_OUTPUT=disk/x.prof "$programs/manythreads.trace" 2000
	is "$status $(cat out)" '0 threads 2000 steps 20000' \
		'a disk that fills up: the program is unharmed'
	one_line 'a disk that fills up' 'cannot extend'
	look disk/x.prof
	ok $? 'a disk that fills up: the profile reads'
	has info '^  LOST ' 'a disk that fills up: and tells the loss'
	is "$(ls disk)" x.prof 'a disk that fills up: nothing else is left'
	umount disk
	mounted=
else
	skip 'cannot mount a file system' 'a full disk'
fi

# --- descriptors
with "$traced" exit 20 <&- >&- 2>&-
is $? $plain 'without stdin, stdout and stderr it ends as ever'
look ./*.prof
ok $? 'and leaves a profile that reads'
rm -f ./*.prof
cat >descriptors.c <<'END'
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
__attribute__((noinline)) void work(void)
{
	while (clock() < CLOCKS_PER_SEC / 10)
		;
}
int main(void)
{
	int fd, next = dup(0), opened = 0;
	close(next);
	while ((fd = open("/dev/null", O_RDONLY)) >= 0)
		opened++;
	work();
	printf("next %d opened %d\n", next, opened);
	return 0;
}
END
$cc -o descriptors descriptors.c && $cc -finstrument-functions \
	-o descriptors.trace descriptors.c
ok $? 'a program that takes all descriptors builds'
for program in descriptors descriptors.trace; do
	for preload in '' "$lib"; do
		mv out all.out
		timeout 20 sh -c "ulimit -n 100
			exec env LD_PRELOAD='$preload' ./$program" >out 2>err
	done
	is $? 0 "$program: ends as ever, with every descriptor taken"
	same out all.out "$program: none of them by us"
	[ "$(wc -l <err)" -le 1 ]
	ok $? "$program: one line at most" || sed 's/^/#   /' err
	rm -f ./*.prof
done

# A daemon closes what it finds open; the numbers are its own then.
cat >files.c <<'END'
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
static volatile unsigned sink;
__attribute__((noinline)) int work(int n)
{
	int i;
	if (n)
		return work(n - 1) + 1;
	for (i = 0; i < 20000; i++)
		sink += (unsigned)i;
	return 0;
}
int main(void)
{
	clock_t end;
	int fd, i = 0, bad = 0;
	for (fd = 3; fd < 200; fd++)
		close(fd);
	for (fd = 3; fd < 200; fd++) {
		if (open("own", O_RDWR | O_CREAT | O_APPEND, 0600) != fd)
			return 2;
		if (write(fd, "0123456789", 10) != 10 ||
		    lseek(fd, 0, SEEK_SET))
			return 3;
	}
	end = clock() + CLOCKS_PER_SEC / 4;
	while (clock() < end)
		work(i++ % 100);
	for (fd = 3; fd < 200; fd++)
		bad += lseek(fd, 0, SEEK_CUR) != 0;
	bad += lseek(3, 0, SEEK_END) != 1970;
	printf("%d files changed\n", bad);
	return 0;
}
END
$cc -O1 -o files files.c
ok $? 'a program that closes all and opens its own builds'
for clock in cpu wall; do
	quietly with PROF_CLOCK=$clock PROF_MODE=sample ./files
	is "$status $(cat out)" '0 0 files changed' \
		"sampled by $clock time: its files are its own"
	rm -f own
done
rm -f ./*.prof
finish
