#include "lib/runtime/signal/cfi.h"

#include "lib/runtime/signal/cfi_parts.h"

#include <dwarf.h>

enum {
	PAIR = 8,	 /* bytes of an entry of the search table */
	FORMAT = 0x0f,	 /* of an encoding: how a value is stored, */
	RELATIVE = 0x70, /* and to what it is relative */
	TABLE_ENCODING = DW_EH_PE_datarel | DW_EH_PE_sdata4
};

static uint64_t take_value(struct cfi_cursor *c, uint8_t format)
{
	switch (format) {
	case DW_EH_PE_absptr:
	case DW_EH_PE_udata8:
	case DW_EH_PE_sdata8:
		return cfi_take_u64(c);
	case DW_EH_PE_udata4:
		return cfi_take_u32(c);
	case DW_EH_PE_sdata4:
		return (uint64_t)(int64_t)(int32_t)cfi_take_u32(c);
	case DW_EH_PE_udata2:
		return cfi_take_u16(c);
	case DW_EH_PE_sdata2:
		return (uint64_t)(int64_t)(int16_t)cfi_take_u16(c);
	case DW_EH_PE_uleb128:
		return cfi_take_uleb(c);
	case DW_EH_PE_sleb128:
		return (uint64_t)cfi_take_sleb(c);
	default:
		c->failed = true;
		return 0;
	}
}

uintptr_t cfi_take_pointer(struct cfi_cursor *c, uint8_t encoding,
			   uintptr_t base)
{
	uintptr_t here = c->at;
	uint64_t value = take_value(c, encoding & FORMAT);

	if (encoding & DW_EH_PE_indirect)
		return 0;
	switch (encoding & RELATIVE) {
	case DW_EH_PE_absptr:
		return value;
	case DW_EH_PE_pcrel:
		return here + value;
	case DW_EH_PE_datarel:
		if (base)
			return base + value;
		break;
	default:
		break;
	}
	c->failed = true;
	return 0;
}

/* A version byte, three encodings, where .eh_frame is, how long the table is,
 * and the table. Linkers write it in one way, and only that is read. */
uintptr_t cfi_open(struct cfi_module *m, uintptr_t header, uintptr_t end)
{
	const uint8_t *first = (const uint8_t *)header;
	struct cfi_cursor c = { header + 4, end, false };
	uintptr_t frame;

	if (end < header || end - header < 4 || first[0] != 1 ||
	    first[2] == DW_EH_PE_omit || first[3] != TABLE_ENCODING)
		return 0;
	frame = cfi_take_pointer(&c, first[1], header);
	m->header = header;
	m->count = (uint32_t)cfi_take_pointer(&c, first[2], header);
	m->table = c.at;
	if (c.failed || !m->count || m->count > (c.end - c.at) / PAIR)
		return 0;
	return frame;
}

static int32_t pair_pc(const struct cfi_module *m, uint32_t i)
{
	return *(const int32_t *)(m->table + (uint64_t)i * PAIR);
}

/* Number of the last entry that begins at or before PC; the first one may begin
 * after it. */
static uint32_t search(const struct cfi_module *m, uintptr_t pc)
{
	int64_t wanted = (int64_t)(pc - m->header);
	uint32_t low = 0, high = m->count;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (pair_pc(m, middle) <= wanted)
			low = middle;
		else
			high = middle;
	}
	return low;
}

bool cfi_begins(const struct cfi_module *m, uintptr_t pc)
{
	return m->count &&
	       pair_pc(m, search(m, pc)) == (int64_t)(pc - m->header);
}

/* Where the entry itself is. */
static uintptr_t pair_entry(const struct cfi_module *m, uint32_t i)
{
	int32_t offset = *(const int32_t *)(m->table + 4 + (uint64_t)i * PAIR);

	return m->header + (uintptr_t)(intptr_t)offset;
}

/* Enter the record at AT: C is what it holds after its length. */
static bool enter(const struct cfi_module *m, uintptr_t at,
		  struct cfi_cursor *c)
{
	uint64_t length;

	if (at < m->start || at >= m->end)
		return false;
	*c = (struct cfi_cursor){ at, m->end, false };
	length = cfi_take_u32(c);
	if (length == UINT32_MAX)
		length = cfi_take_u64(c);
	if (c->failed || length < 4 || length > c->end - c->at)
		return false;
	c->end = c->at + length;
	return true;
}

/* The letters after the z of an augmentation say what its data are. */
static bool take_augmentation(struct cfi_cursor *c, const char *letters,
			      struct cfi_entry *entry)
{
	uint64_t size = cfi_take_uleb(c);
	uintptr_t end;

	if (!cfi_can_take(c, size))
		return false;
	end = c->at + size;
	for (; *letters; letters++) {
		switch (*letters) {
		case 'R':
			entry->encoding = cfi_take_u8(c);
			break;
		case 'P':
			(void)take_value(c, cfi_take_u8(c) & FORMAT);
			break;
		case 'L':
			cfi_skip(c, 1);
			break;
		case 'S':
			entry->signal_frame = true;
			break;
		default:
			/* What follows is not known, but how long it is. */
			letters = "\0";
			break;
		}
		if (!*letters)
			break;
	}
	if (c->failed || c->at > end)
		return false;
	c->at = end;
	return true;
}

/* Read the common part at AT. */
static bool read_common(const struct cfi_module *m, uintptr_t at,
			struct cfi_entry *entry)
{
	struct cfi_cursor *c = &entry->common;
	const char *letters;
	uint8_t version;

	if (!enter(m, at, c) || cfi_take_u32(c) != 0)
		return false;
	version = cfi_take_u8(c);
	letters = (const char *)c->at;
	while (cfi_take_u8(c))
		;
	if (c->failed || (version != 1 && version != 3))
		return false;
	entry->code_factor = cfi_take_uleb(c);
	entry->data_factor = cfi_take_sleb(c);
	if ((version == 1 ? cfi_take_u8(c) : cfi_take_uleb(c)) != CFI_RA)
		return false;
	entry->encoding = DW_EH_PE_absptr;
	entry->signal_frame = false;
	entry->augmented = *letters == 'z';
	if (entry->augmented ? !take_augmentation(c, letters + 1, entry)
			     : *letters != '\0')
		return false;
	return !c->failed;
}

/* Read the entry at AT and its common part. */
static RT_APART bool read_entry(const struct cfi_module *m, uintptr_t at,
				struct cfi_entry *entry)
{
	struct cfi_cursor *c = &entry->own;
	uintptr_t here;
	uint32_t back;

	if (!enter(m, at, c))
		return false;
	here = c->at;
	back = cfi_take_u32(c); /* from here to the common part */
	if (!back || !read_common(m, here - back, entry))
		return false;
	entry->pc_start = cfi_take_pointer(c, entry->encoding, m->header);
	entry->pc_size = take_value(c, entry->encoding & FORMAT);
	if (entry->augmented)
		cfi_skip(c, cfi_take_uleb(c));
	return !c->failed;
}

enum cfi_status cfi_rules_at(const struct cfi_module *m, uintptr_t pc,
			     struct cfi_work *work)
{
	uint32_t i = search(m, pc);
	struct cfi_entry *entry = &work->entry;

	if (pair_pc(m, i) > (int64_t)(pc - m->header))
		return CFI_NONE;
	if (!read_entry(m, pair_entry(m, i), entry))
		return CFI_BAD;
	if (pc - entry->pc_start >= entry->pc_size)
		return CFI_NONE;
	work->signal_frame = entry->signal_frame;
	return cfi_run(entry, pc, work) ? CFI_FOUND : CFI_BAD;
}
