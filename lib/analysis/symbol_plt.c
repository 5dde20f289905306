/* symbol_plt.c - names for the stubs through which an object calls others
 *
 * A stub jumps through a slot that the dynamic linker fills, and a relocation
 * says with which function: so the stubs are decoded, not counted, and it does
 * not matter how the linker arranged them.
 */

#include "lib/analysis/symbol_table.h"
#include "lib/base/array.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The function that the slot at an address will hold. */
struct slot {
	uint64_t address;
	const char *name;
};

struct slots {
	struct slot *list; /* by address */
	size_t count, capacity;
	/* Of those filled when first called, in the file's order. */
	const char **lazy;
	size_t lazy_count, lazy_capacity;
};

static bool fills_slot(const struct symbol_elf *o, uint64_t info, bool *lazy)
{
	uint64_t type = GELF_R_TYPE(info);

	switch (o->header.e_machine) {
	case EM_X86_64:
		*lazy = type == R_X86_64_JUMP_SLOT;
		return *lazy || type == R_X86_64_GLOB_DAT;
	case EM_AARCH64:
		*lazy = type == R_AARCH64_JUMP_SLOT;
		return *lazy || type == R_AARCH64_GLOB_DAT;
	default:
		return false;
	}
}

static void add_slot(struct slots *s, uint64_t address, const char *name,
		     bool lazy)
{
	struct slot *list =
		array_grow(s->list, &s->capacity, s->count + 1, sizeof(*list));
	const char **names;

	if (!list)
		return;
	s->list = list;
	list[s->count++] = (struct slot){ address, name };
	if (!lazy)
		return;
	names = array_grow(s->lazy, &s->lazy_capacity, s->lazy_count + 1,
			   sizeof(*names));
	if (!names)
		return;
	s->lazy = names;
	names[s->lazy_count++] = name;
}

static void read_relocations(struct slots *s, struct symbol_elf *object,
			     Elf_Scn *section, const GElf_Shdr *header)
{
	Elf_Data *data = elf_getdata(section, NULL);
	Elf_Scn *symbols = elf_getscn(object->elf, header->sh_link);
	GElf_Shdr symbols_header;
	Elf_Data *symbols_data;
	GElf_Rela r;
	GElf_Sym sym;

	if (!data || !symbols || !gelf_getshdr(symbols, &symbols_header) ||
	    symbols_header.sh_type != SHT_DYNSYM)
		return;
	symbols_data = elf_getdata(symbols, NULL);
	for (int i = 0; symbols_data && gelf_getrela(data, i, &r); i++) {
		const char *name;
		bool lazy;

		if (!fills_slot(object, r.r_info, &lazy) ||
		    !gelf_getsym(symbols_data, (int)GELF_R_SYM(r.r_info), &sym))
			continue;
		name = elf_strptr(object->elf, symbols_header.sh_link,
				  sym.st_name);
		if (name && *name)
			add_slot(s, r.r_offset, name, lazy);
	}
}

static int by_address(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;

	return (x->address > y->address) - (x->address < y->address);
}

static const char *slot_name(const struct slots *s, uint64_t address)
{
	const struct slot key = { address, NULL };
	const struct slot *found = NULL;

	if (s->count)
		found = bsearch(&key, s->list, s->count, sizeof(key),
				by_address);
	return found ? found->name : NULL;
}

static int32_t signed32(const uint8_t *p)
{
	int32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* x86-64: [endbr64] [bnd] jmp *slot(%rip), or the part of a lazy stub that
 * pushes the number of its relocation. */
static const char *x86_target(const struct slots *s, const uint8_t *p,
			      size_t size, uint64_t address)
{
	size_t i = 0;
	uint32_t number;

	if (size >= 4 && !memcmp(p, "\xf3\x0f\x1e\xfa", 4))
		i = 4;
	if (i < size && p[i] == 0xf2)
		i++;
	if (size < i + 5)
		return NULL;
	if (p[i] == 0x68) {
		number = (uint32_t)signed32(p + i + 1);
		return number < s->lazy_count ? s->lazy[number] : NULL;
	}
	if (size < i + 6 || p[i] != 0xff || p[i + 1] != 0x25)
		return NULL;
	return slot_name(s, address + i + 6 +
				    (uint64_t)(int64_t)signed32(p + i + 2));
}

/* AArch64: [bti c] adrp x16, page; ldr x17, [x16, #offset]. */
static const char *aarch64_target(const struct slots *s, const uint8_t *p,
				  size_t size, uint64_t address)
{
	for (size_t i = 0; i + 8 <= size && i <= 4; i += 4) {
		uint32_t adrp = (uint32_t)signed32(p + i);
		uint32_t ldr = (uint32_t)signed32(p + i + 4);
		uint64_t page;

		if ((adrp & 0x9f00001f) != 0x90000010 ||
		    (ldr & 0xffc003ff) != 0xf9400211)
			continue;
		page = (uint64_t)((adrp >> 5 & 0x7ffff) << 2 |
				  (adrp >> 29 & 3));
		page = (page ^ 0x100000) - 0x100000;
		return slot_name(s, ((address + i) & ~UINT64_C(4095)) +
					    (page << 12) +
					    (uint64_t)(ldr >> 10 & 0xfff) * 8);
	}
	return NULL;
}

static void read_stubs(struct symbol_table *symbols, struct symbol_elf *object,
		       const struct slots *slots, const char *section,
		       struct symbol_store *store)
{
	bool x86 = object->header.e_machine == EM_X86_64;
	struct symbol_bytes code = symbol_elf_section(object, section);
	GElf_Shdr header;
	size_t step = 16;
	char name[512];

	if (!code.data || !symbol_elf_find(object, section, &header))
		return;
	if (x86 && (header.sh_entsize == 8 || header.sh_entsize == 16))
		step = header.sh_entsize;
	for (size_t at = 0; at + 8 <= code.size; at += step) {
		size_t size = code.size - at < step ? code.size - at : step;
		uint64_t address = header.sh_addr + at;
		const char *target =
			x86 ? x86_target(slots, code.data + at, size, address)
			    : aarch64_target(slots, code.data + at, size,
					     address);
		struct symbol_entry symbol = { address, address + size, section,
					       0, true };

		if (target) {
			snprintf(name, sizeof(name), "%s@plt", target);
			symbol.name = symbol_store_string(store, name);
		}
		if (symbol.name)
			symbol_table_add(symbols, &symbol);
	}
}

void symbol_plt_read(struct symbol_table *symbols, struct symbol_elf *object,
		     struct symbol_store *store)
{
	struct slots slots = { 0 };
	Elf_Scn *section = NULL;

	if (object->header.e_machine != EM_X86_64 &&
	    object->header.e_machine != EM_AARCH64)
		return;
	while ((section = elf_nextscn(object->elf, section))) {
		GElf_Shdr header;

		if (gelf_getshdr(section, &header) &&
		    header.sh_type == SHT_RELA)
			read_relocations(&slots, object, section, &header);
	}
	if (slots.count)
		qsort(slots.list, slots.count, sizeof(*slots.list), by_address);
	read_stubs(symbols, object, &slots, ".plt", store);
	read_stubs(symbols, object, &slots, ".plt.sec", store);
	read_stubs(symbols, object, &slots, ".plt.got", store);
	free(slots.list);
	free(slots.lazy);
}
