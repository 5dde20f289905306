#include "lib/format/inflate.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define FIRST_BYTES ((size_t)64 << 10)
#define PIECE_BYTES ((size_t)1 << 30) /* zlib counts in unsigned int */
#define WINDOW_GZIP (15 + 16)	      /* largest window, gzip wrapping only */
#define BEST_RATIO  1100	      /* deflate cannot do better than 1032 */

bool inflate_is_gzip(const uint8_t *bytes, size_t size)
{
	return size >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

static bool fail(struct inflated *r, enum inflate_status status,
		 const char *reason)
{
	r->status = status;
	r->reason = reason;
	return false;
}

/* Room for more output. Doubles, so a bomb pays for each byte it takes. */
static bool make_room(struct inflated *r, size_t *capacity, size_t input_size)
{
	uint64_t limit = (uint64_t)input_size * BEST_RATIO + FIRST_BYTES;
	size_t want = *capacity ? *capacity * 2 : FIRST_BYTES;
	uint8_t *bytes;

	if (r->size < *capacity)
		return true;
	if (limit > INFLATE_LIMIT)
		limit = INFLATE_LIMIT;
	if (want > limit)
		want = limit;
	if (want <= *capacity)
		return fail(r, INFLATE_TOO_BIG, "inflates to more than 16 GiB");
	bytes = realloc(r->bytes, want);
	if (!bytes)
		return fail(r, INFLATE_NO_MEMORY, "out of memory");
	r->bytes = bytes;
	*capacity = want;
	return true;
}

static bool check_magic(struct inflated *r, const void *magic,
			size_t magic_size)
{
	if (r->size >= magic_size && memcmp(r->bytes, magic, magic_size))
		return fail(r, INFLATE_OTHER, "gzip of something else");
	return true;
}

/* One call of zlib. False at the end of the stream or of our patience. */
static bool step(z_stream *z, struct inflated *r, size_t capacity,
		 const uint8_t *end)
{
	size_t in = (size_t)(end - z->next_in);
	size_t out = capacity - r->size;
	int code;

	z->avail_in = in < PIECE_BYTES ? in : PIECE_BYTES;
	z->avail_out = out < PIECE_BYTES ? out : PIECE_BYTES;
	out = z->avail_out;
	z->next_out = r->bytes + r->size;
	code = inflate(z, Z_NO_FLUSH);
	r->size += out - z->avail_out;
	switch (code) {
	case Z_OK:
		return true;
	case Z_STREAM_END:
		return false;
	case Z_BUF_ERROR:
		return fail(r, INFLATE_TRUNCATED, "the gzip stream is cut off");
	case Z_MEM_ERROR:
		return fail(r, INFLATE_NO_MEMORY, "out of memory");
	default:
		return fail(r, INFLATE_CORRUPT,
			    z->msg ? z->msg : "damaged gzip data");
	}
}

struct inflated inflate_gzip(const uint8_t *bytes, size_t size,
			     const void *magic, size_t magic_size)
{
	struct inflated r = { 0 };
	const uint8_t *end = bytes + size;
	z_stream z = { .next_in = (uint8_t *)bytes };
	size_t capacity = 0;

	if (inflateInit2(&z, WINDOW_GZIP) != Z_OK) {
		fail(&r, INFLATE_NO_MEMORY, "out of memory");
		return r;
	}
	while (make_room(&r, &capacity, size) && step(&z, &r, capacity, end) &&
	       check_magic(&r, magic, magic_size))
		;
	r.offset = (size_t)(z.next_in - bytes);
	if (r.status == INFLATE_OK && check_magic(&r, magic, magic_size) &&
	    r.offset < size)
		fail(&r, INFLATE_TRAILING, "data after the gzip stream");
	inflateEnd(&z);
	return r;
}
