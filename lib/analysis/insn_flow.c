#include "lib/analysis/insn_flow.h"

#include "lib/analysis/insn_length.h"

#include <string.h>

/* What may stand before the opcode; see "Instruction Prefixes" in volume 2 of
 * Intel's manual. */
static size_t skip_prefixes(const uint8_t *code, size_t size)
{
	static const uint8_t legacy[] = { 0x66, 0x67, 0xf2, 0xf3, 0x2e, 0x3e,
					  0x36, 0x26, 0x64, 0x65, 0xf0 };
	size_t at = 0;

	while (at < size && memchr(legacy, code[at], sizeof(legacy)))
		at++;
	if (at < size && (code[at] & 0xf0) == 0x40)
		at++; /* REX */
	return at;
}

static void set_relative(struct insn *out, enum insn_kind kind,
			 const uint8_t *code, uint64_t address, size_t bytes)
{
	int64_t distance;
	int32_t wide;

	if (bytes == 1) {
		distance = (int8_t)code[out->length - 1];
	} else {
		memcpy(&wide, code + out->length - 4, sizeof(wide));
		distance = wide;
	}
	out->kind = (uint8_t)kind;
	out->target = address + out->length + (uint64_t)distance;
}

/* Opcode ff: calls and jumps by way of a register or memory. */
static void set_group5(struct insn *out, uint8_t modrm, const uint8_t *code,
		       uint64_t address)
{
	unsigned what = modrm >> 3 & 7;

	if (what == 4 || what == 5)
		out->kind = INSN_INDIRECT;
	if (what != 2 && what != 3)
		return;
	out->kind = INSN_CALL;
	if ((modrm & 0xc7) == 5) /* relative to the next instruction */
		set_relative(out, INSN_CALL, code, address, 4);
}

static void set_two_byte(struct insn *out, uint8_t opcode, const uint8_t *code,
			 uint64_t address)
{
	if ((opcode & 0xf0) == 0x80)
		set_relative(out, INSN_BRANCH, code, address, 4);
	else if (opcode == 0x0b || opcode == 0xb9 || opcode == 0xff)
		out->kind = INSN_STOP; /* ud2, ud1, ud0 */
}

bool insn_flow_x86_64(const uint8_t *code, size_t size, uint64_t address,
		      struct insn *out)
{
	size_t length = insn_length_x86_64(code, size);
	size_t at = skip_prefixes(code, size);
	uint8_t opcode, next;

	*out = (struct insn){ .length = (uint8_t)length, .kind = INSN_PLAIN };
	if (!length || at >= length)
		return false;
	opcode = code[at];
	next = at + 1 < length ? code[at + 1] : 0;
	/* nop; behind f3 it is pause, behind REX.B xchg. */
	out->nothing = (opcode == 0x90 && (!at || code[at - 1] == 0x66)) ||
		       (opcode == 0x0f && next == 0x1f);
	if (opcode == 0x0f)
		set_two_byte(out, next, code, address);
	else if ((opcode & 0xf0) == 0x70 || (opcode & 0xfc) == 0xe0)
		set_relative(out, INSN_BRANCH, code, address, 1);
	else if (opcode == 0xe8)
		set_relative(out, INSN_CALL, code, address, 4);
	else if (opcode == 0xe9)
		set_relative(out, INSN_JUMP, code, address, 4);
	else if (opcode == 0xeb)
		set_relative(out, INSN_JUMP, code, address, 1);
	else if (opcode == 0xff)
		set_group5(out, next, code, address);
	else if ((opcode & 0xfe) == 0xc2 || (opcode & 0xfe) == 0xca ||
		 opcode == 0xcf || opcode == 0xf4)
		out->kind = INSN_STOP; /* ret, lret, iret, hlt */
	return true;
}
