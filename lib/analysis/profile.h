/* profile.h - one profile file, opened, checked and turned into arrays.
 *
 * Turns bytes into records. Knows nothing of views; names that a profile brings
 * along are read by symbol_image.h.
 */
#ifndef PROF_ANALYSIS_PROFILE_H
#define PROF_ANALYSIS_PROFILE_H

#include "lib/analysis/symbol_image.h"
#include "lib/base/error.h"
#include "lib/format/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROFILE_NONE UINT32_MAX

struct profile_module {
	uint64_t start, end; /* run-time addresses, end exclusive */
	uint64_t bias;	     /* run-time minus link-time address */
	uint32_t epoch;
	char *path; /* absolute; "[vdso]" and the like in brackets */
	uint64_t file_size, file_mtime;
	uint8_t build_id_size;
	uint8_t build_id[32];
};

struct profile_thread {
	struct arena_thread record;
	uint32_t root; /* index into nodes */
	/* So many of its samples tell as much as one would if all stood for
	 * the same time: n times the sum of the weights' squares over the
	 * square of their sum; 1 or more. */
	double spread;
};

/* A calling context. Parents come before their children. Every node's thread
 * and parent exist; the parent belongs to the same thread. All sums of times,
 * calls and samples over a profile are below 2^62. */
struct profile_node {
	uint32_t parent; /* index into nodes; PROFILE_NONE for a root */
	uint32_t thread; /* index into threads */
	uint32_t module; /* of fn, index into modules; PROFILE_NONE: unknown */
	uint32_t site_module;
	uint64_t fn;	  /* address without its epoch; a region's key with
			   * ARENA_REGION_BIT; 0 for a root */
	uint64_t site;	  /* address inside the call instruction; 0 unknown */
	uint64_t calls;	  /* made here; folded ones are here only (arena.h) */
	uint64_t self_ns; /* compensated for the hooks' cost in trace mode */
	uint64_t samples;
};

/* How often a block of code ran: by the address that its call of the counter
 * returns to. Several may have one address. */
struct profile_block {
	uint64_t pc;	 /* without its epoch */
	uint64_t count;	 /* above 0 */
	uint32_t module; /* index into modules; PROFILE_NONE: unknown */
};

/* So many calls took from START_NS to less than END_NS (which are the same
 * where a tick is shorter than a nanosecond). */
struct profile_bucket {
	uint64_t start_ns, end_ns;
	uint64_t count;
};

/* How long calls of one function took that ended. Of a function there may be
 * several: they add up. */
struct profile_duration {
	uint32_t node; /* some context of the function */
	uint64_t count;
	uint64_t min_ns, max_ns;
	size_t first_bucket, bucket_count; /* in profile.buckets, rising */
};

/* One of the slowest calls of its function. */
struct profile_call {
	uint32_t node;	   /* the context that it entered */
	bool open;	   /* it had not ended: `ns` is how long it lasted */
	uint64_t begin_ns; /* since the start of the recording; on the CPU clock
			    * since that of its thread */
	uint64_t ns;
};

struct profile_name {
	uint64_t key;
	char *text;
};

struct profile {
	char *path;
	bool compressed; /* finished and gzipped */
	bool running;	 /* the process seems to be alive still */
	struct arena_header header;
	char *exe, *cwd; /* never NULL; the program's name, "" where unknown */
	int argc;	 /* 0 where unknown; argv[argc] is NULL */
	char **argv;
	struct profile_thread *threads;
	size_t thread_count;
	struct profile_node *nodes;
	size_t node_count;
	struct profile_module *modules;
	size_t module_count;
	struct profile_block *blocks; /* none: not built to count them */
	size_t block_count;
	bool timed; /* the durations of calls were recorded */
	struct profile_duration *durations;
	size_t duration_count;
	struct profile_bucket *buckets;
	size_t bucket_count;
	struct profile_call *calls; /* the slowest, in no order */
	size_t call_count;
	struct profile_name *names; /* of regions */
	size_t name_count;
	uint64_t wall_ns;     /* from start to end, or to the last event */
	uint64_t overhead_ns; /* hook cost taken out of self_ns */
	uint64_t overhead_error_ns; /* how far that may be off: half of how
				     * far both measurements differ; a tenth
				     * of it where there was but one */
	uint64_t clamped;	    /* nodes whose time was below their cost */
	/* Calls that a filter left out, by cause: they have no nodes, and their
	 * times are their callers'. */
	uint64_t left_out[ARENA_LEFT_OUT_COUNT];
	uint64_t left_out_ns;	    /* time of those left out by duration */
	uint64_t file_bytes;	    /* as it lies on disk */
	struct symbol_image *image; /* names that it brings along, or NULL */
	char *warnings;		    /* lines about what was left out, or NULL */
};

/* Open PATH, which holds one profile (profile_set.h opens those that may hold
 * several), and check every section. With SALVAGE, skip over what is not whole
 * and say so in warnings; without, fail. On failure return NULL and fill ERR
 * with the file, the offset and the reason. No bytes in PATH, however hostile,
 * may crash this or make it allocate more than a small multiple of the file's
 * uncompressed size. */
struct profile *profile_open(const char *path, bool salvage, struct error *err);

/* The same for SIZE BYTES in memory, with NAME used in messages. */
struct profile *profile_parse(const char *name, const uint8_t *bytes,
			      size_t size, bool salvage, struct error *err);

void profile_free(struct profile *profile);

/* The number that S gives to module MODULE of P (one of its modules), which
 * must outlive S, made if new; addresses in it have *BIAS. */
uint32_t profile_symbolizer_module(const struct profile *p, size_t module,
				   struct symbolizer *s, uint64_t *bias);

/* Text of the region KEY, or "region ?" where the file does not hold it. */
const char *profile_region_name(const struct profile *profile, uint64_t key);

/* Total time of all nodes, plus what no sample caught, in nanoseconds. */
uint64_t profile_total_ns(const struct profile *profile);

#endif
