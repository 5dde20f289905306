/* target.h - whether a program can be profiled by preloading, before it runs.
 */
#ifndef PROF_CLI_TARGET_H
#define PROF_CLI_TARGET_H

/* What stands in the way. */
enum target_obstacle {
	TARGET_FINE,
	TARGET_STATIC,	      /* no dynamic loader would load libprof.so */
	TARGET_PRIVILEGED,    /* setuid, setgid or file capabilities */
	TARGET_FOREIGN,	      /* 32-bit, or another machine's */
	TARGET_NO_INTERPRETER /* a script whose #! names no program */
};

struct target {
	char *path; /* to execute; free with target_free */
	char *file; /* the ELF file that was looked at: an interpreter, say */
	enum target_obstacle obstacle;
};

/* Find NAME as execvp does and look at its file. Returns 0, or the exit status
 * and a message: 127 not found, 126 not executable. */
int target_find(struct target *target, const char *name);
void target_free(struct target *target);

/* "./prog: is statically linked...", and what to do; NULL for TARGET_FINE. */
const char *target_problem(enum target_obstacle obstacle);
const char *target_remedy(enum target_obstacle obstacle);

#endif
