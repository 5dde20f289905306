/* groups.h - the threads of a model, sorted by what they belong to. */
#ifndef PROF_VIEW_GROUPS_H
#define PROF_VIEW_GROUPS_H

#include "lib/analysis/model.h"

enum groups_kind {
	GROUPS_PROCESS,
	GROUPS_RANK,
	GROUPS_THREAD,
	GROUPS_HOST,
	GROUPS_RUN, /* all processes of one session */
	GROUPS_KIND_COUNT
};

struct group {
	char *label; /* short: "3", "4711", "4711/2"; printable */
	char *what;  /* more: "basel on node7"; printable */
	struct model_cost total;
	size_t threads;
	uint32_t first; /* of its threads */
};

struct groups {
	enum groups_kind kind;
	struct group *list; /* in order of rank, or of start */
	size_t count;
	uint32_t
		*of_thread; /* MODEL_NONE: in none (a process without a rank) */
	struct group rest;  /* those in none; threads is 0 where all are */
};

/* "process": for option values and titles. */
extern const char *const groups_names[GROUPS_KIND_COUNT];

/* The kind called NAME; false and ERR where there is none. */
bool groups_parse(enum groups_kind *kind, const char *name, struct error *err);

/* Sort the threads of MODEL. There is no group where all are in none. */
void groups_make(struct groups *groups, const struct model *model,
		 enum groups_kind kind);
void groups_free(struct groups *groups);

#endif
