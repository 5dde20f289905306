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
	uint64_t instruction; /* start of the instruction containing it, or
			       * the address itself where not determined */
};

struct symbol_module {
	const char *path;	 /* as recorded; "[vdso]" etc. in brackets */
	const uint8_t *build_id; /* NULL or build_id_size bytes */
	size_t build_id_size;
	uint64_t bias;	    /* run-time minus link-time address */
	uint64_t file_size; /* as recorded, 0 unknown: to spot a rebuilt file */
	uint64_t file_mtime;
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

/* A function that is not code: a named region, a thread's root. The same NAME
 * and KIND ("region", "thread") give the same function; module is "[KIND]". */
const struct symbol_location *symbolizer_synthetic(struct symbolizer *s,
						   const char *kind,
						   const char *name);

/* What was missing, a line each ("/usr/lib/x.so: build-id differs from the
 * recorded one"), or NULL. */
const char *symbolizer_warnings(const struct symbolizer *s);

#endif
