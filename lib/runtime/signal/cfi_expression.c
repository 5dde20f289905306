/* cfi_expression.c - the stack machine of DWARF expressions, as far as unwind
 * information uses it: PLT entries, realigned stacks, signal trampolines. */
#include "lib/runtime/signal/cfi_parts.h"

#include <dwarf.h>

enum { STEPS_MAX = 200 /* an expression may branch backwards */ };

struct machine {
	struct cfi_cursor c;
	const uintptr_t *registers;
	struct stackmem *memory;
	unsigned depth;
	bool failed;
	uintptr_t *stack;
};

static void push(struct machine *m, uintptr_t value)
{
	if (m->depth == CFI_STACK_MAX)
		m->failed = true;
	else
		m->stack[m->depth++] = value;
}

static uintptr_t pop(struct machine *m)
{
	if (m->depth)
		return m->stack[--m->depth];
	m->failed = true;
	return 0;
}

static void push_register(struct machine *m, uint64_t number, int64_t offset)
{
	if (number >= CFI_REGISTERS)
		m->failed = true;
	else
		push(m, m->registers[number] + (uintptr_t)offset);
}

static void pick(struct machine *m, unsigned from_top)
{
	if (from_top >= m->depth)
		m->failed = true;
	else
		push(m, m->stack[m->depth - 1 - from_top]);
}

/* Read SIZE bytes, of a word that lies on the stack. */
static void fetch(struct machine *m, unsigned size)
{
	uintptr_t address = pop(m), word = 0;
	unsigned shift = (unsigned)(address & 7) * 8;

	if (!size || size > 8 || (address & 7) + size > 8 ||
	    !stackmem_read(m->memory, address & ~(uintptr_t)7, &word))
		m->failed = true;
	word >>= shift;
	if (size < 8)
		word &= (UINT64_C(1) << size * 8) - 1;
	push(m, word);
}

/* Constants. False: OP is something else. */
static bool constant(struct machine *m, uint8_t op)
{
	struct cfi_cursor *c = &m->c;

	switch (op) {
	case DW_OP_const1u:
		push(m, cfi_take_u8(c));
		return true;
	case DW_OP_const1s:
		push(m, (uintptr_t)(intptr_t)(int8_t)cfi_take_u8(c));
		return true;
	case DW_OP_const2u:
		push(m, cfi_take_u16(c));
		return true;
	case DW_OP_const2s:
		push(m, (uintptr_t)(intptr_t)(int16_t)cfi_take_u16(c));
		return true;
	case DW_OP_const4u:
		push(m, cfi_take_u32(c));
		return true;
	case DW_OP_const4s:
		push(m, (uintptr_t)(intptr_t)(int32_t)cfi_take_u32(c));
		return true;
	case DW_OP_addr:
	case DW_OP_const8u:
	case DW_OP_const8s:
		push(m, cfi_take_u64(c));
		return true;
	case DW_OP_constu:
		push(m, cfi_take_uleb(c));
		return true;
	case DW_OP_consts:
		push(m, (uintptr_t)cfi_take_sleb(c));
		return true;
	default:
		return false;
	}
}

/* Two operands, one result. False: OP is something else. */
static bool binary(struct machine *m, uint8_t op)
{
	uintptr_t b, a, result;

	if (m->depth < 2)
		return false;
	b = m->stack[m->depth - 1];
	a = m->stack[m->depth - 2];
	switch (op) {
	case DW_OP_and:
		result = a & b;
		break;
	case DW_OP_or:
		result = a | b;
		break;
	case DW_OP_xor:
		result = a ^ b;
		break;
	case DW_OP_plus:
		result = a + b;
		break;
	case DW_OP_minus:
		result = a - b;
		break;
	case DW_OP_mul:
		result = a * b;
		break;
	case DW_OP_shl:
		result = b < 64 ? a << b : 0;
		break;
	case DW_OP_shr:
		result = b < 64 ? a >> b : 0;
		break;
	case DW_OP_shra:
		result = (uintptr_t)((intptr_t)a >> (b < 64 ? b : 63));
		break;
	case DW_OP_eq:
		result = a == b;
		break;
	case DW_OP_ne:
		result = a != b;
		break;
	case DW_OP_ge:
		result = (intptr_t)a >= (intptr_t)b;
		break;
	case DW_OP_gt:
		result = (intptr_t)a > (intptr_t)b;
		break;
	case DW_OP_le:
		result = (intptr_t)a <= (intptr_t)b;
		break;
	case DW_OP_lt:
		result = (intptr_t)a < (intptr_t)b;
		break;
	default:
		return false;
	}
	m->depth--;
	m->stack[m->depth - 1] = result;
	return true;
}

