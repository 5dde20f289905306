/* turns.h - run two commands again and again, in turns, under libprof. */
#ifndef PROF_CLI_TURNS_H
#define PROF_CLI_TURNS_H

#include <stddef.h>

enum { TURNS_SIDES = 2 };

struct turns {
	const char *commands[TURNS_SIDES]; /* for the shell */
	const char *keep; /* directory to make for the profiles, or NULL */
	size_t count;	  /* runs of each */
	char *directory;  /* filled: where the profiles are, of both sides */
	char *sides[TURNS_SIDES]; /* and of each */
};

/* Run them: what the machine does at one time and not at another then happens
 * to both. What they print is thrown away. Ends the program with a message
 * where a command fails. Unless they are kept, the profiles go when the program
 * ends. */
void turns_run(struct turns *turns);

#endif
