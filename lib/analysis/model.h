/* model.h - what a program did, by function: the input of every view.
 *
 * Made from one or more profiles and a symbolizer. All costs are integers,
 * added up once; the sum of all self costs is the total in every column.
 */
#ifndef PROF_ANALYSIS_MODEL_H
#define PROF_ANALYSIS_MODEL_H

#include "lib/analysis/histogram.h"
#include "lib/analysis/profile.h"
#include "lib/analysis/symbolize.h"

#define MODEL_NONE UINT32_MAX

/* A cost: time, and the number of samples it rests on (0 in trace mode). */
struct model_cost {
	uint64_t ns;
	uint64_t samples;
};

/* Where in the source, and at which instruction. */
struct model_position {
	const char *file; /* absolute, NULL unknown; interned: compare by == */
	uint32_t line;	  /* 0 unknown: so for a call out of inlined code, or by
			   * way of code without hooks (trace: qsort's) */
	uint64_t address; /* link-time, at an instruction's start; 0 unknown */
};

/* One function of the program, over all contexts. Entry 0..n-1 in no order. */
struct model_function {
	const struct symbol_function *symbol;
	uint64_t calls;		  /* exact in trace and count mode, else 0 */
	uint64_t primitive_calls; /* not induced by recursion */
	struct model_cost self;
	struct model_cost cumulative; /* each stack counted once */
	struct histogram *durations;  /* of its calls that ended, in ns; NULL:
				       * not known, as in a part of a model */
	bool inlined_only;	      /* seen only as inlined code */
	bool synthetic;		      /* a thread's root or a region */
};

/* One edge of the call graph, over all contexts: CALLER calls CALLEE. */
struct model_edge {
	uint32_t caller, callee;    /* functions */
	struct model_position site; /* in the caller */
	bool inlined;	/* every context was inlined: no call, no address */
	uint64_t calls; /* exact, or 0 in sample mode */
	uint64_t primitive_calls; /* where the edge, whatever its site, is not
				   * already on the path (as in pstats) */
	uint64_t activations;	  /* contexts seen: what a sampled edge shows */
	struct model_cost self;	  /* callee's own when called so */
	struct model_cost cumulative; /* of the callee when called so; added
				       * only where the edge CALLER->CALLEE is
				       * not already on the path */
};

/* Self cost of FUNCTION at one position (several positions a function). */
struct model_line {
	uint32_t function;
	struct model_position position;
	struct model_cost self;
};

/* The calling-context tree by function. Parents come before children; node 0
 * of each thread is its synthetic root. */
struct model_node {
	uint32_t parent; /* MODEL_NONE for a root */
	uint32_t function;
	uint32_t thread;
	struct model_position site; /* of the call, in the parent */
	bool inlined;		    /* entered without a call */
	uint64_t calls; /* a context that recursion is folded into another for
			 * has calls only, neither time nor children */
	struct model_cost self;
	struct model_cost cumulative;
};

/* Self cost of one context at one position: where lines come from. Those of a
 * context may be several, in no order; they add up to its self cost. */
struct model_self {
	uint32_t node;
	struct model_position position;
	struct model_cost cost;
};

/* One of the slowest calls of its function. */
struct model_call {
	uint32_t node;	   /* that it entered */
	bool open;	   /* it had not ended */
	uint64_t begin_ns; /* as in struct profile_call */
	uint64_t ns;
};

struct model_thread {
	uint32_t process; /* index into processes */
	uint32_t serial, tid;
	uint32_t merged;
	const char *name;
	struct model_cost total; /* all its nodes and what no sample caught */
	uint64_t unsampled_ns;	 /* part of total, self time of its root */
	double spread;		 /* of its samples, as in profile_thread */
	uint32_t root;		 /* node */
};

struct model_process {
	const struct profile *profile;
};

struct model {
	struct symbolizer *symbolizer;
	struct model_function *functions;
	size_t function_count;
	struct model_edge *edges; /* one per (caller, callee, site) */
	size_t edge_count;
	struct model_line *lines; /* sorted by function, file, line, address */
	size_t line_count;
	struct model_node *nodes;
	size_t node_count;
	struct model_self *selves;
	size_t self_count;
	struct model_thread *threads;
	size_t thread_count;
	struct model_process *processes;
	size_t process_count;
	struct model_call *slow; /* in no order */
	size_t slow_count;
	bool timed; /* durations of calls are known, of some process */
	struct model_cost total;
	uint64_t calls, primitive_calls; /* of all functions */
	bool exact_calls; /* counts come from hooks, in every process */
	bool sampled;	  /* times come from samples, in some process */
	uint8_t clock;	  /* enum arena_clock; 0 where processes differ */
};

struct model_options {
	bool inlines; /* give inlined functions nodes of their own */
	/* Called now and then with work done and to do; may be NULL. */
	void (*progress)(void *context, size_t done, size_t total);
	void *progress_context;
};

/* Build the model of COUNT profiles, which must outlive it, as must S. OPTIONS
 * may be NULL: no inlines, no progress. NULL and ERR on failure (memory, or
 * sums that do not fit). */
struct model *model_build(struct profile *const *profiles, size_t count,
			  struct symbolizer *s,
			  const struct model_options *options,
			  struct error *err);
void model_free(struct model *model);

/* The time that samples stand for: not what was traced, nor the end of a
 * thread, of which they say nothing, and which has no error. *SAMPLES, if not
 * NULL: so many samples that all stand for the same time would tell as much. */
uint64_t model_sampled_ns(const struct model *model, double *samples);

#endif
