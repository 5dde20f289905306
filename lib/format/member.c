#include "lib/format/member.h"

#include <string.h>

/* RFC 1952, 2.3: ten bytes, then what the flags announce. */
#define HEAD_SIZE  10
#define FLAG_EXTRA 0x04
#define FLAG_NAME  0x08
#define VALUE_SIZE 8

static const uint8_t id[2] = { 'P', 'R' };

static uint64_t get(const uint8_t *bytes, int count)
{
	uint64_t value = 0;

	while (count-- > 0)
		value = value << 8 | bytes[count];
	return value;
}

/* The size in the subfields of the extra field; 0 where it is not there. */
static uint64_t find_size(const uint8_t *extra, size_t size)
{
	while (size >= 4) {
		size_t length = (size_t)get(extra + 2, 2);

		if (length > size - 4)
			return 0;
		if (!memcmp(extra, id, sizeof(id)) && length == VALUE_SIZE)
			return get(extra + 4, VALUE_SIZE);
		extra += 4 + length;
		size -= 4 + length;
	}
	return 0;
}

bool member_read(const uint8_t *bytes, size_t size, struct member *member)
{
	size_t at = HEAD_SIZE, length;
	uint8_t flags;

	memset(member, 0, sizeof(*member));
	if (size < HEAD_SIZE || bytes[0] != 0x1f || bytes[1] != 0x8b ||
	    bytes[2] != 8)
		return false;
	flags = bytes[3];
	if (flags & FLAG_EXTRA) {
		if (size - at < 2)
			return false;
		length = (size_t)get(bytes + at, 2);
		at += 2;
		if (length > size - at)
			return false;
		member->size = find_size(bytes + at, length);
		at += length;
	}
	if (flags & FLAG_NAME) {
		length = strnlen((const char *)bytes + at, size - at);
		if (length == size - at)
			return false;
		if (length > MEMBER_NAME_MAX)
			length = MEMBER_NAME_MAX;
		memcpy(member->name, bytes + at, length);
	}
	return true;
}

void member_extra(uint8_t extra[MEMBER_EXTRA_SIZE])
{
	memset(extra, 0, MEMBER_EXTRA_SIZE);
	memcpy(extra, id, sizeof(id));
	extra[2] = VALUE_SIZE;
}

void member_set_size(uint8_t *bytes, uint64_t size)
{
	for (int i = 0; i < VALUE_SIZE; i++)
		bytes[MEMBER_SIZE_AT + i] = (uint8_t)(size >> (8 * i));
}
