/* facts.h - what is known about a process besides its costs, in words. */
#ifndef PROF_VIEW_FACTS_H
#define PROF_VIEW_FACTS_H

#include "lib/analysis/profile.h"

const char *facts_mode(const struct arena_header *h); /* "trace" */
/* Of what numbers are shown: "seconds", or "billions" of events. */
const char *facts_unit(unsigned clock);
const char *facts_clock(const struct arena_header *h);	/* "wall time" */
const char *facts_engine(const struct arena_header *h); /* "perf events" */

/* The command line, quoted where a shell would need it, printable; to be
 * freed. */
char *facts_command(const struct profile *p);

/* How it ended: "ended with status 0"; to be freed. */
char *facts_end(const struct profile *p);

/* How long the process waited: for its one thread, what of real is neither user
 * nor sys; for several, the same of all their lives together. False where it is
 * not known: of several threads only wall time tells. */
bool facts_waiting(const struct profile *p, uint64_t *ns);

/* Processors busy on average; 0 where it is not known. */
double facts_busy(const struct profile *p);

/* Samples of all threads, and those whose stack was cut. */
struct facts_samples {
	uint64_t samples, overruns, cut;
	uint64_t clock_ns; /* of all threads, in which they were taken */
	double equal; /* so many that stand for the same time tell as much */
};
struct facts_samples facts_samples(const struct profile *p);

/* Samples delivered per second of the clock; 0 where there was no time. */
double facts_rate(const struct facts_samples *s);

/* One cause of loss, or of something worth knowing. */
struct facts_cause {
	unsigned index;	  /* enum arena_loss, arena_cut... */
	const char *what; /* "contexts: the profile could not grow" */
	bool harmless;	  /* nothing is missing from the numbers */
};

/* Ends with a NULL what. */
extern const struct facts_cause facts_losses[];
extern const struct facts_cause facts_cuts[];

/* Calls that a filter left out, by enum arena_left_out. */
extern const struct facts_cause facts_left_out[];

/* Whether anything is missing from the numbers of P. */
bool facts_lost(const struct profile *p);

/* NS as three or four digits and a unit: "1.23us". */
void facts_duration(char *to, size_t size, double ns);

#endif
