/* profile_parts.h - what the files of profile.c share; nobody else's.
 *
 * Reading goes in this order, each step trusting only the ones before it:
 * profile_read (file to bytes), profile_chunk (bytes to chunks), profile_record
 * and profile_node (chunks to arrays), profile_time (ticks to nanoseconds),
 * profile_duration (how long calls took), profile_module (addresses to
 * modules), profile_filter (calls that were left out become a count).
 */
#ifndef PROF_ANALYSIS_PROFILE_PARTS_H
#define PROF_ANALYSIS_PROFILE_PARTS_H

#include "lib/analysis/profile.h"
#include "lib/base/idmap.h"

/* Times, counts and their sums in one profile stay below this, so that no sum
 * made of a profile can overflow: 146 years. */
#define PROFILE_SUM_LIMIT (UINT64_C(1) << 62)

/* Nodes that lie one after the other in one chunk. */
struct profile_span {
	uint32_t position; /* of the first, in units of ARENA_UNIT */
	uint32_t count;
	uint32_t index;	 /* of the first, in profile.nodes */
	uint32_t thread; /* index into profile.threads */
};

/* Which of the modules that had them one after the other a node's addresses
 * are of. */
struct profile_epochs {
	uint16_t fn, site;
};

/* The records of a chunk of durations, or of calls that did not end. */
struct profile_part {
	uint64_t at, end;
	bool open;
};

/* What reading one profile needs besides the profile itself. */
struct profile_scan {
	struct profile *profile;
	const char *name;
	const uint8_t *bytes;
	size_t size;
	bool salvage;
	struct error *err;

	struct profile_span *spans; /* by rising position */
	size_t span_count, span_capacity;
	size_t node_count;
	size_t thread_capacity, module_capacity, name_capacity;
	size_t block_capacity;
	uint64_t block_sum;	/* of all counts: below PROFILE_SUM_LIMIT */
	uint16_t *block_epochs; /* of each block */
	struct profile_part *parts;
	size_t part_count, part_capacity;
	size_t duration_capacity, bucket_capacity, call_capacity;
	uint64_t duration_sum; /* of all counts: below PROFILE_SUM_LIMIT */
	uint64_t rate_ns;      /* so many nanoseconds are RATE_TICKS */
	uint64_t rate_ticks;
	size_t warning_bytes, warning_count;
	struct idmap serials;	       /* to indices into profile.threads */
	struct profile_epochs *epochs; /* of each node */
	uint32_t *targets; /* of each node: the one its calls enter */
	uint8_t *left_out; /* of each node: 0, or 1 + enum arena_left_out, or
			    * PROFILE_EMPTY */
	uint64_t *pairs; /* of each node: call pairs whose hooks lie in the time
			  * of its target and of its parent; modulo 2^64 */
	bool text_seen;
};

/* Of a context that all calls were taken back of: it is dropped, too. */
#define PROFILE_EMPTY (1 + ARENA_LEFT_OUT_COUNT)

/* The bytes of an arena. */
struct profile_bytes {
	uint8_t *bytes;
	size_t size;
	size_t file_bytes; /* that it takes on disk */
	bool compressed;
	char *warning; /* NULL, or why the end is missing (salvage) */
};

/* Read PATH as it is. A file without an end mark is read as a consistent cut:
 * no node in the result lacks its parent. On success the caller frees BYTES. */
bool profile_read(const char *path, uint8_t **bytes, size_t *size,
		  struct error *err);

/* Inflate the gzip member that starts SIZE BYTES, which lie at byte AT of the
 * file NAME; another may follow. On success the caller frees bytes and warning,
 * which are NULL after a failure. */
bool profile_unpack(const char *name, const uint8_t *bytes, size_t size,
		    size_t at, bool salvage, struct profile_bytes *out,
		    struct error *err);

/* The profile of the arena IN; on failure NULL, and ERR is filled. */
struct profile *profile_make(const char *name, const struct profile_bytes *in,
			     bool salvage, struct error *err);

/* See whether the process of P lives still, which then has run until now; not
 * where P was compressed, which is done when a process ends. */
void profile_look_for_process(struct profile *p);

/* Whether BYTES start as a profile does; if not, fill ERR with what they are
 * instead. */
bool profile_check_magic(const char *name, const uint8_t *bytes, size_t size,
			 struct error *err);

/* Report damage at byte OFFSET. Salvaging, that is a warning, and true: go on
 * without it. Else it is the error, and false: stop. */
bool profile_damage(struct profile_scan *s, enum error_code code,
		    uint64_t offset, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Add a line to the warnings, salvaging or not. */
void profile_warn(struct profile_scan *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Fill ERR for lack of memory; false. */
bool profile_no_memory(struct profile_scan *s);

/* The steps; false with the error filled on failure. */
bool profile_scan_header(struct profile_scan *s);
bool profile_scan_chunks(struct profile_scan *s);
bool profile_scan_nodes(struct profile_scan *s);
bool profile_scan_times(struct profile_scan *s);
bool profile_scan_spreads(struct profile_scan *s);
bool profile_find_empty(struct profile_scan *s);
bool profile_scan_durations(struct profile_scan *s);
bool profile_scan_modules(struct profile_scan *s);
bool profile_drop_left_out(struct profile_scan *s);

/* One chunk of each kind, at byte OFFSET, checked as far as its header goes. */
bool profile_scan_thread(struct profile_scan *s,
			 const struct arena_chunk *chunk);
bool profile_scan_more(struct profile_scan *s, const struct arena_chunk *chunk);
bool profile_scan_module(struct profile_scan *s,
			 const struct arena_chunk *chunk);
bool profile_scan_text(struct profile_scan *s, const struct arena_chunk *chunk);
bool profile_scan_names(struct profile_scan *s,
			const struct arena_chunk *chunk);
bool profile_scan_blocks(struct profile_scan *s,
			 const struct arena_chunk *chunk);
bool profile_note_durations(struct profile_scan *s,
			    const struct arena_chunk *chunk);
bool profile_scan_symbols(struct profile_scan *s,
			  const struct arena_chunk *chunk);

/* TICKS in nanoseconds, when profile_scan_times has found the rate. */
uint64_t profile_ns(const struct profile_scan *s, uint64_t ticks);

/* Index of the node at POSITION, or PROFILE_NONE where no node begins there.
 * *SPAN holds the index of the span it was found in; give the last one as a
 * hint. */
uint32_t profile_find_node(const struct profile_scan *s, uint32_t position,
			   size_t *span);

/* Whether CHUNK, as it stands at byte AT, can be one: NULL, or what is wrong
 * with it. *CODE says of which kind the fault is. */
const char *profile_chunk_fault(const struct arena_chunk *chunk, uint64_t at,
				uint64_t file_size, enum error_code *code);

#endif
