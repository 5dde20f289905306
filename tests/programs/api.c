/* api.c - include/prof.h, with or without libprof.
 *
 * Prints the same either way, but for the line that says which.
 */
#include "tests/programs/work.h"

#include <prof.h>
#include <stdio.h>
#include <string.h>

static WORK void warm_up(void)
{
	burn(60);
}

static WORK void counted(void)
{
	__asm__ volatile("");
}

static WORK void stopped(void)
{
	burn(20);
}

static WORK int in_regions(int n)
{
	PROF_REGION("outer");
	int i;

	for (i = 0; i < n; i++) {
		PROF_REGION("inner");
		counted();
		if (i == 7)
			continue;
		burn(1);
	}
	return n;
}

int main(int argc, char **argv)
{
	printf("%s\n", prof_loaded() ? "with" : "without");
	if (argc > 1 && !strcmp(argv[1], "version"))
		printf("%s\n", prof_version());
	prof_thread_name("the main one");
	warm_up();
	prof_reset();
	counted();
	prof_stop();
	stopped();
	prof_start();
	printf("%d\n", in_regions(10));
	if (argc > 1 && !strcmp(argv[1], "flush"))
		prof_flush();
	burn(30);
	return 0;
}
