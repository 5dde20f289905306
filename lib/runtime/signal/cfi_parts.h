/* cfi_parts.h - what cfi.c, cfi_program.c and cfi_expression.c share: bytes of
 * unwind information, read with care, and a parsed entry. */
#ifndef PROF_RUNTIME_CFI_PARTS_H
#define PROF_RUNTIME_CFI_PARTS_H

#include "lib/runtime/signal/cfi.h"

#include <string.h>

static inline bool cfi_can_take(struct cfi_cursor *c, uint64_t size)
{
	if (!c->failed && size <= c->end - c->at)
		return true;
	c->failed = true;
	c->at = c->end;
	return false;
}

#define CFI_TAKE(name, type)                                                   \
	static inline type cfi_take_##name(struct cfi_cursor *c)               \
	{                                                                      \
		type value = 0;                                                \
                                                                               \
		if (cfi_can_take(c, sizeof(value))) {                          \
			memcpy(&value, (const void *)c->at, sizeof(value));    \
			c->at += sizeof(value);                                \
		}                                                              \
		return value;                                                  \
	}
CFI_TAKE(u8, uint8_t)
CFI_TAKE(u16, uint16_t)
CFI_TAKE(u32, uint32_t)
CFI_TAKE(u64, uint64_t)
#undef CFI_TAKE

static inline void cfi_skip(struct cfi_cursor *c, uint64_t size)
{
	if (cfi_can_take(c, size))
		c->at += size;
}

/* A number in LEB128, whose last byte has its sign where it IS_SIGNED. */
static inline uint64_t cfi_take_leb(struct cfi_cursor *c, bool is_signed)
{
	uint64_t value = 0;
	unsigned shift = 0;
	uint8_t byte;

	do {
		byte = cfi_take_u8(c);
		if (shift < 64)
			value |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80);
	if (is_signed && shift < 64 && byte & 0x40)
		value |= ~UINT64_C(0) << shift;
	return value;
}

static inline uint64_t cfi_take_uleb(struct cfi_cursor *c)
{
	return cfi_take_leb(c, false);
}

static inline int64_t cfi_take_sleb(struct cfi_cursor *c)
{
	return (int64_t)cfi_take_leb(c, true);
}

/* A pointer in ENCODING (DW_EH_PE_*); BASE is what datarel is relative to, 0:
 * not allowed. One that would have to be looked up in memory is 0. */
uintptr_t cfi_take_pointer(struct cfi_cursor *c, uint8_t encoding,
			   uintptr_t base);

/* Run both programs up to PC. False: they cannot be understood. */
bool cfi_run(struct cfi_entry *entry, uintptr_t pc, struct cfi_work *work);

#endif
