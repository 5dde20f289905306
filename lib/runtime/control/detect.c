#include "lib/runtime/control/detect.h"

#include "lib/runtime/signal/rt.h"

#include <link.h>
#include <stddef.h>
#include <string.h>

/* Defined beside the hooks, in hooks.c. In libprof.a that member is linked
 * only into a program that calls them; in libprof.so it always is there. */
extern const char hooks_linked __attribute__((weak));

static bool in_shared_library(void)
{
	return PROF_SHARED;
}

struct dynamic {
	const ElfW(Sym) * symbols;
	const char *strings;
	size_t count; /* symbols to look at: those that are not defined here */
};

/* Undefined symbols stand before the hashed ones in .dynsym, and the GNU hash
 * table's second word says where those begin. The old table's second word is
 * the number of all. */
static struct dynamic read_dynamic(const struct dl_phdr_info *info)
{
	struct dynamic d = { NULL, NULL, 0 };
	const uint32_t *gnu = NULL, *old = NULL;
	const ElfW(Dyn) *dyn = NULL;
	int i;

	for (i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
			dyn = (const ElfW(Dyn) *)(info->dlpi_addr +
						  info->dlpi_phdr[i].p_vaddr);
	for (; dyn && dyn->d_tag != DT_NULL; dyn++) {
		/* glibc has relocated these already, except the vdso's. */
		uintptr_t at = dyn->d_un.d_ptr;

		if (at < info->dlpi_addr)
			at += info->dlpi_addr;
		if (dyn->d_tag == DT_SYMTAB)
			d.symbols = (const ElfW(Sym) *)at;
		else if (dyn->d_tag == DT_STRTAB)
			d.strings = (const char *)at;
		else if (dyn->d_tag == DT_GNU_HASH)
			gnu = (const uint32_t *)at;
		else if (dyn->d_tag == DT_HASH)
			old = (const uint32_t *)at;
	}
	if (d.symbols && d.strings)
		d.count = gnu ? gnu[1] : old ? old[1] : 0;
	return d;
}

static int look(struct dl_phdr_info *info, size_t size, void *found)
{
	struct dynamic d = read_dynamic(info);
	size_t i;

	(void)size;
	/* Linked from libprof.a, the executable holds a reference of ours. */
	if (!in_shared_library() && !*info->dlpi_name)
		return 0;
	for (i = 1; i < d.count; i++) {
		const ElfW(Sym) *symbol = &d.symbols[i];

		if (symbol->st_shndx != SHN_UNDEF ||
		    strcmp(d.strings + symbol->st_name,
			   "__cyg_profile_func_enter"))
			continue;
		*(bool *)found = true;
		return 1;
	}
	return 0;
}

bool detect_instrumented(void)
{
	bool found = false;

	if (!in_shared_library() && &hooks_linked)
		return true;
	dl_iterate_phdr(look, &found);
	return found;
}
