/* profile_read.c - the bytes of a profile, from a file that may still grow. */
#include "lib/analysis/profile_parts.h"
#include "lib/base/array.h"
#include "lib/format/inflate.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Positions are 32-bit numbers of units. */
#define FILE_LIMIT ((UINT64_C(1) << 32) * ARENA_UNIT)

/* How often to read a chunk's header again that changes all the time. */
#define HEADER_TRIES 1000

/* A file being read: its bytes, and the chunks that the cut holds. */
struct reading {
	const char *path;
	int fd;
	uint8_t *bytes;
	size_t size, capacity;
	struct arena_chunk *chunks;
	size_t chunk_count, chunk_capacity;
	uint64_t bound; /* the cut holds chunks below this */
	struct error *err;
};

static bool system_error(const struct reading *r, const char *what)
{
	return error_set(r->err,
			 errno == ENOENT ? ERROR_NOT_FOUND : ERROR_SYSTEM,
			 "%s: %s: %s", r->path, what, strerror(errno));
}

static bool no_memory(const struct reading *r)
{
	return error_set(r->err, ERROR_MEMORY, "%s: out of memory", r->path);
}

/* Open a regular file. Nothing here may block: a FIFO without a writer would
 * without O_NONBLOCK. */
static bool open_regular(struct reading *r, struct stat *st)
{
	r->fd = open(r->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (r->fd < 0)
		return system_error(r, "cannot open");
	if (fstat(r->fd, st) < 0)
		return system_error(r, "cannot stat");
	if (S_ISDIR(st->st_mode))
		return error_set(r->err, ERROR_FORMAT,
				 "%s: is a directory, not a profile", r->path);
	if (!S_ISREG(st->st_mode))
		return error_set(r->err, ERROR_FORMAT, "%s: not a regular file",
				 r->path);
	if (st->st_size == 0)
		return error_set(r->err, ERROR_FORMAT, "%s: empty file",
				 r->path);
	if ((uint64_t)st->st_size > FILE_LIMIT)
		return error_set(r->err, ERROR_FORMAT,
				 "%s: larger than a profile can be (64 GiB)",
				 r->path);
	return true;
}

/* Read up to SIZE bytes at OFFSET; *GOT of them were there. */
static bool read_at(const struct reading *r, void *to, size_t size,
		    uint64_t offset, size_t *got)
{
	*got = 0;
	while (*got < size) {
		ssize_t n = pread(r->fd, (char *)to + *got, size - *got,
				  (off_t)(offset + *got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return system_error(r, "cannot read");
		if (n == 0)
			break;
		*got += (size_t)n;
	}
	return true;
}

/* Read everything. EXPECTED is what fstat said; the file may have changed. */
static bool read_all(struct reading *r, uint64_t expected)
{
	size_t want = (size_t)expected + 1, got;
	uint8_t *bytes;

	for (;;) {
		bytes = array_grow(r->bytes, &r->capacity, want, 1);
		if (!bytes)
			return no_memory(r);
		r->bytes = bytes;
		if (!read_at(r, bytes + r->size, want - r->size, r->size, &got))
			return false;
		r->size += got;
		if (r->size < want)
			return true;
		if (r->size > FILE_LIMIT)
			return error_set(r->err, ERROR_FORMAT,
					 "%s: grew beyond 64 GiB", r->path);
		want += want / 8 + ARENA_PAGE;
	}
}

/* Whether the file starts as an arena that somebody could still write to, and
 * where its header says that the next chunk will start: *BOUND is the largest
 * number where that makes no sense. */
static bool read_header(const struct reading *r, bool *live, uint64_t *bound)
{
	struct arena_header header;
	size_t got;

	if (!read_at(r, &header, sizeof(header), 0, &got))
		return false;
	*bound = UINT64_MAX;
	*live = got == sizeof(header) &&
		!memcmp(header.magic, ARENA_MAGIC, sizeof(header.magic)) &&
		header.end == ARENA_END_NONE;
	if (*live && header.used_bytes >= ARENA_PAGE &&
	    header.used_bytes % ARENA_PAGE == 0)
		*bound = header.used_bytes;
	return true;
}

/* The chunk header at AT, as it stood at some instant. A copy made while the
 * process stores to it may mix bytes of the old and the new number; two copies
 * that agree do not. *GOT is false where the file ends before. */
static bool read_chunk(const struct reading *r, uint64_t at,
		       struct arena_chunk *chunk, bool *got)
{
	struct arena_chunk again;
	size_t size;

	if (!read_at(r, chunk, sizeof(*chunk), at, &size))
		return false;
	for (int i = 0; i < HEADER_TRIES && size == sizeof(*chunk); i++) {
		if (!read_at(r, &again, sizeof(again), at, &size))
			return false;
		if (!memcmp(&again, chunk, sizeof(again)))
			break;
		*chunk = again;
	}
	*got = size == sizeof(*chunk);
	return true;
}

/* Note the chunks that are whole now, of those that were claimed when the
 * bound was read. Without it the list could hold a chunk that came while we
 * walked, but not its thread's one before, which came when we had passed.
 * Damage is for profile_scan_chunks to report: what cannot be a chunk is
 * stepped over here. */
static bool list_chunks(struct reading *r)
{
	struct arena_chunk chunk, *chunks;
	enum error_code code;
	uint64_t at = ARENA_PAGE;
	struct stat st;
	bool got;

	if (fstat(r->fd, &st) < 0)
		return system_error(r, "cannot stat");
	while (at < (uint64_t)st.st_size && at < r->bound) {
		if (!read_chunk(r, at, &chunk, &got))
			return false;
		if (!got)
			return true;
		if (profile_chunk_fault(&chunk, at, (uint64_t)st.st_size,
					&code)) {
			at += ARENA_PAGE;
			continue;
		}
		chunks = array_grow(r->chunks, &r->chunk_capacity,
				    r->chunk_count + 1, sizeof(*chunks));
		if (!chunks)
			return no_memory(r);
		r->chunks = chunks;
		chunks[r->chunk_count++] = chunk;
		at += chunk.size;
	}
	return true;
}

/* How much of each chunk is in use, last chunk first. A node's parent was
 * published before it, and lies before it or in a chunk before its own; so
 * reading in this order sees the parent of every node seen. */
static bool list_used(struct reading *r)
{
	bool got;

	for (size_t i = r->chunk_count; i-- > 0;) {
		struct arena_chunk *c = &r->chunks[i];
		struct arena_chunk now;
		enum error_code code;

		if (!read_chunk(r, c->offset, &now, &got))
			return false;
		if (got && !profile_chunk_fault(&now, c->offset,
						c->offset + c->size, &code))
			*c = now;
	}
	return true;
}

/* Make the bytes, read after the list, show what the list says and no more:
 * chunks that came later become unclaimed pages. LATER is the bound after all
 * was read. Where it did not move, nothing was claimed meanwhile, and a chunk
 * beyond it says that the header is wrong: that chunk stays. */
static void cut_bytes(struct reading *r, uint64_t later)
{
	uint64_t at = ARENA_PAGE, end = r->size;
	struct arena_chunk chunk;
	enum error_code code;
	size_t i = 0;

	if (later == r->bound && later < end)
		end = later;
	while (at + sizeof(chunk) <= end) {
		while (i < r->chunk_count && r->chunks[i].offset < at)
			i++;
		memcpy(&chunk, r->bytes + at, sizeof(chunk));
		if (i < r->chunk_count && r->chunks[i].offset == at) {
			chunk = r->chunks[i];
			memcpy(r->bytes + at, &chunk, sizeof(chunk));
			at += chunk.size;
			continue;
		}
		chunk.used = sizeof(chunk); /* may be half stored */
		if (profile_chunk_fault(&chunk, at, r->size, &code)) {
			at += ARENA_PAGE;
			continue;
		}
		memset(r->bytes + at, 0, chunk.size);
		at += chunk.size;
	}
}

static bool read_bytes(struct reading *r)
{
	struct stat st;
	uint64_t later;
	bool live, still;

	if (!open_regular(r, &st) || !read_header(r, &live, &r->bound))
		return false;
	if (live && (!list_chunks(r) || !list_used(r)))
		return false;
	if (!read_all(r, (uint64_t)st.st_size))
		return false;
	if (live) {
		/* From the file: in the bytes it is older than the chunks. */
		if (!read_header(r, &still, &later))
			return false;
		cut_bytes(r, still ? later : UINT64_MAX);
	}
	return true;
}

/* FIRST bytes as text for a message: quoted where printable, else in hex. */
static void show_start(char *to, size_t room, const uint8_t *bytes, size_t size)
{
	size_t n = size < 8 ? size : 8, used = 0;
	bool text = true;

	for (size_t i = 0; i < n; i++)
		text = text && bytes[i] < 0x80 &&
		       (isprint(bytes[i]) || bytes[i] == '\n');
	if (text)
		to[used++] = '"';
	for (size_t i = 0; i < n && used + 4 < room; i++) {
		if (text && bytes[i] == '\n')
			break;
		used += (size_t)snprintf(to + used, room - used,
					 text ? "%c"
					 : i  ? " %02x"
					      : "%02x",
					 bytes[i]);
	}
	if (text)
		to[used++] = '"';
	to[used] = '\0';
}

bool profile_check_magic(const char *name, const uint8_t *bytes, size_t size,
			 struct error *err)
{
	static const uint8_t as_text[] = { 0x89, 'P', 'R', 'F', '\n' };
	char start[64];

	if (size == 0)
		return error_set(err, ERROR_FORMAT, "%s: empty file", name);
	if (size >= 8 && !memcmp(bytes, ARENA_MAGIC, 8))
		return true;
	if (size < 8 && !memcmp(bytes, ARENA_MAGIC, size))
		return error_set(err, ERROR_TRUNCATED,
				 "%s: only %zu bytes of a profile", name, size);
	if (size >= sizeof(as_text) && !memcmp(bytes, as_text, sizeof(as_text)))
		return error_set(err, ERROR_FORMAT,
				 "%s: damaged by a transfer as text", name);
	show_start(start, sizeof(start), bytes, size);
	return error_set(err, ERROR_FORMAT,
			 "%s: not a libprof profile (starts with %s)", name,
			 start);
}

static bool unpack_error(const char *name, size_t at, const struct inflated *in,
			 struct error *err)
{
	enum error_code code = ERROR_FORMAT;

	if (in->status == INFLATE_OTHER)
		return error_set(err, code,
				 "%s: not a libprof profile (gzip of something "
				 "else)",
				 name);
	if (in->status == INFLATE_TRUNCATED)
		code = ERROR_TRUNCATED;
	else if (in->status == INFLATE_NO_MEMORY)
		code = ERROR_MEMORY;
	return error_set(err, code, "%s: compressed byte %zu: %s", name,
			 at + in->offset, in->reason);
}

static bool can_salvage(const struct inflated *in)
{
	return in->size > 0 && (in->status == INFLATE_TRUNCATED ||
				in->status == INFLATE_CORRUPT ||
				in->status == INFLATE_TRAILING);
}

bool profile_unpack(const char *name, const uint8_t *bytes, size_t size,
		    size_t at, bool salvage, struct profile_bytes *out,
		    struct error *err)
{
	struct inflated in = inflate_gzip(bytes, size, ARENA_MAGIC, 8);

	*out = (struct profile_bytes){ .compressed = true, .file_bytes = size };
	/* What follows may be the next one: it says so. */
	if (in.status == INFLATE_TRAILING &&
	    inflate_is_gzip(bytes + in.offset, size - in.offset)) {
		in.status = INFLATE_OK;
		out->file_bytes = in.offset;
	}
	if (in.status != INFLATE_OK && !(salvage && can_salvage(&in))) {
		unpack_error(name, at, &in, err);
		free(in.bytes);
		return false;
	}
	if (in.status != INFLATE_OK &&
	    asprintf(&out->warning, "compressed byte %zu: %s", at + in.offset,
		     in.reason) < 0)
		out->warning = NULL;
	out->bytes = in.bytes;
	out->size = in.size;
	return true;
}

bool profile_read(const char *path, uint8_t **bytes, size_t *size,
		  struct error *err)
{
	struct reading r = { .path = path, .fd = -1, .err = err };
	bool ok = read_bytes(&r);

	if (ok) {
		*bytes = r.bytes;
		*size = r.size;
		r.bytes = NULL;
	}
	if (r.fd >= 0)
		close(r.fd);
	free(r.bytes);
	free(r.chunks);
	return ok;
}
