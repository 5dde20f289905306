#include "lib/analysis/symbol_object.h"

#include "lib/analysis/insn_length.h"
#include "lib/analysis/symbol_debug.h"
#include "lib/analysis/symbol_perfmap.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

/* An instruction is looked for from a known start at most this far on. */
#define MAX_WALK (1024 * 1024)

static char *say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static char *say(const char *format, ...)
{
	va_list list;
	char *text;

	va_start(list, format);
	if (vasprintf(&text, format, list) < 0)
		text = NULL;
	va_end(list);
	return text;
}

/* The vdso of this process, if it is the recorded one. */
static struct symbol_elf *open_vdso(const struct symbol_module *module)
{
	const Elf64_Ehdr *header = (void *)getauxval(AT_SYSINFO_EHDR);
	struct symbol_elf *elf;
	uint64_t size;

	if (!header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
	    header->e_ident[EI_CLASS] != ELFCLASS64)
		return NULL;
	/* The kernel's image ends with the section headers. */
	size = header->e_shoff +
	       (uint64_t)header->e_shnum * header->e_shentsize;
	elf = symbol_elf_memory(header, size);
	if (elf &&
	    symbol_elf_has_id(elf, module->build_id, module->build_id_size))
		return elf;
	symbol_elf_close(elf);
	return NULL;
}

/* NULL where ELF is the recorded file, else why it is not. */
static const char *difference(const struct symbol_elf *elf,
			      const struct symbol_module *m)
{
	if (m->build_id_size && elf->build_id_size)
		return symbol_elf_has_id(elf, m->build_id, m->build_id_size)
			       ? NULL
			       : "build-id differs from the recorded one";
	if (m->file_size && (uint64_t)elf->status.st_size != m->file_size)
		return "size differs from the recorded one";
	if (m->file_mtime && (uint64_t)elf->status.st_mtime != m->file_mtime)
		return "changed since it was recorded";
	return NULL;
}

static struct symbol_elf *open_file(const struct symbol_module *module,
				    char **problem)
{
	struct symbol_elf *elf;
	const char *why;

	errno = 0;
	elf = symbol_elf_open(module->path);
	if (!elf) {
		*problem = errno ? say("%s", strerror(errno))
				 : say("not an ELF file");
		return NULL;
	}
	why = difference(elf, module);
	if (!why)
		return elf;
	*problem = say("%s; it was built or installed anew", why);
	symbol_elf_close(elf);
	return NULL;
}

/* Everything that names functions. DEBUG may be all there is. */
static void read_names(struct symbol_object *o, struct symbol_store *store)
{
	bool found =
		o->debug && symbol_table_read(&o->table, o->debug, SHT_SYMTAB);

	if (o->elf) {
		if (!found)
			found = symbol_table_read(&o->table, o->elf,
						  SHT_SYMTAB);
		if (!found) {
			symbol_table_read(&o->table, o->elf, SHT_DYNSYM);
			symbol_table_read_mini(&o->table, o->elf, store);
		}
		symbol_plt_read(&o->table, o->elf, store);
	}
	symbol_table_sort(&o->table);
}

static bool has_dwarf(struct symbol_elf *elf)
{
	GElf_Shdr header;

	return elf &&
	       (symbol_elf_find(elf, ".debug_info", &header) ||
		symbol_elf_find(elf, ".zdebug_info", &header)) &&
	       header.sh_type != SHT_NOBITS;
}

static void read_dwarf(struct symbol_object *o, const char *path,
		       const char *debug_dirs, struct symbol_store *store,
		       char **problem)
{
	GElf_Shdr header;
	struct symbol_elf *from = has_dwarf(o->debug) ? o->debug : o->elf;
	const struct symbol_elf *text = o->elf ? o->elf : o->debug;
	struct symbol_dwarf_source source = {
		.debug = from,
		.table = &o->table,
		.text_low = text->text_low,
		.text_high = text->text_high,
		.module = symbol_store_string(store, path),
		.store = store,
	};

	if (!has_dwarf(from))
		return;
	o->alt = symbol_debug_alt(from, debug_dirs);
	source.alt = o->alt;
	if (!o->alt && !*problem &&
	    symbol_elf_find(from, ".gnu_debugaltlink", &header))
		*problem = say("the file that dwz made of its debugging "
			       "information is missing");
	o->dwarf = symbol_dwarf_new(&source);
}

void symbol_object_open(struct symbol_object *o,
			const struct symbol_module *module,
			const char *debug_dirs, struct symbol_store *store,
			char **problem)
{
	*problem = NULL;
	if (module->jit) {
		symbol_perfmap_read(&o->table, module->jit, store, problem);
		symbol_table_sort(&o->table);
		return;
	}
	if (module->path[0] == '[') {
		if (!strcmp(module->path, "[vdso]"))
			o->elf = open_vdso(module);
	} else {
		o->elf = open_file(module, problem);
		/* Its debugging information may have been kept. */
		o->debug = o->elf ? symbol_debug_find(o->elf, debug_dirs)
				  : symbol_debug_by_id(debug_dirs,
						       module->build_id,
						       module->build_id_size);
	}
	if (!o->elf && !o->debug)
		return;
	read_names(o, store);
	read_dwarf(o, module->path, debug_dirs, store, problem);
}

void symbol_object_close(struct symbol_object *o)
{
	symbol_dwarf_free(o->dwarf);
	symbol_table_free(&o->table);
	symbol_elf_close(o->alt);
	symbol_elf_close(o->debug);
	symbol_elf_close(o->elf);
	*o = (struct symbol_object){ 0 };
}

uint64_t symbol_object_instruction(struct symbol_object *o, uint64_t base,
				   uint64_t address)
{
	struct symbol_bytes code;

	if (!o->elf || !base || base > address || address - base > MAX_WALK)
		return address;
	code = symbol_elf_code(o->elf, base);
	if (!code.data)
		return address;
	return insn_start(o->elf->header.e_machine, code.data, code.size, base,
			  address);
}
