/* arena.h - the profile file as memory: claimed piece by piece, never freed.
 *
 * The file is made at the first claim, so a process that records nothing
 * leaves none. No descriptor stays open. Several threads and handlers may
 * claim at once; there is no lock: a piece is claimed by one atomic addition,
 * and whoever comes past the mapped end extends file and mapping (doing it
 * twice at once is harmless: both map the same bytes of the same file).
 *
 * Context of all: signal.
 */
#ifndef PROF_RUNTIME_ARENA_H
#define PROF_RUNTIME_ARENA_H

#include "lib/runtime/signal/rt.h"

enum arena_state {
	ARENA_UNBORN = 0, /* no file yet */
	ARENA_MAKING = 1, /* some thread is making it */
	ARENA_OPEN = 2,
	ARENA_FAILED = 3, /* warned; nothing will be recorded */
	ARENA_CLOSED = 4  /* written and compressed */
};

/* Bytes before an arena that can be read, and are zeros: hooks look at the
 * neighbours of a node before they know that it is one. */
#define ARENA_FRONT ARENA_PAGE

/* In memory that fork wipes: a child sees an unborn arena. */
struct arena {
	atomic_uint state;	 /* enum arena_state */
	char *base;		 /* of the mapping; byte 0 of the file */
	uint64_t reserve;	 /* bytes of address space from base */
	_Atomic uint64_t mapped; /* bytes that may be touched */
	uint64_t device, inode;	 /* of the file, to know it again */
	atomic_uint thread_serials;
	char path[RT_PATH_MAX]; /* empty: without a file (arena_detach) */
};

extern struct arena *arena RT_HIDDEN;

static inline struct arena_header *arena_head(void)
{
	return (struct arena_header *)arena->base;
}

static inline bool arena_is_ours(void)
{
	return arena->path[0] != '\0';
}

/* Reserve memory for the arena's own state. False: out of memory. */
bool arena_prepare(void);

/* Whether the file is there, after making it where nothing was tried yet. */
bool arena_ready(void);

/* Whether children have the arena's state as it is; else it is zeros there. */
void arena_keep_in_child(bool kept);

/* Make zeros of it, in a child that should have found them. */
void arena_wipe(void);

/* In a child that has it: a copy of the arena takes its place, without a file,
 * which cannot grow. False: no memory; the place is the parent's. */
bool arena_detach(void);

/* A chunk of SIZE bytes (rounded up to pages) of KIND, all zero but for its
 * header, of which `used` is set to the header's size. NULL, and LOSS
 * counted: the file cannot grow. */
struct arena_chunk *arena_claim(enum arena_chunk_kind kind, uint64_t size,
				uint32_t owner, enum arena_loss loss);

/* Count one loss in the file; without a file it is forgotten. */
void arena_lose(enum arena_loss loss);

static inline uint32_t arena_position(const void *p)
{
	return (uint32_t)(((uintptr_t)p - (uintptr_t)arena->base) / ARENA_UNIT);
}

#endif
