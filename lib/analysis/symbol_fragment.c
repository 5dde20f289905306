#include "lib/analysis/symbol_fragment.h"

#include <dwarf.h>
#include <string.h>

static int32_t signed32(const uint8_t *p)
{
	int32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

bool symbol_fragment_find(struct symbol_elf *object, uint64_t address,
			  uint64_t *low, uint64_t *high)
{
	struct symbol_bytes h = symbol_elf_section(object, ".eh_frame_hdr");
	size_t from = 0, to, count;
	GElf_Shdr header;

	/* The only encodings that linkers write: a 4-byte count, then a table
	 * of (start, entry) as 4-byte offsets from the section. */
	if (h.size < 12 || !symbol_elf_find(object, ".eh_frame_hdr", &header) ||
	    h.data[0] != 1 || h.data[2] != DW_EH_PE_udata4 ||
	    h.data[3] != (DW_EH_PE_datarel | DW_EH_PE_sdata4) ||
	    (h.data[1] & 0x0f) != DW_EH_PE_sdata4)
		return false;
	count = (uint32_t)signed32(h.data + 8);
	if (count > (h.size - 12) / 8)
		return false;
	to = count;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int64_t start = signed32(h.data + 12 + 8 * middle);

		if (header.sh_addr + (uint64_t)start <= address)
			from = middle + 1;
		else
			to = middle;
	}
	if (!from)
		return false;
	*low = header.sh_addr +
	       (uint64_t)(int64_t)signed32(h.data + 12 + 8 * (from - 1));
	*high = object->text_high;
	if (from < count)
		*high = header.sh_addr +
			(uint64_t)(int64_t)signed32(h.data + 12 + 8 * from);
	return *low <= address && address < *high;
}
