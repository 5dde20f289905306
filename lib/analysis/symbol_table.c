#include "lib/analysis/symbol_table.h"

#include "lib/base/array.h"
#include "lib/base/bisect.h"
#include "lib/base/hash.h"

#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RANK_LOCAL = 0, RANK_WEAK = 1, RANK_GLOBAL = 2, RANK_FUNCTION = 4 };

void symbol_table_add(struct symbol_table *symbols,
		      const struct symbol_entry *symbol)
{
	struct symbol_entry *list =
		array_grow(symbols->list, &symbols->capacity,
			   symbols->count + 1, sizeof(*list));

	if (!list)
		return;
	symbols->list = list;
	list[symbols->count++] = *symbol;
}

static uint8_t rank_of(const GElf_Sym *sym)
{
	int type = GELF_ST_TYPE(sym->st_info);
	int binding = GELF_ST_BIND(sym->st_info);
	uint8_t rank = type == STT_NOTYPE ? 0 : RANK_FUNCTION;

	if (binding == STB_GLOBAL || binding == STB_GNU_UNIQUE)
		return rank | RANK_GLOBAL;
	return rank | (binding == STB_LOCAL ? RANK_LOCAL : RANK_WEAK);
}

/* True for what may name code: neither data, nor a file, nor the marks that
 * assemblers for ARM and RISC-V put between code and data. */
static bool names_code(const GElf_Sym *sym, const char *name)
{
	switch (GELF_ST_TYPE(sym->st_info)) {
	case STT_FUNC:
	case STT_GNU_IFUNC:
		break;
	case STT_NOTYPE:
		if (name[0] == '$' && name[1] && (!name[2] || name[2] == '.'))
			return false;
		break;
	default:
		return false;
	}
	return *name && strncmp(name, ".L", 2) != 0;
}

static void take_symbol(struct symbol_table *symbols, const GElf_Sym *sym,
			const char *name, uint64_t section_end)
{
	struct symbol_entry symbol = {
		.low = sym->st_value,
		.high = sym->st_value + sym->st_size,
		.name = name,
		.rank = rank_of(sym),
		.sized = sym->st_size,
	};

	if (symbol.high < symbol.low)
		return;
	if (symbol.high > section_end || !symbol.sized)
		symbol.high = section_end;
	if (symbol.low < symbol.high)
		symbol_table_add(symbols, &symbol);
}

static Elf_Data *find_table(struct symbol_elf *object, uint32_t type,
			    GElf_Shdr *header)
{
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(object->elf, section)))
		if (gelf_getshdr(section, header) && header->sh_type == type)
			return elf_getdata(section, NULL);
	return NULL;
}

/* End of section INDEX where it has code, else 0. */
static uint64_t code_end(struct symbol_elf *object, size_t index)
{
	Elf_Scn *section = elf_getscn(object->elf, index);
	GElf_Shdr header;

	if (!section || !gelf_getshdr(section, &header) ||
	    !(header.sh_flags & SHF_EXECINSTR))
		return 0;
	return header.sh_addr + header.sh_size;
}

bool symbol_table_read(struct symbol_table *symbols, struct symbol_elf *object,
		       uint32_t type)
{
	GElf_Shdr header;
	Elf_Data *data = find_table(object, type, &header);
	size_t count, last = 0;
	uint64_t last_end = 0;

	if (!data || !header.sh_entsize)
		return false;
	count = data->d_size / header.sh_entsize;
	for (size_t i = 1; i < count; i++) {
		GElf_Sym sym;
		const char *name;

		if (!gelf_getsym(data, (int)i, &sym))
			break;
		if (sym.st_shndx == SHN_UNDEF || sym.st_shndx >= SHN_LORESERVE)
			continue;
		name = elf_strptr(object->elf, header.sh_link, sym.st_name);
		if (!name || !names_code(&sym, name))
			continue;
		if (sym.st_shndx != last) {
			last = sym.st_shndx;
			last_end = code_end(object, last);
		}
		if (last_end)
			take_symbol(symbols, &sym, name, last_end);
	}
	return true;
}

static int no_debuginfo(Dwfl_Module *module, void **data, const char *name,
			Dwarf_Addr base, const char *file, const char *link,
			GElf_Word checksum, char **debug)
{
	(void)module, (void)data, (void)name, (void)base;
	(void)file, (void)link, (void)checksum, (void)debug;
	return -1;
}

/* libdwfl is used for nothing else: it knows how to uncompress this section
 * without libprof depending on liblzma itself. */