static void jump(struct machine *m, bool taken, uintptr_t start)
{
	int64_t offset = (int16_t)cfi_take_u16(&m->c);

	if (!taken)
		return;
	m->c.at += (uintptr_t)offset;
	if (m->c.at < start || m->c.at > m->c.end)
		m->failed = true;
}

static void other(struct machine *m, uint8_t op, uintptr_t start)
{
	uint64_t number;
	uintptr_t a;

	switch (op) {
	case DW_OP_nop:
		break;
	case DW_OP_bregx:
		number = cfi_take_uleb(&m->c);
		push_register(m, number, cfi_take_sleb(&m->c));
		break;
	case DW_OP_deref:
		fetch(m, 8);
		break;
	case DW_OP_deref_size:
		fetch(m, cfi_take_u8(&m->c));
		break;
	case DW_OP_dup:
		pick(m, 0);
		break;
	case DW_OP_over:
		pick(m, 1);
		break;
	case DW_OP_pick:
		pick(m, cfi_take_u8(&m->c));
		break;
	case DW_OP_drop:
		(void)pop(m);
		break;
	case DW_OP_swap:
		if (m->depth < 2) {
			m->failed = true;
			break;
		}
		a = m->stack[m->depth - 1];
		m->stack[m->depth - 1] = m->stack[m->depth - 2];
		m->stack[m->depth - 2] = a;
		break;
	case DW_OP_neg:
		push(m, -pop(m));
		break;
	case DW_OP_not:
		push(m, ~pop(m));
		break;
	case DW_OP_plus_uconst:
		push(m, pop(m) + cfi_take_uleb(&m->c));
		break;
	case DW_OP_skip:
		jump(m, true, start);
		break;
	case DW_OP_bra:
		jump(m, pop(m) != 0, start);
		break;
	default:
		m->failed = true;
		break;
	}
}

static void step(struct machine *m, uintptr_t start)
{
	uint8_t op = cfi_take_u8(&m->c);

	if (op >= DW_OP_lit0 && op <= DW_OP_lit31)
		push(m, op - DW_OP_lit0);
	else if (op >= DW_OP_breg0 && op <= DW_OP_breg31)
		push_register(m, op - DW_OP_breg0, cfi_take_sleb(&m->c));
	else if (!constant(m, op) && !binary(m, op))
		other(m, op, start);
}

bool cfi_evaluate(uintptr_t position, uintptr_t end, const uintptr_t *registers,
		  const uintptr_t *first, struct stackmem *stack,
		  uintptr_t *room, uintptr_t *out)
{
	struct machine m;
	uintptr_t start;
	unsigned steps;
	uint64_t size;

	m.c = (struct cfi_cursor){ position, end, position > end };
	m.registers = registers;
	m.memory = stack;
	m.stack = room;
	m.depth = 0;
	m.failed = false;
	size = cfi_take_uleb(&m.c);
	if (!cfi_can_take(&m.c, size))
		return false;
	start = m.c.at;
	m.c.end = start + size;
	if (first)
		push(&m, *first);
	for (steps = 0; m.c.at < m.c.end; steps++) {
		if (steps == STEPS_MAX)
			return false;
		step(&m, start);
		if (m.failed || m.c.failed)
			return false;
	}
	*out = pop(&m);
	return !m.failed;
}
