/* rows.h - for each pc, how to step from its frame to the caller's.
 *
 * What nearly all code needs is small: the CFA is the stack or the frame
 * pointer plus a number, the return address lies below it, and the frame
 * pointer is saved at a fixed place or not at all. Such a row is kept in a
 * table of the thread's own, 16 bytes a pc; what is not there is read from the
 * module's unwind information (cfi.h).
 *
 * Modules that the process started with stay; those loaded later may go, and
 * others come to their addresses. Rows of these hold until the next dlclose,
 * and in each sample the loader is asked once a module whether it still is the
 * same.
 *
 * Context of all, unless it says otherwise: signal.
 */
#ifndef PROF_RUNTIME_ROWS_H
#define PROF_RUNTIME_ROWS_H

#include "lib/runtime/signal/cfi.h"
#include "lib/runtime/signal/modules.h"

enum row_kind {
	ROW_FREE = 0,
	ROW_SP,	     /* the CFA is the stack pointer plus cfa_offset */
	ROW_BP,	     /* the CFA is the frame pointer plus cfa_offset */
	ROW_END,     /* the outermost frame: nobody called it */
	ROW_FULL,    /* more than a row can say: ask rows_rules */
	ROW_NONE,    /* code of a module, without unwind information */
	ROW_FOREIGN, /* code of no module, known by having called */
	ROW_UNKNOWN  /* not known to be code */
};

struct row {
	uint64_t key; /* pc, and above it what it was valid for */
	int32_t cfa_offset;
	int16_t bp_slot; /* words from the CFA to the saved frame pointer; 0:
			    it is not saved */
	uint8_t kind;	 /* enum row_kind */
	uint8_t module;	 /* its index */
};
static_assert(sizeof(struct row) == 16, "four rows a cache line");

enum { ROWS = 4096, ROW_MODULES = 256 };

struct row_module {
	uintptr_t start, end, bias;
	const void *identity; /* the loader's record of it */
	uintptr_t header;     /* its .eh_frame_hdr; 0: none */
	uintptr_t code_start, code_end;
	uintptr_t entry;       /* where it is started, if it is (e_entry) */
	struct cfi_module cfi; /* count 0: there is none */
	uint32_t checked;      /* the sample in which it was last seen there */
	bool stays;	       /* it is never unloaded */
};

/* In zeroed memory, one a thread. */
struct rows {
	struct row row[ROWS];
	struct row_module module[ROW_MODULES];
	struct cfi_work work;
	struct module_image image; /* looked up last */
	uint32_t sample;	   /* counts up */
	unsigned epoch;		   /* modules_epoch() of the rows */
	uint16_t tag;		   /* of the keys of modules that may go */
};

/* The module at [START, END) stays as long as the process. Context: ordinary,
 * at start-up. */
void rows_stays(uintptr_t start, uintptr_t end);

/* A sample begins. True: modules have gone since the last one. */
bool rows_begin(struct rows *rows);

/* The row for PC, made if need be. Valid until the next call. */
const struct row *rows_make(struct rows *rows, uintptr_t pc);

/* The full rules for PC, of kind ROW_FULL: in rows->work. NULL: there are none;
 * else their module, for the bounds of expressions. */
const struct row_module *rows_rules(struct rows *rows, uintptr_t pc);

/* The module whose code PC is; NULL: none. */
const struct row_module *rows_code(struct rows *rows, uintptr_t pc);

/* PC, of no module, has been seen to be code. */
void rows_believe(struct rows *rows, uintptr_t pc);

enum { ROW_TAG_SHIFT = 48, ROW_TAG_STAYS = 0xffff };

static inline struct row *rows_slot(struct rows *rows, uintptr_t pc)
{
	return &rows->row[pc * UINT64_C(0x9e3779b97f4a7c15) >> (64 - 12)];
}

/* The row for PC. */
static inline const struct row *rows_get(struct rows *rows, uintptr_t pc)
{
	const struct row *row = rows_slot(rows, pc);

	if (RT_LIKELY((row->key ^ pc) == (uint64_t)ROW_TAG_STAYS
						 << ROW_TAG_SHIFT))
		return row;
	return rows_make(rows, pc);
}

#endif
