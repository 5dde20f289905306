/* member.h - the head of one gzip member, of the several in a merged profile.
 *
 * A merged profile is the gzipped profiles of those who contributed, one after
 * the other, which RFC 1952 allows. Each says in its head, in the fields that
 * gzip has for this, what its file was called, and how long the member is: so
 * that a damaged one can be stepped over.
 */
#ifndef PROF_FORMAT_MEMBER_H
#define PROF_FORMAT_MEMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The extra field: "PR", 8 (two bytes), the member's whole size. It is the
 * first subfield, so its value lies at a fixed place. */
#define MEMBER_SIZE_AT	  16
#define MEMBER_EXTRA_SIZE 12

#define MEMBER_NAME_MAX 255

struct member {
	uint64_t size; /* of the whole member, as its head says; 0 unknown */
	char name[MEMBER_NAME_MAX + 1]; /* "" where it has none */
};

/* Read the head of the member that starts BYTES. False where it is no whole
 * gzip head. Whether the size is true is for the caller to see. */
bool member_read(const uint8_t *bytes, size_t size, struct member *member);

/* Fill the extra field for a member whose size is not known yet. */
void member_extra(uint8_t extra[MEMBER_EXTRA_SIZE]);

/* Enter SIZE in the head at BYTES, which was made with member_extra's field. */
void member_set_size(uint8_t *bytes, uint64_t size);

#endif
