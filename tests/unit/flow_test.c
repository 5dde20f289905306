/* What follows from counters of blocks, and how they are read from a profile.
 */
#include "lib/analysis/flow.h"
#include "lib/analysis/insn_flow.h"
#include "lib/analysis/profile.h"
#include "tests/tap.h"
#include "tests/unit/arena_build.h"

#include <elf.h>
#include <stdlib.h>

#define START	0x1000
#define COUNTER 0x2000

static uint8_t code[256];
static size_t size;

static void byte(uint8_t value)
{
	code[size++] = value;
}

/* An instruction whose last four bytes lead to TARGET. */
static void far_to(uint64_t target)
{
	uint32_t distance = (uint32_t)(target - (START + size + 4));

	for (int i = 0; i < 4; i++)
		byte((uint8_t)(distance >> (8 * i)));
}

static void call(uint64_t target)
{
	byte(0xe8);
	far_to(target);
}

/* A short jump or branch of OPCODE. */
static void jump(uint8_t opcode, uint64_t target)
{
	byte(opcode);
	byte((uint8_t)(target - (START + size + 1)));
}

static bool build(struct flow *flow, const struct flow_block *blocks,
		  size_t count)
{
	struct symbol_part part = { START, size, code };
	const struct symbol_code whole = { .machine = EM_X86_64,
					   .parts = &part,
					   .part_count = 1 };

	return flow_build(flow, &whole, blocks, count);
}

static const struct flow_node *node_at(const struct flow *flow, uint64_t start)
{
	static const struct flow_node none;

	for (size_t i = 0; i < flow->node_count; i++)
		if (flow->nodes[i].start == start)
			return &flow->nodes[i];
	return &none;
}

