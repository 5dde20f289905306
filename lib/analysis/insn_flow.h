/* insn_flow.h - where control goes after a machine instruction. */
#ifndef PROF_ANALYSIS_INSN_FLOW_H
#define PROF_ANALYSIS_INSN_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum insn_kind {
	INSN_PLAIN,    /* on to the next one */
	INSN_CALL,     /* to TARGET, and back; indirect: TARGET is 0 */
	INSN_BRANCH,   /* to TARGET or on to the next one */
	INSN_JUMP,     /* to TARGET */
	INSN_INDIRECT, /* a jump to who knows where */
	INSN_STOP      /* return, or a trap: nowhere in this function */
};

struct insn {
	uint8_t length;
	uint8_t kind;	 /* enum insn_kind */
	bool nothing;	 /* it does nothing, as what fills gaps */
	uint64_t target; /* of a call by way of a slot at a fixed address:
			  * that address */
};

/* The x86-64 instruction at CODE, which lies at ADDRESS and of which SIZE bytes
 * are known. False: these are no instruction. */
bool insn_flow_x86_64(const uint8_t *code, size_t size, uint64_t address,
		      struct insn *out);

#endif
