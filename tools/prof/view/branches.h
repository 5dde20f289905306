/* branches.h - the branches of a tree of functions, from the model's contexts.
 *
 * Top-down a branch is what contexts of one function called, bottom-up who
 * called them; tree.h draws them.
 */
#ifndef PROF_VIEW_BRANCHES_H
#define PROF_VIEW_BRANCHES_H

#include "tools/prof/view/view.h"

/* One context, and what of the cost came by way of it. */
struct branch_entry {
	uint32_t function;
	uint32_t node;
	struct model_cost cost;
	uint64_t calls; /* of the function that the cost is of (bottom-up) */
};

struct branch_entries {
	struct branch_entry *list;
	size_t count, capacity;
};

/* A line of the tree: contexts of one function in a row of entries. */
struct branch {
	uint32_t function; /* MODEL_NONE: a thread's root */
	size_t first, count;
	struct model_cost cost; /* with everything below it */
	uint64_t calls;
};

/* What lies on one path from the start, and what its line says. */
struct branch_line {
	const struct branch *branch;
	struct model_cost self;
	uint64_t calls, primitive_calls;
	bool recursive;
};

struct branches {
	const struct view *view;
	bool bottom_up;
	uint32_t *child, *sibling; /* of each node */
	uint32_t *first, *next;	   /* nodes of each function, in a row */
};

void branches_begin(struct branches *b, const struct view *view,
		    bool bottom_up);
void branches_end(struct branches *b);

/* Add to TO, whose list is to be freed, all contexts that begin a thread, or
 * the threads' roots themselves; what the roots cost to OUTSIDE. */
void branches_at_roots(const struct branches *b, struct branch_entries *to,
		       struct model_cost *outside);

/* Top-down, the outermost contexts of FUNCTION; bottom-up, all that have a cost
 * of their own. */
void branches_at(const struct branches *b, uint32_t function,
		 struct branch_entries *to);

/* ENTRIES, which are sorted, as *COUNT branches, dearest first; to be freed. */
struct branch *branches_make(const struct branches *b,
			     struct branch_entries *entries, size_t *count);

/* What was called (or who called) by the entries of BRANCH, added to NEXT, and
 * the LINE of the branch. */
void branches_expand(const struct branches *b,
		     const struct branch_entries *entries,
		     const struct branch *branch, struct branch_entries *next,
		     struct branch_line *line);

#endif
