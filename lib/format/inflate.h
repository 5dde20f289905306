/* inflate.h - gzip bytes back into a profile's bytes.
 *
 * Trusts nothing: a small input cannot ask for much memory unless it really
 * inflates to that much, and never more than INFLATE_LIMIT.
 */
#ifndef PROF_FORMAT_INFLATE_H
#define PROF_FORMAT_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INFLATE_LIMIT (UINT64_C(16) << 30)

enum inflate_status {
	INFLATE_OK = 0,
	INFLATE_TRUNCATED, /* the input ends before the gzip stream does */
	INFLATE_CORRUPT,   /* not gzip, or a checksum or length differs */
	INFLATE_TRAILING,  /* something follows the gzip stream */
	INFLATE_OTHER,	   /* well, but it does not start with the magic */
	INFLATE_TOO_BIG,   /* more than INFLATE_LIMIT */
	INFLATE_NO_MEMORY
};

struct inflated {
	uint8_t *bytes; /* free() it, also after a failure; may be NULL */
	size_t size;	/* what was inflated before any failure */
	enum inflate_status status;
	size_t offset;	    /* in the input, where it failed */
	const char *reason; /* static text, NULL when OK */
};

/* Whether BYTES start as gzip does. */
bool inflate_is_gzip(const uint8_t *bytes, size_t size);

/* Inflate SIZE BYTES, one gzip member. Stops early with INFLATE_OTHER where the
 * result does not begin with MAGIC_SIZE bytes MAGIC. */
struct inflated inflate_gzip(const uint8_t *bytes, size_t size,
			     const void *magic, size_t magic_size);

#endif
