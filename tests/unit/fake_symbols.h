/* fake_symbols.h - a symbolizer made up, for tests of the model.
 *
 * An address says itself which functions it is in. Defines the functions of
 * symbolize.h, so that the real ones are not linked: include it once.
 */
#ifndef PROF_TESTS_FAKE_SYMBOLS_H
#define PROF_TESTS_FAKE_SYMBOLS_H

#include "lib/analysis/model.h"
#include "tests/unit/arena_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Address 0xFIL, with F a function 0..F-1, I how many are inlined there (0..3)
 * and L a line (0..15). Functions start at 0xF00. */
#define FUNCTIONS 12
#define BASE	  0x10000
#define ADDRESSES 0x1000
#define SYNTHETIC 256

static struct symbol_function functions[FUNCTIONS + 1]; /* the last: ??? */
static struct symbol_frame frames[ADDRESSES][4];
static struct symbol_location locations[ADDRESSES], unknown;
static struct symbol_frame unknown_frame;

static struct synthetic {
	char name[96], module[16];
	struct symbol_function function;
	struct symbol_frame frame;
	struct symbol_location location;
} synthetics[SYNTHETIC];
static size_t synthetic_count;

static unsigned function_at(uint64_t address)
{
	return (address >> 8) % FUNCTIONS;
}

static unsigned inlined_at(uint64_t address)
{
	return (address >> 4) & 3;
}

/* Level 0 is the function at the address, the innermost. */
static unsigned level_function(uint64_t address, unsigned level)
{
	return (function_at(address) + 5 * (inlined_at(address) - level)) %
	       FUNCTIONS;
}

/* Two addresses a line, which name its file by different pointers. */
static uint32_t level_line(uint64_t address, unsigned level)
{
	return 1 + (address & 14) + 100 * level;
}

static void fake_symbols(void)
{
	static char names[FUNCTIONS][8], files[FUNCTIONS][2][16];

	for (unsigned f = 0; f < FUNCTIONS; f++) {
		snprintf(names[f], sizeof(names[f]), "f%u", f);
		/* Two copies of a name: the model must see one file. */
		snprintf(files[f][0], sizeof(files[f][0]), "/src/%u.c", f / 2);
		snprintf(files[f][1], sizeof(files[f][1]), "/src/%u.c", f / 2);
		functions[f] = (struct symbol_function){
			names[f],  names[f],	  files[f][0], 10 + f,
			0x100 * f, 0x100 * f + 1, "/bin/fake",
		};
	}
	functions[FUNCTIONS] = (struct symbol_function){ .name = "???",
							 .linkage = "???",
							 .module = "???" };
	for (uint64_t a = 0; a < ADDRESSES; a++) {
		for (unsigned l = 0; l <= inlined_at(a); l++) {
			unsigned f = level_function(a, l);

			frames[a][l] = (struct symbol_frame){
				&functions[f], files[f][a & 1], level_line(a, l)
			};
		}
		locations[a] =
			(struct symbol_location){ frames[a], inlined_at(a) + 1,
						  a, a & ~UINT64_C(1) };
	}
	unknown_frame.function = &functions[FUNCTIONS];
	unknown = (struct symbol_location){ &unknown_frame, 1, 0, 77 };
}

uint32_t symbolizer_module(struct symbolizer *s,
			   const struct symbol_module *module)
{
	(void)s;
	(void)module;
	return 3;
}

const struct symbol_location *symbolizer_lookup(struct symbolizer *s,
						uint32_t module, uint64_t bias,
						uint64_t address)
{
	(void)s;
	if (module != 3)
		return &unknown;
	return &locations[(address - bias) % ADDRESSES];
}

const struct symbol_location *symbolizer_synthetic(struct symbolizer *s,
						   const char *kind,
						   const char *name)
{
	struct synthetic *y;

	(void)s;
	for (y = synthetics; y < synthetics + synthetic_count; y++)
		if (!strcmp(y->name, name) && !strncmp(y->module + 1, kind, 6))
			return &y->location;
	if (synthetic_count++ == SYNTHETIC)
		abort();
	snprintf(y->name, sizeof(y->name), "%s", name);
	snprintf(y->module, sizeof(y->module), "[%s]", kind);
	y->function.name = y->function.linkage = y->name;
	y->function.module = y->module;
	y->frame.function = &y->function;
	y->location.frames = &y->frame;
	y->location.frame_count = 1;
	return &y->location;
}

static struct profile *finish(struct arena_build *b)
{
	struct error err;
	struct profile *p =
		profile_parse("test", b->bytes, b->size, false, &err);

	if (!p) {
		printf("Bail out! %s\n", err.msg);
		exit(1);
	}
	arena_build_free(b);
	return p;
}

static struct model *build(struct profile *const *profiles, size_t count,
			   bool inlines)
{
	const struct model_options options = { .inlines = inlines };
	struct error err;
	struct model *m = model_build(profiles, count, NULL, &options, &err);

	if (!m) {
		printf("Bail out! %s\n", err.msg);
		exit(1);
	}
	return m;
}

static void free_all(struct model *m, struct profile **profiles, size_t count)
{
	model_free(m);
	for (size_t i = 0; i < count; i++)
		profile_free(profiles[i]);
}

#endif
