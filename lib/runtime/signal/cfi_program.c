/* cfi_program.c - runs the programs of call frame information. */
#include "lib/runtime/signal/cfi_parts.h"

#include <dwarf.h>

enum {
	LOW_BITS = 0x3f,
	GNU_NEGATIVE_OFFSET_EXTENDED = 0x2f /* DW_CFA_..., not in dwarf.h */
};

static void set(struct cfi_run *r, uint64_t number, enum cfi_how how,
		int64_t value)
{
	/* Vector registers and the like are of no use to a walk. */
	if (number >= CFI_REGISTERS)
		return;
	r->work->rules.how[number] = (uint8_t)how;
	r->work->rules.value[number] = value;
}

static void restore(struct cfi_run *r, uint64_t number)
{
	if (number < CFI_REGISTERS)
		set(r, number, r->work->initial.how[number],
		    r->work->initial.value[number]);
}

static int64_t factored(const struct cfi_run *r, int64_t value)
{
	return (int64_t)((uint64_t)value * (uint64_t)r->entry->data_factor);
}

static void advance(struct cfi_run *r, uint64_t steps)
{
	r->location += steps * r->entry->code_factor;
}

/* Where an expression is: at its length. */
static int64_t take_block(struct cfi_run *r)
{
	uintptr_t position = r->c.at;

	cfi_skip(&r->c, cfi_take_uleb(&r->c));
	return (int64_t)position;
}

static void define_cfa(struct cfi_run *r, uint64_t number, int64_t offset)
{
	if (number >= CFI_REGISTERS)
		r->failed = true;
	r->work->rules.cfa_register = (uint8_t)number;
	r->work->rules.cfa_offset = offset;
	r->work->rules.cfa_expression = 0;
}

static void remember(struct cfi_run *r)
{
	if (r->remembered == CFI_REMEMBER_MAX)
		r->failed = true;
	else
		r->work->remembered[r->remembered++] = r->work->rules;
}

static void recall(struct cfi_run *r)
{
	if (!r->remembered)
		r->failed = true;
	else
		r->work->rules = r->work->remembered[--r->remembered];
}

/* Instructions that say how the CFA is to be had. False: OP is another. */
static bool step_cfa(struct cfi_run *r, uint8_t op)
{
	struct cfi_rules *rules = &r->work->rules;
	uint64_t number;

	switch (op) {
	case DW_CFA_def_cfa:
		number = cfi_take_uleb(&r->c);
		define_cfa(r, number, (int64_t)cfi_take_uleb(&r->c));
		return true;
	case DW_CFA_def_cfa_sf:
		number = cfi_take_uleb(&r->c);
		define_cfa(r, number, factored(r, cfi_take_sleb(&r->c)));
		return true;
	case DW_CFA_def_cfa_register:
		define_cfa(r, cfi_take_uleb(&r->c), rules->cfa_offset);
		return true;
	case DW_CFA_def_cfa_offset:
		rules->cfa_offset = (int64_t)cfi_take_uleb(&r->c);
		return true;
	case DW_CFA_def_cfa_offset_sf:
		rules->cfa_offset = factored(r, cfi_take_sleb(&r->c));
		return true;
	case DW_CFA_def_cfa_expression:
		rules->cfa_expression = (uintptr_t)take_block(r);
		return true;
	default:
		return false;
	}
}

/* Instructions that say how a register is to be had. False: OP is another. */
static bool step_register(struct cfi_run *r, uint8_t op)
{
	struct cfi_cursor *c = &r->c;
	uint64_t number = 0;

	if (op < DW_CFA_offset_extended)
		return false;
	number = cfi_take_uleb(c);
	switch (op) {
	case DW_CFA_offset_extended:
		set(r, number, CFI_SAVED,
		    factored(r, (int64_t)cfi_take_uleb(c)));
		return true;
	case DW_CFA_offset_extended_sf:
		set(r, number, CFI_SAVED, factored(r, cfi_take_sleb(c)));
		return true;
	case GNU_NEGATIVE_OFFSET_EXTENDED:
		set(r, number, CFI_SAVED,
		    -factored(r, (int64_t)cfi_take_uleb(c)));
		return true;
	case DW_CFA_val_offset:
		set(r, number, CFI_OFFSET,
		    factored(r, (int64_t)cfi_take_uleb(c)));
		return true;
	case DW_CFA_val_offset_sf:
		set(r, number, CFI_OFFSET, factored(r, cfi_take_sleb(c)));
		return true;
	case DW_CFA_register:
		set(r, number, CFI_REGISTER, (int64_t)cfi_take_uleb(c));
		return true;
	case DW_CFA_expression:
		set(r, number, CFI_SAVED_AT, take_block(r));
		return true;
	case DW_CFA_val_expression:
		set(r, number, CFI_COMPUTED, take_block(r));
		return true;
	case DW_CFA_restore_extended:
		restore(r, number);
		return true;
	case DW_CFA_undefined:
		set(r, number, CFI_UNDEFINED, 0);
		return true;
	case DW_CFA_same_value:
		set(r, number, CFI_SAME, 0);
		return true;
	default:
		return false;
	}
}

static void step_other(struct cfi_run *r, uint8_t op)
{
	switch (op) {
	case DW_CFA_nop:
		break;
	case DW_CFA_set_loc:
		r->location = cfi_take_pointer(&r->c, r->entry->encoding, 0);
		break;
	case DW_CFA_advance_loc1:
		advance(r, cfi_take_u8(&r->c));
		break;
	case DW_CFA_advance_loc2:
		advance(r, cfi_take_u16(&r->c));
		break;
	case DW_CFA_advance_loc4:
		advance(r, cfi_take_u32(&r->c));
		break;
	case DW_CFA_remember_state:
		remember(r);
		break;
	case DW_CFA_restore_state:
		recall(r);
		break;
	case DW_CFA_GNU_args_size:
		(void)cfi_take_uleb(&r->c);
		break;
	default:
		if (!step_cfa(r, op) && !step_register(r, op))
			r->failed = true;
		break;
	}
}

/* Run the program at hand until it ends, or speaks of what comes after pc. */
static bool run(struct cfi_run *r)
{
	while (r->c.at < r->c.end && r->location <= r->pc) {
		uint8_t op = cfi_take_u8(&r->c);

		switch (op & ~LOW_BITS) {
		case DW_CFA_advance_loc:
			advance(r, op & LOW_BITS);
			break;
		case DW_CFA_offset:
			set(r, op & LOW_BITS, CFI_SAVED,
			    factored(r, (int64_t)cfi_take_uleb(&r->c)));
			break;
		case DW_CFA_restore:
			restore(r, op & LOW_BITS);
			break;
		default:
			step_other(r, op);
			break;
		}
		if (r->failed || r->c.failed)
			return false;
	}
	return true;
}

bool cfi_run(struct cfi_entry *entry, uintptr_t pc, struct cfi_work *work)
{
	struct cfi_run *r = &work->run;

	*r = (struct cfi_run){ .entry = entry, .work = work, .pc = pc };
	memset(&work->rules, 0, sizeof(work->rules));
	r->c = entry->common;
	r->location = pc; /* the common part holds from the first byte on */
	if (!run(r))
		return false;
	work->initial = work->rules;
	r->c = entry->own;
	r->location = entry->pc_start;
	return run(r);
}
