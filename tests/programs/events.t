#!/bin/sh
# events.t - PROF_EVENT: samples by what the machine counts, or one line and CPU
# time where it does not.
# Measures time.
. tests/lib.sh

cat >faults.c <<'END'
#include <sys/mman.h>
__attribute__((noinline)) void touch(long pages)
{
	volatile char *p = mmap(0, pages * 4096, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long i;
	madvise((void *)p, pages * 4096, MADV_NOHUGEPAGE);
	for (i = 0; i < pages; i++)
		p[i * 4096] = 1;
	munmap((void *)p, pages * 4096);
}
__attribute__((noinline)) void touch_many(void)
{
	touch(7500);
	__asm__ volatile("# many");
}
__attribute__((noinline)) void touch_few(void)
{
	touch(2500);
	__asm__ volatile("# few");
}
int main(void)
{
	touch_many();
	touch_few();
	return 3;
}
END
$cc -O1 -g -o faults faults.c
ok $? 'a program of 10000 page faults builds'

if with PROF_EVENT=page-faults true 2>&1 | grep -q 'cannot be counted'; then
	skip 'perf events are not permitted' 'page faults'
else
	quietly with PROF_EVENT=page-faults ./faults
	is "$status $(cat err)" '3 ' 'page faults: it ends as ever, without a word'
	look ./*.prof
	ok $? 'page faults: the profile reads'
	has report 'page faults in thousands' 'page faults: the header tells the unit'
	between "$(sed -n 's/.* in \([0-9.]*\) thousands of page faults$/\1/p' \
		report)" 9.7 11 'page faults: there are 10 thousand'
	between "$(cumtime touch_many)" 7.3 7.9 'page faults: 7.5 of touch_many'
	between "$(cumtime touch_few)" 2.3 2.9 'page faults: 2.5 of touch_few'
	tool convert -t callgrind -o - ./*.prof >callgrind 2>convert.err
	has callgrind '^event: pagefaults : Page faults' 'page faults: callgrind is told so'
	rm -f ./*.prof
fi

for event in cycles instructions cache-misses branch-misses; do
	quietly with PROF_EVENT=$event PROF_HZ=997 "$programs/life" exit 100
	is $status 2 "$event: the program is unharmed"
	look ./*.prof
	ok $? "$event: there is a profile, and it reads"
	if [ -s err ]; then
		is "$(wc -l <err)" 1 "$event: one line tells that it is not counted"
		has err 'PROF_EVENT: .*sampling CPU time' "$event: and what is"
		has report 'CPU time in seconds' "$event: as the header says"
		between "$(total)" 0.08 0.3 "$event: all of it"
	else
		has report "in billions" "$event: the header tells the unit"
	fi
	rm -f ./*.prof
done

quietly with PROF_EVENT=page-faults PROF_ENGINE=timer ./faults
is "$status $(grep -c 'PROF_ENGINE is timer' err)" '3 1' \
	'timers count no events: one line says so'
quietly with PROF_EVENT=cycles "$programs/life.trace" exit 20
is "$status $(grep -c 'takes no samples' err)" '2 1' \
	'mode trace takes no samples: one line says so'
finish
