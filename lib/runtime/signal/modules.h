/* modules.h - which object each address belongs to, noted when first seen.
 *
 * Objects are found by the dynamic loader's lock-free _dl_find_object (glibc
 * 2.35 and later), so nothing has to happen at dlopen. What it does not know
 * (the vdso on some systems, code mapped by hand) is looked up in
 * /proc/self/maps. Context of all: signal.
 */
#ifndef PROF_RUNTIME_MODULES_H
#define PROF_RUNTIME_MODULES_H

#include "lib/runtime/signal/rt.h"

/* An object in memory, as the loader tells it. */
struct module_image {
	uintptr_t start, end; /* of its mapping, end exclusive */
	uintptr_t bias;
	const char *name; /* as in the link map; "" for the executable */
	const void *eh_frame_hdr; /* NULL: none */
	const void *map;	  /* the loader's record of it */
};

/* Make the list of known modules. False: out of memory. Context: ordinary. */
bool modules_prepare(void);

/* Find the object at PC in memory. */
bool modules_find(uintptr_t pc, struct module_image *image);

/* ADDRESS with its epoch in the high bits: how many other modules had it
 * before the one that has it now. */
uint64_t modules_tag(uintptr_t address);

/* A module may have been unloaded: find out which. Context: ordinary, after
 * dlclose. */
void modules_closed(void);

/* Counts the calls of modules_closed: where it is as it was, no address has
 * come to be another module's by way of dlclose. */
unsigned modules_epoch(void);

/* Forget which modules have records: another arena is in use. Context:
 * ordinary, while nothing is recorded. */
void modules_forget(void);

/* Whether the filter leaves out the function at FN, an address with its epoch.
 */
bool modules_hide(uint64_t fn);

/* Make sure that the file has a record of the module at ADDRESS. */
void modules_note(uintptr_t address);

#endif
