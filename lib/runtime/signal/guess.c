#include "lib/runtime/signal/guess.h"

#if RT_CFI

#include <string.h>
#include <ucontext.h>

enum {
	LONGEST_CALL = 7,
	CALL_NEAR = 0xe8,
	CALL_INDIRECT = 0xff,	  /* and a ModRM byte */
	RIP_RELATIVE_CALL = 0x15, /* that: call *offset(%rip) */
	RIP_RELATIVE_JUMP = 0x25, /* jmp *offset(%rip) */
	BND_PREFIX = 0xf2,
	/* What is called and where it is now are not further apart. */
	FUNCTION_MAX = 64 * 1024,
	/* The code at a module's entry is not longer. */
	START_MAX = 256
};

/* How long ff /2 is with this ModRM byte; 0: it is another instruction. */
static unsigned indirect_length(uint8_t modrm, uint8_t sib)
{
	unsigned mode = modrm >> 6, rm = modrm & 7;

	if ((modrm >> 3 & 7) != 2)
		return 0;
	if (mode == 3)
		return 2;
	if (mode == 2)
		return rm == 4 ? 7 : 6;
	if (mode == 1)
		return rm == 4 ? 4 : 3;
	if (rm == 5)
		return 6;
	if (rm == 4)
		return (sib & 7) == 5 ? 7 : 3;
	return 2;
}

static uintptr_t relative(const uint8_t *end)
{
	int32_t offset;

	memcpy(&offset, end - sizeof(offset), sizeof(offset));
	return (uintptr_t)end + (uintptr_t)(intptr_t)offset;
}

/* What lies before END: how long a call is, 0 for none. *TARGET is where it
 * goes, *POINTER where it is written where it goes; 0: not known. */
static unsigned call_before(const uint8_t *end, uintptr_t *target,
			    uintptr_t *pointer)
{
	unsigned length;

	*target = *pointer = 0;
	for (length = 2; length <= LONGEST_CALL; length++) {
		const uint8_t *p = end - length;

		if (p[0] != CALL_INDIRECT ||
		    indirect_length(p[1], length > 2 ? p[2] : 0) != length)
			continue;
		if (p[1] == RIP_RELATIVE_CALL)
			*pointer = relative(end);
		return length;
	}
	if (end[-5] != CALL_NEAR)
		return 0;
	*target = relative(end);
	return 5;
}

bool guess_is_called(struct rows *rows, uintptr_t return_address, bool foreign)
{
	const struct row_module *m = rows_code(rows, return_address - 1);
	const uint8_t *end = (const uint8_t *)return_address;
	uintptr_t target, pointer;

	if (m)
		return return_address - m->code_start >= LONGEST_CALL &&
		       call_before(end, &target, &pointer);
	return foreign && return_address > ARENA_PAGE &&
	       return_address < (UINT64_C(1) << 47) &&
	       stackmem_probe(return_address - LONGEST_CALL) &&
	       stackmem_probe(return_address - 1) &&
	       call_before(end, &target, &pointer);
}

bool guess_begins(struct rows *rows, const struct unwind_frame *at)
{
	const struct row_module *m = rows_code(rows, at->pc);

	return !(at->flags & UNWIND_EXACT) && m &&
	       cfi_begins(&m->cfi, at->pc) &&
	       !guess_is_called(rows, at->pc, false);
}

bool guess_is_start(struct rows *rows, const struct unwind_frame *at)
{
	const struct row_module *m = rows_code(rows, at->pc);

	return m && at->pc - m->entry < START_MAX &&
	       rows_get(rows, m->entry)->kind == ROW_NONE;
}

bool guess_is_trampoline(const struct unwind_frame *at)
{
	/* mov $__NR_rt_sigreturn, %rax; syscall */
	static const uint8_t code[] = { 0x48, 0xc7, 0xc0, 0x0f, 0x00,
					0x00, 0x00, 0x0f, 0x05 };

	return !memcmp((const void *)at->pc, code, sizeof(code));
}

bool guess_interrupted(struct stackmem *stack, uintptr_t sp,
		       uintptr_t registers[CFI_REGISTERS])
{
	static const uint8_t order[CFI_REGISTERS] = {
		REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI,
		REG_RBP, REG_RSP, REG_R8,  REG_R9,  REG_R10, REG_R11,
		REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP
	};
	uintptr_t saved = sp + offsetof(ucontext_t, uc_mcontext.gregs);
	int i;

	for (i = 0; i < CFI_REGISTERS; i++)
		if (!stackmem_read(stack, saved + order[i] * sizeof(greg_t),
				   &registers[i]))
			return false;
	return true;
}

