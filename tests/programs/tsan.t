#!/bin/sh
# tsan.t - a program built with ThreadSanitizer whose threads come and go under
# a storm of samples: that runtime ends a thread for itself, and bears no signal
# afterwards.
. tests/lib.sh

cat >threads.c <<'END'
#include <pthread.h>
#include <stdio.h>
static long total;
static void *run(void *argument)
{
	volatile unsigned x = 0;
	while (x < 200000)
		x++;
	__atomic_fetch_add(&total, x, __ATOMIC_RELAXED);
	return argument;
}
int main(void)
{
	for (int i = 0; i < 500; i++) {
		pthread_t t[4];
		for (int k = 0; k < 4; k++)
			pthread_create(&t[k], NULL, run, NULL);
		for (int k = 0; k < 4; k++)
			pthread_join(t[k], NULL);
	}
	printf("%ld\n", total);
	return 0;
}
END
$cc -O1 -g -fsanitize=thread -o threads threads.c -pthread 2>err &&
	./threads >out 2>err ||
	skip_all "no program with ThreadSanitizer: $(head -1 err)"
for engine in perf timer; do
	rm -f ./*.prof
	quietly with PROF_HZ=10000 PROF_ENGINE=$engine ./threads
	is "$status $(cat out)" '0 400000000' "$engine: it ends as ever" ||
		head -20 err | sed 's/^/#   /'
	$sanitized || empty err "$engine: without a word"
	look ./*.prof
	nothing_lost "$engine: nothing is lost"
done
finish
