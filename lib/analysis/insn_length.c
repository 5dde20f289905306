#include "lib/analysis/insn_length.h"

#include <elf.h>
#include <stdbool.h>

#define MAX_LENGTH 15

/* What follows an opcode, a letter each in the maps below:
 *	.  nothing		x  not an instruction in 64-bit mode
 *	m  ModRM		p  a prefix or an escape to another map
 *	b  8 bits		B  ModRM and 8 bits
 *	z  16 or 32 bits	Z  ModRM and 16 or 32 bits
 *	d  32 bits		w  16 bits
 *	v  16, 32 or 64 bits	o  an address
 *	e  24 bits (enter)	r  ModRM that names registers only
 *	t  ModRM; 8 bits where its reg field is 0 or 1 (test)
 *	T  likewise, 16 or 32 bits */
static const char one_byte[] = "mmmmbzxxmmmmbzxp" /* 00 */
			       "mmmmbzxxmmmmbzxx" /* 10 */
			       "mmmmbzpxmmmmbzpx" /* 20 */
			       "mmmmbzpxmmmmbzpx" /* 30 */
			       "pppppppppppppppp" /* 40 */
			       "................" /* 50 */
			       "xxpmppppzZbB...." /* 60 */
			       "bbbbbbbbbbbbbbbb" /* 70 */
			       "BZxBmmmmmmmmmmmm" /* 80 */
			       "..........x....." /* 90 */
			       "oooo....bz......" /* a0 */
			       "bbbbbbbbvvvvvvvv" /* b0 */
			       "BBw.ppBZe.w..bx." /* c0 */
			       "mmmmxxx.mmmmmmmm" /* d0 */
			       "bbbbbbbbddxb...." /* e0 */
			       "p.pp..tT......mm" /* f0 */;

static const char two_byte[] = "mmmmx.....x.xm.B" /* 00 */
			       "mmmmmmmmmmmmmmmm" /* 10 */
			       "rrrrxxxxmmmmmmmm" /* 20 */
			       "......x.pxpxxxxx" /* 30 */
			       "mmmmmmmmmmmmmmmm" /* 40 */
			       "mmmmmmmmmmmmmmmm" /* 50 */
			       "mmmmmmmmmmmmmmmm" /* 60 */
			       "BBBBmmm.mmmmmmmm" /* 70 */
			       "dddddddddddddddd" /* 80 */
			       "mmmmmmmmmmmmmmmm" /* 90 */
			       "...mBmxx...mBmmm" /* a0 */
			       "mmmmmmmmmmBmmmmm" /* b0 */
			       "mmBmBBBm........" /* c0 */
			       "mmmmmmmmmmmmmmmm" /* d0 */
			       "mmmmmmmmmmmmmmmm" /* e0 */
			       "mmmmmmmmmmmmmmmm" /* f0 */;

struct decoder {
	const uint8_t *code;
	size_t size, at;
	bool operand16; /* prefix 66 */
	bool address32; /* prefix 67 */
	bool wide;	/* REX.W */
	uint8_t modrm;
};

static uint8_t peek(const struct decoder *d, size_t ahead)
{
	return d->at + ahead < d->size ? d->code[d->at + ahead] : 0;
}

static void skip_prefixes(struct decoder *d)
{
	while (d->at < d->size && d->at < MAX_LENGTH) {
		uint8_t byte = d->code[d->at];

		switch (byte) {
		case 0x66:
			d->operand16 = true;
			break;
		case 0x67:
			d->address32 = true;
			break;
		case 0x26:
		case 0x2e:
		case 0x36:
		case 0x3e:
		case 0x64:
		case 0x65:
		case 0xf0:
		case 0xf2:
		case 0xf3:
			break;
		default:
			if ((byte & 0xf0) != 0x40)
				return;
			/* REX counts only directly before the opcode. */
			d->wide = byte & 8;
			d->at++;
			continue;
		}
		d->wide = false;
		d->at++;
	}
}

/* ModRM, and the SIB byte and displacement that it asks for. */
static void take_modrm(struct decoder *d)
{
	unsigned mode, base;

	d->modrm = peek(d, 0);
	d->at++;
	mode = d->modrm >> 6;
	base = d->modrm & 7;
	if (mode == 3)
		return;
	if (base == 4) {
		base = peek(d, 0) & 7;
		d->at++;
	} else if (base == 5 && !mode) {
		d->at += 4; /* relative to the next instruction */
		return;
	}
	if (mode == 1)
		d->at += 1;
	else if (mode == 2 || base == 5)
		d->at += 4;
}

