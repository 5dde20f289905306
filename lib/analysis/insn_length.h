/* insn_length.h - where machine instructions start. */
#ifndef PROF_ANALYSIS_INSN_LENGTH_H
#define PROF_ANALYSIS_INSN_LENGTH_H

#include <stddef.h>
#include <stdint.h>

/* Length of the x86-64 instruction at CODE, of which SIZE bytes are known;
 * 0 where these are no instruction. */
size_t insn_length_x86_64(const uint8_t *code, size_t size);

/* Start of the instruction that contains ADDRESS, on an ELF machine MACHINE
 * (EM_X86_64, ...). An instruction starts at BASE <= ADDRESS; CODE holds the
 * SIZE bytes from there. ADDRESS itself where this cannot be told. */
uint64_t insn_start(unsigned machine, const uint8_t *code, size_t size,
		    uint64_t base, uint64_t address);

#endif