static void instructions(void)
{
	static const struct {
		uint8_t bytes[8];
		size_t size;
		enum insn_kind kind;
		uint64_t target;
		const char *name;
	} known[] = {
		{ { 0xe8, 1, 0, 0, 0 }, 5, INSN_CALL, 0x1006, "call" },
		{ { 0xff, 0x15, 0, 1, 0, 0 },
		  6,
		  INSN_CALL,
		  0x1106,
		  "call by a slot" },
		{ { 0xff, 0xd0 }, 2, INSN_CALL, 0, "call by a register" },
		{ { 0xff, 0xe0 }, 2, INSN_INDIRECT, 0, "jump by a register" },
		{ { 0x3e, 0xff, 0xe0 }, 3, INSN_INDIRECT, 0, "notrack jump" },
		{ { 0xeb, 0xfe }, 2, INSN_JUMP, 0x1000, "short jump back" },
		{ { 0xe9, 0, 0, 0, 0 }, 5, INSN_JUMP, 0x1005, "jump" },
		{ { 0x75, 0x10 }, 2, INSN_BRANCH, 0x1012, "branch" },
		{ { 0x0f, 0x84, 0, 1, 0, 0 },
		  6,
		  INSN_BRANCH,
		  0x1106,
		  "long branch" },
		{ { 0xc3 }, 1, INSN_STOP, 0, "ret" },
		{ { 0xf3, 0xc3 }, 2, INSN_STOP, 0, "rep ret" },
		{ { 0x0f, 0x0b }, 2, INSN_STOP, 0, "ud2" },
		{ { 0x48, 0x89, 0xe5 }, 3, INSN_PLAIN, 0, "mov" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct insn insn = { 0 };

		OK(insn_flow_x86_64(known[i].bytes, sizeof(known[i].bytes),
				    START, &insn) &&
			   insn.length == known[i].size &&
			   insn.kind == known[i].kind &&
			   (insn.kind == INSN_PLAIN ||
			    insn.target == known[i].target),
		   known[i].name);
	}
}

/* if (x) then; */
static void branch(void)
{
	struct flow_block blocks[3];
	const struct flow_node *head;
	struct flow flow;
	uint64_t then, end;

	size = 0;
	call(COUNTER);
	blocks[0] = (struct flow_block){ START + size, 10 };
	jump(0x74, START + 12);
	then = START + size;
	call(COUNTER);
	blocks[1] = (struct flow_block){ START + size, 3 };
	end = START + size;
	call(COUNTER);
	blocks[2] = (struct flow_block){ START + size, 10 };
	byte(0xc3);
	OK(build(&flow, blocks, 3), "a function with a branch");
	head = node_at(&flow, START);
	IS_U64(head->count, 10, "the head ran ten times");
	IS_U64(head->out_count, 2, "it goes two ways");
	IS_U64(flow.edges[head->out[0]].count, 3, "three times on");
	IS_U64(flow.edges[head->out[1]].count, 7, "seven times past it");
	IS_U64(node_at(&flow, then)->count, 3, "into the branch");
	IS_U64(node_at(&flow, end)->count, 10, "and ten times to the end");
	flow_free(&flow);
	/* The branch never taken: its counter is not in the table. */
	blocks[1] = blocks[2];
	OK(build(&flow, blocks, 2), "a counter that never ran");
	IS_U64(node_at(&flow, then)->count, 0, "counts 0");
	OK(node_at(&flow, then)->known, "and that is known");
	flow_free(&flow);
}

/* A loop that is entered in the middle, with two latches that both may end it,
 * and no counter at its entry: no edge follows alone, the entry from all. */
static void linear_equations(void)
{
	struct flow_block blocks[4];
	struct flow flow;
	uint64_t entry = START;

	size = 0;
	jump(0xeb, START + 9); /* to the head */
	call(COUNTER);	       /* first latch */
	blocks[0] = (struct flow_block){ START + size, 499 };
	jump(0x74, START + 23); /* out */
	call(COUNTER);		/* head, at 9 */
	blocks[1] = (struct flow_block){ START + size, 1000 };
	jump(0x77, START + 2); /* to the first latch */
	call(COUNTER);	       /* second latch */
	blocks[2] = (struct flow_block){ START + size, 501 };
	jump(0x75, START + 9); /* to the head */
	call(COUNTER);	       /* out, at 23 */
	blocks[3] = (struct flow_block){ START + size, 1 };
	byte(0xc3);
	OK(build(&flow, blocks, 4), "a loop with two ends");
	OK(node_at(&flow, entry)->known, "its entry is known");
	IS_U64(node_at(&flow, entry)->count, 1, "it was entered once");
	flow_free(&flow);
}

/* What fills the gap behind a jump, before aligned code, leads on into it. */
static void gap(void)
{
	struct flow_block blocks[2];
	struct flow flow;

	size = 0;
	jump(0xeb, START + 15); /* to the end */
	byte(0x66);		/* a gap */
	byte(0x90);
	byte(0x0f);
	byte(0x1f);
	byte(0x40);
	byte(0);
	call(COUNTER); /* a loop of itself, at 8 */
	blocks[0] = (struct flow_block){ START + size, 40 };
	jump(0x75, START + 8);
	call(COUNTER); /* the end, at 15 */
	blocks[1] = (struct flow_block){ START + size, 5 };
	jump(0x75, START + 8);
	byte(0xc3);
	OK(build(&flow, blocks, 2), "a gap of instructions that do nothing");
	OK(node_at(&flow, START + 2)->known, "it is known");
	IS_U64(node_at(&flow, START + 2)->count, 0, "that it never runs");
	flow_free(&flow);
}

static void no_counters(void)
{
	const struct flow_block elsewhere = { 0x9000, 4 };
	struct flow flow;

	size = 0;
	byte(0xc3);
	OK(!build(&flow, &elsewhere, 1), "a function without counters");
	size = 0;
	byte(0x06); /* no instruction in 64-bit mode */
	OK(!build(&flow, &elsewhere, 1), "bytes that are no code");
}

static void add_blocks(struct arena_build *b, const struct arena_block *blocks,
		       size_t count)
{
	size_t bytes = count * sizeof(*blocks);
	uint64_t at = arena_build_claim(b, ARENA_CHUNK_BLOCKS,
					sizeof(struct arena_chunk) + bytes, 1);
	struct arena_chunk *chunk = arena_build_chunk(b, at);

	memcpy(chunk + 1, blocks, bytes);
	chunk->used = sizeof(*chunk) + bytes;
}

static void blocks_are_read(void)
{
	const struct arena_block good[] = {
		{ 0x400100, 5 }, { 0, 0 }, { 0x400200, 0 }, { 0x900000, 7 }
	};
	const struct arena_block bad[] = { { 0x400100, UINT64_MAX } };
	struct arena_build b = arena_build_new(ARENA_MODE_SAMPLE);
	struct error err = { 0 };
	struct profile *p;

	arena_build_thread(&b, 1, "main");
	arena_build_module(&b, 0x400000, 0x500000, 0, "/bin/x");
	add_blocks(&b, good, 4);
	p = profile_parse("test", b.bytes, b.size, false, &err);
	OK(p, "a profile with blocks");
	if (p) {
		IS_U64(p->block_count, 2, "free and unused ones are left out");
		IS_U64(p->blocks[0].count, 5, "the count");
		IS_U64(p->blocks[0].module, 0, "and its module");
		IS_U64(p->blocks[1].module, PROFILE_NONE, "or none");
	}
	profile_free(p);
	add_blocks(&b, bad, 1);
	p = profile_parse("test", b.bytes, b.size, false, &err);
	OK(!p && strstr(err.msg, "a block with an impossible count"),
	   "an impossible count is refused");
	profile_free(p);
	p = profile_parse("test", b.bytes, b.size, true, &err);
	IS_U64(p ? p->block_count : 0, 2, "salvaged, the others are there");
	profile_free(p);
	arena_build_free(&b);
}

int main(void)
{
	instructions();
	branch();
	linear_equations();
	gap();
	no_counters();
	blocks_are_read();
	return tap_done();
}
