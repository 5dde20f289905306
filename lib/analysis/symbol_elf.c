#include "lib/analysis/symbol_elf.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* zlib cannot compress better than this, so a section that claims more is
 * broken or means harm. */
#define MAX_RATIO 1100

static void read_build_id(struct symbol_elf *o, const char *notes, size_t size,
			  size_t align)
{
	while (size >= 12) {
		uint32_t head[3]; /* sizes of name and contents, type */
		size_t name, contents;

		memcpy(head, notes, sizeof(head));
		name = ((size_t)head[0] + align - 1) & -align;
		contents = ((size_t)head[1] + align - 1) & -align;
		if (name > size - 12 || contents > size - 12 - name)
			return;
		if (head[2] == NT_GNU_BUILD_ID && head[0] == 4 &&
		    !memcmp(notes + 12, "GNU", 4) && head[1] &&
		    head[1] <= SYMBOL_BUILD_ID_MAX) {
			memcpy(o->build_id, notes + 12 + name, head[1]);
			o->build_id_size = head[1];
			return;
		}
		notes += 12 + name + contents;
		size -= 12 + name + contents;
	}
}

/* From the segments: they are there even without section headers. */
static void read_segments(struct symbol_elf *o)
{
	size_t count = 0;
	const char *raw;
	size_t size;

	raw = elf_rawfile(o->elf, &size);
	if (!raw || elf_getphdrnum(o->elf, &count) != 0)
		return;
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr p;
		uint64_t high;

		if (!gelf_getphdr(o->elf, (int)i, &p))
			return;
		high = p.p_vaddr + p.p_memsz;
		if (p.p_type == PT_LOAD && p.p_flags & PF_X &&
		    high > p.p_vaddr) {
			if (!o->text_high || p.p_vaddr < o->text_low)
				o->text_low = p.p_vaddr;
			if (high > o->text_high)
				o->text_high = high;
		}
		if (p.p_type == PT_NOTE && !o->build_id_size &&
		    p.p_offset <= size && p.p_filesz <= size - p.p_offset)
			read_build_id(o, raw + p.p_offset, p.p_filesz,
				      p.p_align == 8 ? 8 : 4);
	}
}

/* A file made by objcopy --only-keep-debug has segments without contents, but
 * keeps its note sections. */
static void read_notes(struct symbol_elf *o)
{
	Elf_Scn *section = NULL;

	while (!o->build_id_size && (section = elf_nextscn(o->elf, section))) {
		GElf_Shdr header;
		Elf_Data *data;

		if (!gelf_getshdr(section, &header) ||
		    header.sh_type != SHT_NOTE)
			continue;
		data = elf_rawdata(section, NULL);
		if (data && data->d_buf)
			read_build_id(o, data->d_buf, data->d_size,
				      header.sh_addralign == 8 ? 8 : 4);
	}
}

static bool understand(struct symbol_elf *o)
{
	if (!o->elf || elf_kind(o->elf) != ELF_K_ELF ||
	    !gelf_getehdr(o->elf, &o->header))
		return false;
	/* A profile is read on a machine of the byte order it was made on. */
	if (o->header.e_ident[EI_DATA] != ELFDATA2LSB)
		return false;
	read_notes(o);
	if (!o->build_id_size || o->header.e_phnum)
		read_segments(o);
	return true;
}

struct symbol_elf *symbol_elf_open(const char *path)
{
	struct symbol_elf *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	elf_version(EV_CURRENT);
	o->path = strdup(path);
	o->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (o->path && o->fd >= 0 && !fstat(o->fd, &o->status) &&
	    S_ISREG(o->status.st_mode)) {
		o->elf = elf_begin(o->fd, ELF_C_READ_MMAP, NULL);
		if (understand(o))
			return o;
	}
	symbol_elf_close(o);
	return NULL;
}

struct symbol_elf *symbol_elf_memory(const void *image, size_t size)
{
	struct symbol_elf *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	elf_version(EV_CURRENT);
	o->fd = -1;
	o->elf = elf_memory((char *)(uintptr_t)image, size);
	if (understand(o))
		return o;
	symbol_elf_close(o);
	return NULL;
}

void symbol_elf_close(struct symbol_elf *object)
{
	if (!object)
		return;
	elf_end(object->elf);
	if (object->fd >= 0)
		close(object->fd);
	free(object->path);
	free(object);
}

