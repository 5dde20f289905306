/* symbolize.h - from an address in a module to functions, files and lines.
 *
 * Knows ELF and DWARF through libdw; knows nothing of profiles or views. Every
 * address is resolved once; answers live as long as the symbolizer.
 */
#ifndef PROF_ANALYSIS_SYMBOLIZE_H
#define PROF_ANALYSIS_SYMBOLIZE_H

#include "lib/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A function: one per (module, concrete or inlined subprogram). Two functions
 * of one name in one module (statics of two files) are two. */
struct symbol_function {
	const char *name;    /* as in the source; demangled for C++ and Rust,
			      * with parameters, without return type */
	const char *linkage; /* mangled name, or the same as name */
	const char *file;    /* absolute, normalised; NULL where unknown */
	uint32_t line;	     /* of its declaration; 0 unknown */
	uint64_t low, high;  /* link-time addresses of the out-of-line copy;
			      * 0,0 where there is none */
	const char *module;  /* path of the object it belongs to */
};

/* One frame of an address: FUNCTION, and the position within it. */
struct symbol_frame {
	const struct symbol_function *function; /* never NULL */
	const char *file; /* of the position; NULL unknown */
	uint32_t line;	  /* 0 unknown */
};

struct symbol_location {
	/* Innermost first: frames[0] is where the address is; the others are
	 * the functions it is inlined into, each with the line of the call.
	 * The last is the out-of-line function. Always at least one. */
	const struct symbol_frame *frames;
	size_t frame_count;
	uint64_t address;     /* link-time address as asked */
	uint64_t instruction; /* start of the instruction containing it; the
			       * address itself where not determined; 0 where
			       * the object is not there, or another one */
};

struct symbol_image;
struct image_module;

/* The process that made code while it ran. */
struct symbol_jit {
	uint32_t pid;
	const char *host;  /* "" unknown */
	uint64_t start_ns; /* since 1970 */
};

struct symbol_module {
	const char *path;	 /* as recorded; "[vdso]" etc. in brackets */
	const uint8_t *build_id; /* NULL or build_id_size bytes */
	size_t build_id_size;
	uint64_t bias;	    /* run-time minus link-time address */
	uint64_t file_size; /* as recorded, 0 unknown: to spot a rebuilt file */
	uint64_t file_mtime;
	/* Not NULL: no object, but all code that the process made; its
	 * addresses have no bias. The strings are copied as others are. */
	const struct symbol_jit *jit;
	/* Not NULL: what a profile says of it, which must outlive the
	 * symbolizer. Asked first; the module's file is opened only for what is
	 * not there. */
	const struct symbol_image *image;
	const struct image_module *image_module;
};

/* A stretch of a function's code: SIZE BYTES at link-time address LOW. */
struct symbol_part {
	uint64_t low;
	size_t size;
	const uint8_t *bytes;
};

/* From ADDRESS on code comes from this line, until the next row. */
struct symbol_row {
	uint64_t address;
	const char *file;
	uint32_t line;	/* 0 unknown */
	bool statement; /* a statement begins here, says the compiler */
};

/* The machine code of one function that is not inlined. */
struct symbol_code {
	unsigned machine;	   /* as in ELF: EM_X86_64 */
	struct symbol_part *parts; /* the first has the function's entry */
	size_t part_count;
	struct symbol_row *rows; /* by part, address and order in the file */
	size_t row_count;
};

struct symbolizer; /* opaque */

struct symbolizer_options {
	const char *debug_dirs;	 /* colon separated; NULL: /usr/lib/debug */
	bool inlines;		 /* expand inlined functions */
	bool exact_instructions; /* fill symbol_location.instruction */
};

struct symbolizer *symbolizer_new(const struct symbolizer_options *options);
void symbolizer_free(struct symbolizer *s);

/* Add a module; returns its number, counted from 0. Opens nothing yet. The
 * strings are copied. The same path and build-id give the same number. */
uint32_t symbolizer_module(struct symbolizer *s,
			   const struct symbol_module *module);

/* Location of the run-time address ADDRESS in module MODULE (UINT32_MAX: not
 * in any known module, gives the function "???"). Never NULL: an address
 * without a name gives a function named by module and offset, as
 * "libfoo.so+0x1234". */
const struct symbol_location *symbolizer_lookup(struct symbolizer *s,
						uint32_t module, uint64_t bias,
						uint64_t address);

/* The code of the function around the run-time address ADDRESS. False where it
 * is not known. To be freed with symbol_code_free; the bytes and names live as
 * long as S. */
bool symbolizer_code(struct symbolizer *s, uint32_t module, uint64_t bias,
		     uint64_t address, struct symbol_code *code);
void symbol_code_free(struct symbol_code *code);

/* The code of FUNCTION, out of line. */
bool symbolizer_function_code(struct symbolizer *s,
			      const struct symbol_function *function,
			      uint32_t *module, struct symbol_code *code);

/* One symbol of a module's code: FUNCTION as a lookup of LOW gives it. */
struct symbol_named {
	const char *symbol; /* as in the file: "f.part.0", "f@plt" */
	uint64_t low, high; /* link-time addresses */
	const struct symbol_function *function;
};

/* Call VISIT with each symbol of MODULE's code, by rising address. */
void symbolizer_each(struct symbolizer *s, uint32_t module,
		     void (*visit)(const struct symbol_named *symbol,
				   void *context),
		     void *context);

/* A function that is not code: a named region, a thread's root. The same NAME
 * and KIND ("region", "thread") give the same function; module is "[KIND]". */
const struct symbol_location *symbolizer_synthetic(struct symbolizer *s,
						   const char *kind,
						   const char *name);

/* What was missing, a line each ("/usr/lib/x.so: build-id differs from the
 * recorded one"), or NULL. */
const char *symbolizer_warnings(const struct symbolizer *s);

#endif
