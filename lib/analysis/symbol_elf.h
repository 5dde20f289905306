/* symbol_elf.h - one ELF file: its sections, build-id and links to others. */
#ifndef PROF_ANALYSIS_SYMBOL_ELF_H
#define PROF_ANALYSIS_SYMBOL_ELF_H

#include <gelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#define SYMBOL_BUILD_ID_MAX 64

struct symbol_bytes {
	const uint8_t *data; /* NULL: none */
	size_t size;
};

struct symbol_elf {
	char *path;
	int fd; /* -1: from memory */
	Elf *elf;
	struct stat status;
	GElf_Ehdr header;
	uint8_t build_id[SYMBOL_BUILD_ID_MAX];
	size_t build_id_size;	      /* 0: none */
	uint64_t text_low, text_high; /* of the executable segments */
};

/* Open PATH; NULL where it is not a readable ELF file. Only regular files are
 * opened: another kind might block. */
struct symbol_elf *symbol_elf_open(const char *path);

/* An object that is at IMAGE already, which must stay. */
struct symbol_elf *symbol_elf_memory(const void *image, size_t size);
void symbol_elf_close(struct symbol_elf *object);

/* Contents of section NAME, uncompressed; valid until the object is closed. */
struct symbol_bytes symbol_elf_section(struct symbol_elf *object,
				       const char *name);

/* Header of section NAME (and its Elf_Scn); NULL: there is none. */
Elf_Scn *symbol_elf_find(struct symbol_elf *object, const char *name,
			 GElf_Shdr *header);

/* The code from link-time ADDRESS to the end of its section, as it is in the
 * file. Empty where the file has no such bytes. */
struct symbol_bytes symbol_elf_code(struct symbol_elf *object,
				    uint64_t address);

/* True where a symbol table of OBJECT has NAME, which others define; or, with
 * DEFINED, which OBJECT may define itself. */
bool symbol_elf_mentions(struct symbol_elf *object, const char *name,
			 bool defined);

/* True where both have a build-id and it is the same. */
bool symbol_elf_has_id(const struct symbol_elf *object, const uint8_t *id,
		       size_t size);

#endif