/* The word at POINTER, in the data of module M; 0: it cannot be there. */
static uintptr_t pointed_at(const struct row_module *m, uintptr_t pointer)
{
	if (pointer & 7 || pointer < m->start || pointer + 8 > m->end ||
	    !stackmem_probe(pointer))
		return 0;
	return *(const uintptr_t *)pointer;
}

/* Where a call to TARGET, in module M, ends up: a PLT entry jumps on. */
static uintptr_t behind_stub(const struct row_module *m, uintptr_t target)
{
	static const uint8_t landing[] = { 0xf3, 0x0f, 0x1e, 0xfa };
	const uint8_t *p = (const uint8_t *)target;

	if (target < m->code_start || m->code_end - target < 16 ||
	    target >= m->code_end)
		return target;
	if (!memcmp(p, landing, sizeof(landing)))
		p += sizeof(landing);
	if (*p == BND_PREFIX)
		p++;
	if (p[0] != CALL_INDIRECT || p[1] != RIP_RELATIVE_JUMP)
		return target;
	return pointed_at(m, relative(p + 6));
}

enum { NOWHERE = 0, ANYWHERE = 1 /* no code is there */ };

/* Where the call before RETURN_ADDRESS, in module M, leads. */
static RT_APART uintptr_t target_of(const struct row_module *m,
				    uintptr_t return_address)
{
	uintptr_t target, pointer;

	if (return_address - m->code_start < LONGEST_CALL ||
	    !call_before((const uint8_t *)return_address, &target, &pointer))
		return NOWHERE;
	if (pointer)
		return pointed_at(m, pointer);
	return target ? behind_stub(m, target) : ANYWHERE;
}

/* Whether PC, which has no unwind information, may be in a function that begins
 * at TARGET. */
static bool is_in(struct rows *rows, uintptr_t target, uintptr_t pc)
{
	return target <= pc && pc - target < FUNCTION_MAX &&
	       rows_get(rows, target)->kind == ROW_NONE;
}

/* A function that has pushed nothing, or one word: a PLT entry, or a function
 * about to set its frame pointer. Believed only within one module, or from one
 * that stays; and DOUBTFUL where any function may have been called, but for the
 * first SKIP of those. */
static bool leaf_caller(struct rows *rows, struct stackmem *stack,
			const struct unwind_frame *at,
			struct unwind_frame *caller, bool doubtful,
			unsigned skip)
{
	uintptr_t slot;

	for (slot = at->sp; slot <= at->sp + 8; slot += 8) {
		const struct row_module *m;
		uintptr_t pc, target;

		if (!stackmem_read(stack, slot, &pc))
			return false;
		m = rows_code(rows, pc - 1);
		if (!m || (!m->stays && m != rows_code(rows, at->pc)))
			continue;
		target = target_of(m, pc);
		if (doubtful ? target != ANYWHERE
			     : !is_in(rows, target, at->pc))
			continue;
		if (skip--)
			continue;
		caller->pc = pc;
		caller->sp = slot + 8;
		caller->bp = at->bp;
		return true;
	}
	return false;
}

static RT_APART bool framed_caller(struct rows *rows, struct stackmem *stack,
				   const struct unwind_frame *at,
				   struct unwind_frame *caller)
{
	if (at->bp < at->sp || at->bp & 7 ||
	    !stackmem_read(stack, at->bp, &caller->bp) ||
	    !stackmem_read(stack, at->bp + 8, &caller->pc))
		return false;
	caller->sp = at->bp + 16;
	if (!caller->pc)
		return !caller->bp;
	return guess_is_called(rows, caller->pc, true);
}

enum guess guess_caller(struct rows *rows, struct stackmem *stack,
			enum row_kind kind, const struct unwind_frame *at,
			unsigned skip, struct unwind_frame *caller)
{
	bool leaf = at->flags & UNWIND_EXACT;

	if (leaf && kind == ROW_NONE &&
	    leaf_caller(rows, stack, at, caller, false, 0))
		return GUESS_LIKELY;
	if (framed_caller(rows, stack, at, caller))
		return GUESS_LIKELY;
	if (leaf && leaf_caller(rows, stack, at, caller, true, skip))
		return GUESS_DOUBTFUL;
	return GUESS_NONE;
}

#endif