static size_t operand_size(const struct decoder *d)
{
	return d->operand16 && !d->wide ? 2 : 4;
}

/* Take what KIND says follows the opcode. False: not an instruction. */
static bool take_operands(struct decoder *d, char kind)
{
	switch (kind) {
	case '.':
		return true;
	case 'm':
		take_modrm(d);
		return true;
	case 'b':
		d->at += 1;
		return true;
	case 'B':
		take_modrm(d);
		d->at += 1;
		return true;
	case 'z':
		d->at += operand_size(d);
		return true;
	case 'Z':
		take_modrm(d);
		d->at += operand_size(d);
		return true;
	case 'd':
		d->at += 4;
		return true;
	case 'w':
		d->at += 2;
		return true;
	case 'v':
		d->at += d->wide ? 8 : operand_size(d);
		return true;
	case 'o':
		d->at += d->address32 ? 4 : 8;
		return true;
	case 'e':
		d->at += 3;
		return true;
	case 'r':
		d->at += 1;
		return true;
	case 't':
	case 'T':
		take_modrm(d);
		if ((d->modrm >> 3 & 7) < 2)
			d->at += kind == 't' ? 1 : operand_size(d);
		return true;
	default:
		return false;
	}
}

/* The opcode behind a VEX, EVEX or XOP prefix that names map MAP. */
static bool take_vector(struct decoder *d, unsigned map)
{
	uint8_t opcode = peek(d, 0);

	d->at++;
	switch (map) {
	case 1:
		/* As without the prefix, but jumps and the like are kmov. */
		if (opcode == 0x77)
			return true;
		return take_operands(d, two_byte[opcode] == 'B' ? 'B' : 'm');
	case 2:
	case 5:
	case 6:
	case 9: /* XOP */
		return take_operands(d, 'm');
	case 3:
	case 8: /* XOP */
		return take_operands(d, 'B');
	case 10: /* XOP */
		take_modrm(d);
		d->at += 4;
		return true;
	default:
		return false;
	}
}

static bool take_escape(struct decoder *d)
{
	uint8_t opcode = peek(d, 0);

	d->at++;
	if (opcode == 0x38 || opcode == 0x3a) {
		d->at++;
		return take_operands(d, opcode == 0x38 ? 'm' : 'B');
	}
	/* SSE4a's extrq and insertq with two immediate bytes. */
	if (opcode == 0x78 && d->operand16) {
		take_modrm(d);
		d->at += 2;
		return true;
	}
	return take_operands(d, two_byte[opcode]);
}

static bool take_opcode(struct decoder *d)
{
	uint8_t opcode = peek(d, 0);
	unsigned map;

	d->at++;
	switch (opcode) {
	case 0x0f:
		return take_escape(d);
	case 0xc5:
		d->at += 1;
		return take_vector(d, 1);
	case 0xc4:
		map = peek(d, 0) & 0x1f;
		d->at += 2;
		return take_vector(d, map);
	case 0x62:
		map = peek(d, 0) & 7;
		d->at += 3;
		return take_vector(d, map);
	case 0x8f:
		map = peek(d, 0) & 0x1f;
		if (map < 8)
			return take_operands(d, 'm'); /* pop */
		d->at += 2;
		return take_vector(d, map);
	default:
		return take_operands(d, one_byte[opcode]);
	}
}

size_t insn_length_x86_64(const uint8_t *code, size_t size)
{
	struct decoder d = { .code = code, .size = size };

	skip_prefixes(&d);
	if (d.at >= size || !take_opcode(&d))
		return 0;
	return d.at <= size && d.at <= MAX_LENGTH ? d.at : 0;
}

uint64_t insn_start(unsigned machine, const uint8_t *code, size_t size,
		    uint64_t base, uint64_t address)
{
	uint64_t at = base;

	if (machine == EM_AARCH64)
		return address & ~UINT64_C(3);
	if (machine != EM_X86_64 || base > address || address - base >= size)
		return address;
	for (;;) {
		size_t length = insn_length_x86_64(code + (at - base),
						   size - (at - base));

		if (!length)
			return address;
		if (address - at < length)
			return at;
		at += length;
	}
}
