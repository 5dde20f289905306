/* disassembly.h - machine code as text, by objdump. */
#ifndef PROF_VIEW_DISASSEMBLY_H
#define PROF_VIEW_DISASSEMBLY_H

#include "lib/analysis/symbolize.h"

struct disassembly_line {
	uint64_t address;
	char *text; /* "mov    %rsp,%rbp", printable */
};

struct disassembly {
	struct disassembly_line *list; /* by part, then by address */
	size_t count, capacity;
};

/* Take the parts of CODE apart. False and ERR where objdump is not there, or
 * does not know the machine. */
bool disassembly_make(struct disassembly *d, const struct symbol_code *code,
		      struct error *err);
void disassembly_free(struct disassembly *d);

#endif
