/* arena_build.h - profiles made in memory, for tests of their reader.
 *
 * Writes what the runtime writes, a record at a time. Out of memory it aborts:
 * it is only for tests.
 */
#ifndef PROF_TESTS_ARENA_BUILD_H
#define PROF_TESTS_ARENA_BUILD_H

#include "lib/format/arena.h"

#include <stddef.h>
#include <stdint.h>

struct arena_build_thread {
	uint32_t serial;
	uint64_t first; /* offset of its THREAD chunk */
	uint64_t chunk; /* offset of the chunk its next node goes to */
};

struct arena_build {
	uint8_t *bytes;
	size_t size, capacity;
	size_t node_pages; /* of each NODES chunk; 1 at first */
	struct arena_build_thread *threads;
	size_t thread_count;
};

/* A header of MODE with wall time in nanoseconds, and nothing else. */
struct arena_build arena_build_new(enum arena_mode mode);
void arena_build_free(struct arena_build *b);

/* Pointers into the file, valid until something is added. */
struct arena_header *arena_build_header(struct arena_build *b);
struct arena_thread *arena_build_record(struct arena_build *b, uint32_t serial);
struct arena_node *arena_build_at(struct arena_build *b, uint32_t position);
struct arena_chunk *arena_build_chunk(struct arena_build *b, uint64_t offset);

/* Add a thread; returns the position of its root. */
uint32_t arena_build_thread(struct arena_build *b, uint32_t serial,
			    const char *name);

/* Add a context to thread SERIAL; returns its position. */
uint32_t arena_build_node(struct arena_build *b, uint32_t serial,
			  uint32_t parent, uint64_t fn, uint64_t site);

/* These return the offset of the chunk added. */
uint64_t arena_build_module(struct arena_build *b, uint64_t start, uint64_t end,
			    uint32_t epoch, const char *path);
uint64_t arena_build_text(struct arena_build *b, const char *text, size_t size);
uint64_t arena_build_name(struct arena_build *b, uint64_t key,
			  const char *text);
uint64_t arena_build_claim(struct arena_build *b, enum arena_chunk_kind kind,
			   size_t size, uint32_t owner);

/* A file with something of each kind: two threads, three chunks of nodes (104,
 * 600 ns), two modules, a region "solve", and a command line. */
#define ARENA_BUILD_REGION (ARENA_REGION_BIT | 0x1234567890abcdef)
struct arena_build arena_build_sample(void);

/* The file gzipped; free() it. */
uint8_t *arena_build_gzip(const struct arena_build *b, size_t *size);

#endif