Elf_Scn *symbol_elf_find(struct symbol_elf *object, const char *name,
			 GElf_Shdr *header)
{
	Elf_Scn *section = NULL;
	size_t names;

	if (elf_getshdrstrndx(object->elf, &names) != 0)
		return NULL;
	while ((section = elf_nextscn(object->elf, section))) {
		const char *own;

		if (!gelf_getshdr(section, header))
			continue;
		own = elf_strptr(object->elf, names, header->sh_name);
		if (own && !strcmp(own, name))
			return section;
	}
	return NULL;
}

static bool uncompress(Elf_Scn *section, const GElf_Shdr *header)
{
	GElf_Chdr compressed;

	if (!(header->sh_flags & SHF_COMPRESSED))
		return true;
	return gelf_getchdr(section, &compressed) &&
	       compressed.ch_size / MAX_RATIO <= header->sh_size &&
	       elf_compress(section, 0, 0) >= 0;
}

/* The form of before 2015: ".zdebug_info", "ZLIB" and a big-endian size. */
static Elf_Scn *find_old_compressed(struct symbol_elf *object, const char *name)
{
	char old[64] = ".z";
	GElf_Shdr header;
	Elf_Scn *section;
	Elf_Data *data;
	uint64_t size;

	if (strlen(name) + 2 > sizeof(old))
		return NULL;
	strcat(old, name + 1);
	section = symbol_elf_find(object, old, &header);
	data = section ? elf_rawdata(section, NULL) : NULL;
	if (!data || !data->d_buf || data->d_size < 12)
		return NULL;
	memcpy(&size, (char *)data->d_buf + 4, sizeof(size));
	if (be64toh(size) / MAX_RATIO > data->d_size ||
	    elf_compress_gnu(section, 0, 0) < 0)
		return NULL;
	return section;
}

struct symbol_bytes symbol_elf_section(struct symbol_elf *object,
				       const char *name)
{
	struct symbol_bytes none = { NULL, 0 };
	GElf_Shdr header;
	Elf_Scn *section = symbol_elf_find(object, name, &header);
	Elf_Data *data;

	if (section &&
	    (header.sh_type == SHT_NOBITS || !uncompress(section, &header)))
		return none;
	if (!section)
		section = find_old_compressed(object, name);
	data = section ? elf_rawdata(section, NULL) : NULL;
	if (!data || !data->d_buf || !data->d_size)
		return none;
	return (struct symbol_bytes){ data->d_buf, data->d_size };
}

struct symbol_bytes symbol_elf_code(struct symbol_elf *object, uint64_t address)
{
	struct symbol_bytes none = { NULL, 0 };
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(object->elf, section))) {
		GElf_Shdr header;
		Elf_Data *data;
		uint64_t offset;

		if (!gelf_getshdr(section, &header) ||
		    header.sh_type != SHT_PROGBITS ||
		    !(header.sh_flags & SHF_EXECINSTR) ||
		    address < header.sh_addr ||
		    address - header.sh_addr >= header.sh_size)
			continue;
		data = elf_rawdata(section, NULL);
		offset = address - header.sh_addr;
		if (!data || !data->d_buf || offset >= data->d_size)
			return none;
		return (struct symbol_bytes){ (uint8_t *)data->d_buf + offset,
					      data->d_size - offset };
	}
	return none;
}

bool symbol_elf_has_id(const struct symbol_elf *object, const uint8_t *id,
		       size_t size)
{
	return size && object->build_id_size == size &&
	       !memcmp(object->build_id, id, size);
}

static bool table_mentions(struct symbol_elf *o, Elf_Scn *section,
			   const GElf_Shdr *header, const char *name,
			   bool defined)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t count = data && header->sh_entsize
			       ? data->d_size / header->sh_entsize
			       : 0;
	GElf_Sym symbol;

	for (size_t i = 1; i < count && gelf_getsym(data, (int)i, &symbol);
	     i++) {
		const char *found =
			elf_strptr(o->elf, header->sh_link, symbol.st_name);

		if (found && !strcmp(found, name) &&
		    (defined || symbol.st_shndx == SHN_UNDEF))
			return true;
	}
	return false;
}

bool symbol_elf_mentions(struct symbol_elf *o, const char *name, bool defined)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	while ((section = elf_nextscn(o->elf, section)))
		if (gelf_getshdr(section, &header) &&
		    (header.sh_type == SHT_DYNSYM ||
		     header.sh_type == SHT_SYMTAB) &&
		    table_mentions(o, section, &header, name, defined))
			return true;
	return false;
}
