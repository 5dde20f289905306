#!/bin/sh
# start.t - what libprof takes to begin is nobody's time: neither the samples
# of its start nor its time are in the profile.
# Measures time.
. tests/lib.sh

[ "$(uname -m)" = x86_64 ] || skip_all 'system call numbers are of x86-64'

# A library in front of libc whose first call of what starts samples on the
# first thread (the event's ioctl, or timer_settime) takes 100 ms of processor
# time.
cat >slow.c <<'END'
#include <errno.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <time.h>
static void waste(void)
{
	struct timespec ts;
	long end = 0, now;

	do {
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
		now = ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
		if (!end)
			end = now + 101;
	} while (now < end);
}
long syscall(long number, ...)
{
	static int wasted;
	long a[6];
	va_list list;
	long result;

	va_start(list, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	register long r10 __asm__("r10") = a[3];
	register long r8 __asm__("r8") = a[4];
	register long r9 __asm__("r9") = a[5];
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a[0]), "S"(a[1]), "d"(a[2]),
			   "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	if ((number == SYS_ioctl || number == SYS_timer_settime) && !wasted++)
		waste();
	if (result < 0 && result > -4096) {
		errno = (int)-result;
		return -1;
	}
	return result;
}
END
cat >work.c <<'END'
#include <stdio.h>
#include "tests/programs/work.h"
int main(void)
{
	burn(200);
	puts("worked");
	return 0;
}
END
$cc -O2 -w -shared -fPIC -o slow.so slow.c
$cc -O2 -g -w -I"$top" -o work work.c

lib="$lib $PWD/slow.so"
for engine in perf timer; do
	rm -f ./*.prof
	quietly with PROF_HZ=1000 PROF_ENGINE=$engine ./work
	is "$status $(cat out)" '0 worked' "$engine: the program works as ever"
	look ./*.prof
	case $engine.$(fact engine) in
	perf.timer*)
		skip 'no perf events to start' "$engine: the start"
		continue
		;;
	esac
	between "$(fact 'CPU time' | awk '{ print $(NF - 1) }')" 0.1 30 \
		"$engine: before recording: the start has its time"
	between "$(total)" 0.15 \
		"$(recorded_cpu | awk '{ print $1 + 0.005 }')" \
		"$engine: the total is what was recorded, and not the start"
	is "$(cut -f 5 table | grep -E '^(syscall|waste)$' | xargs)" '' \
		"$engine: no sample of the start is there"
	between "$(fact samples | cut -d , -f 1)" 5 1000 \
		"$engine: but of the program there are"
	nothing_lost "$engine: nothing is lost"
done
finish
