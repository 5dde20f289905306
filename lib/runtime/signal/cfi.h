/* cfi.h - call frame information: how to get from a frame to its caller's.
 *
 * Reads one entry of a module's .eh_frame at a time, where it lies, found by
 * the search table of .eh_frame_hdr, and runs its program up to the pc asked
 * about. Every byte read is first checked to be in the module's segment that
 * holds it, whatever the file says. Register numbers are DWARF's of x86-64.
 *
 * Context of all: signal.
 */
#ifndef PROF_RUNTIME_CFI_H
#define PROF_RUNTIME_CFI_H

#include "lib/runtime/signal/stackmem.h"

enum {
	CFI_RBP = 6,
	CFI_RSP = 7,
	CFI_RA = 16, /* the return address, or pc */
	CFI_REGISTERS = 17,
	CFI_REMEMBER_MAX = 8, /* states that a program may have put aside */
	CFI_STACK_MAX = 16    /* words on an expression's stack */
};

/* A module's unwind information: the segment that its search table lies in,
 * and the one that its entries lie in. */
struct cfi_module {
	uintptr_t header; /* of .eh_frame_hdr */
	uintptr_t table;  /* pairs of offsets from header: pc, entry */
	uint32_t count;
	uintptr_t start, end; /* of the entries' segment */
};

/* Where the caller's value of a register is to be had. */
enum cfi_how {
	CFI_SAME = 0,  /* it is unchanged */
	CFI_UNDEFINED, /* nowhere */
	CFI_SAVED,     /* in memory, VALUE from the CFA */
	CFI_OFFSET,    /* it is the CFA plus VALUE */
	CFI_REGISTER,  /* in register VALUE */
	CFI_SAVED_AT,  /* in memory, where the expression at VALUE says */
	CFI_COMPUTED   /* it is what the expression at VALUE says */
};

/* The CFA is the stack pointer before the call: cfa_register + cfa_offset, or
 * what an expression says. Expressions are positions of a length and bytes. */
struct cfi_rules {
	uintptr_t cfa_expression; /* 0: none */
	int64_t cfa_offset;
	int64_t value[CFI_REGISTERS];
	uint8_t how[CFI_REGISTERS]; /* enum cfi_how */
	uint8_t cfa_register;
};

/* A cursor that would pass its end is marked failed, and gives zeros. */
struct cfi_cursor {
	uintptr_t at, end;
	bool failed;
};

/* One entry of .eh_frame with its common part. */
struct cfi_entry {
	uintptr_t pc_start, pc_size;
	uint64_t code_factor;
	int64_t data_factor;
	struct cfi_cursor common, own; /* the two programs */
	uint8_t encoding;	       /* of the entry's pointers */
	bool augmented;		       /* its data has a length before it */
	bool signal_frame;
};

/* Where the run of an entry's program is. */
struct cfi_run {
	const struct cfi_entry *entry;
	struct cfi_cursor c;
	struct cfi_work *work;
	uintptr_t location, pc;
	unsigned remembered;
	bool failed;
};

/* What running an entry's program needs: too much for a handler's stack. */
struct cfi_work {
	struct cfi_run run;
	struct cfi_rules rules, initial, remembered[CFI_REMEMBER_MAX];
	bool signal_frame; /* the frame is that of a signal's trampoline */
	struct cfi_entry entry;
	uintptr_t before[CFI_REGISTERS]; /* registers, for who steps */
	uintptr_t room[CFI_STACK_MAX];	 /* for who evaluates */
};

enum cfi_status {
	CFI_FOUND,
	CFI_NONE, /* no entry for the pc */
	CFI_BAD	  /* one that cannot be understood */
};

/* Fill M from the .eh_frame_hdr at HEADER, whose segment ends at END, but for
 * the entries' segment: that is to be the one of what is returned, where
 * .eh_frame is. 0: there is no search table that can be read. */
uintptr_t cfi_open(struct cfi_module *m, uintptr_t header, uintptr_t end);

/* Find the rules that hold at PC: WORK->rules and WORK->signal_frame. */
enum cfi_status cfi_rules_at(const struct cfi_module *m, uintptr_t pc,
			     struct cfi_work *work);

/* Whether an entry begins at PC: it is the first byte of a function. */
bool cfi_begins(const struct cfi_module *m, uintptr_t pc);

/* Evaluate the expression at POSITION, whose bytes end before END, over
 * REGISTERS, with ROOM for CFI_STACK_MAX words; *FIRST, where given, is on its
 * stack when it begins. What it reads must be on STACK. False: it cannot be
 * evaluated. */
bool cfi_evaluate(uintptr_t position, uintptr_t end, const uintptr_t *registers,
		  const uintptr_t *first, struct stackmem *stack,
		  uintptr_t *room, uintptr_t *out);

#endif