bool symbol_table_read_mini(struct symbol_table *symbols,
			    struct symbol_elf *object,
			    struct symbol_store *store)
{
	static const Dwfl_Callbacks callbacks = {
		.find_debuginfo = no_debuginfo,
		.section_address = dwfl_offline_section_address,
	};
	struct symbol_bytes section =
		symbol_elf_section(object, ".gnu_debugdata");
	Dwfl *dwfl = section.data ? dwfl_begin(&callbacks) : NULL;
	int fd = dwfl ? fcntl(object->fd, F_DUPFD_CLOEXEC, 0) : -1;
	Dwfl_Module *module = NULL;
	GElf_Addr bias = 0;
	int count = 0;

	if (fd >= 0) {
		module = dwfl_report_offline(dwfl, "", object->path, fd);
		if (!module)
			close(fd);
	}
	if (module && dwfl_module_getelf(module, &bias))
		count = dwfl_module_getsymtab(module);
	for (int i = 1; i < count; i++) {
		GElf_Sym sym;
		const char *name = dwfl_module_getsym(module, i, &sym, NULL);

		if (!name || !names_code(&sym, name) || !sym.st_size ||
		    sym.st_shndx == SHN_UNDEF)
			continue;
		sym.st_value -= bias;
		name = symbol_store_string(store, name);
		if (name)
			take_symbol(symbols, &sym, name, UINT64_MAX);
	}
	if (dwfl)
		dwfl_end(dwfl);
	return count > 1;
}

static size_t underscores(const char *s)
{
	return strspn(s, "_");
}

/* Of equal symbols (aliases) the plainer name is the better one. */
static int by_low(const void *a, const void *b)
{
	const struct symbol_entry *x = a, *y = b;

	if (x->low != y->low)
		return x->low < y->low ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	if (underscores(x->name) != underscores(y->name))
		return underscores(x->name) > underscores(y->name) ? -1 : 1;
	if (strlen(x->name) != strlen(y->name))
		return strlen(x->name) > strlen(y->name) ? -1 : 1;
	return strcmp(y->name, x->name);
}

/* Where the next symbol after entry I starts, or END if that comes first. */
static uint64_t next_start(const struct symbol_table *symbols, size_t i,
			   uint64_t end)
{
	/* By halves: many symbols may share one address. */
	size_t next = bisect_up_to(symbols->list, symbols->count, low,
				   symbols->list[i].low);

	if (next < symbols->count && symbols->list[next].low < end)
		return symbols->list[next].low;
	return end;
}

void symbol_table_sort(struct symbol_table *symbols)
{
	struct symbol_ranges ranges = { 0 };

	if (symbols->count)
		qsort(symbols->list, symbols->count, sizeof(*symbols->list),
		      by_low);
	/* A symbol with a size says what it covers and comes before one
	 * without; else the one that starts last, which is nested in the
	 * others; else the best. A symbol without a size ends where the next
	 * one of any kind starts. */
	for (size_t i = 0; i < symbols->count; i++) {
		struct symbol_entry *s = &symbols->list[i];
		uint64_t priority = i;

		if (s->sized)
			priority |= UINT64_C(1) << 63;
		else
			s->high = next_start(symbols, i, s->high);
		symbol_ranges_add(&ranges, (struct symbol_range){
						   s->low, s->high, priority,
						   (uint32_t)i });
	}
	symbol_segments_build(&symbols->segments, &ranges);
	symbol_ranges_free(&ranges);
}

void symbol_table_free(struct symbol_table *symbols)
{
	free(symbols->list);
	symbol_segments_free(&symbols->segments);
	idmap_free(&symbols->by_name);
	*symbols = (struct symbol_table){ 0 };
}

const struct symbol_entry *symbol_table_find(const struct symbol_table *symbols,
					     uint64_t address)
{
	uint32_t id = symbol_segments_find(&symbols->segments, address, NULL);

	return id == SYMBOL_NONE ? NULL : &symbols->list[id];
}

const struct symbol_entry *symbol_table_at(const struct symbol_table *symbols,
					   uint64_t address)
{
	size_t i = bisect_up_to(symbols->list, symbols->count, low, address);

	if (!i || symbols->list[i - 1].low != address)
		return NULL;
	return &symbols->list[i - 1];
}

const struct symbol_entry *symbol_table_named(struct symbol_table *symbols,
					      const char *name)
{
	const struct symbol_entry *found = NULL;

	if (!symbols->by_name.slots)
		for (size_t i = 0; i < symbols->count; i++)
			idmap_add(&symbols->by_name,
				  hash_string(symbols->list[i].name),
				  (uint32_t)i);
	IDMAP_EACH(&symbols->by_name, hash_string(name), id)
	{
		const struct symbol_entry *s = &symbols->list[id];

		if (strcmp(s->name, name) != 0 ||
		    (found && found->low == s->low))
			continue;
		if (found)
			return NULL;
		found = s;
	}
	return found;
}
