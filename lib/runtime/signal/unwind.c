#include "lib/runtime/signal/unwind.h"

#include "lib/runtime/signal/thread.h"
#include "lib/runtime/signal/walk.h"

#include <string.h>
#include <ucontext.h>

uintptr_t unwind_interrupted_pc(const void *ucontext)
{
	const ucontext_t *uc = ucontext;

#if defined(__x86_64__)
	return (uintptr_t)uc->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
	return (uintptr_t)uc->uc_mcontext.pc;
#else
#error "which register is the program counter?"
#endif
}

#if RT_CFI

/* One thread's. The frames are two arrays of config.depth. The walk at hand
 * fills the first from its start. The last complete stack is at the end of the
 * second, so that its outer frames stay where they are while inner ones come
 * and go. */
struct unwinder {
	struct rows rows;
	struct walk walk; /* not on a handler's stack */
	struct unwind_frame first;
	struct unwind_stack found;
	uintptr_t registers[CFI_REGISTERS];
	size_t kept; /* frames of the last complete stack; 0: none */
	bool kept_guessed;
	struct unwind_frame frames[];
};

size_t unwind_scratch_size(void)
{
	return sizeof(struct unwinder) +
	       2 * (size_t)rt.config.depth * sizeof(struct unwind_frame);
}

struct unwind_stack *unwind_room(struct rt_thread *t)
{
	struct unwinder *u = t->scratch;

	return &u->found;
}

void unwind_forget(struct rt_thread *t)
{
	struct unwinder *u = t->scratch;

	if (u)
		u->kept = 0;
}

static void take_registers(uintptr_t *registers, const ucontext_t *uc)
{
	static const uint8_t order[CFI_REGISTERS] = {
		REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI,
		REG_RBP, REG_RSP, REG_R8,  REG_R9,  REG_R10, REG_R11,
		REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP
	};
	int i;

	for (i = 0; i < CFI_REGISTERS; i++)
		registers[i] = (uintptr_t)uc->uc_mcontext.gregs[order[i]];
}

/* The walk has found W->count frames, and joined the last stack in what is left
 * of it. */
static void put_before_kept(struct unwinder *u, const struct walk *w,
			    struct unwind_stack *out)
{
	size_t rest = (size_t)(w->memo_end - w->memo);

	out->guessed |= u->kept_guessed;
	if (w->count + rest <= w->limit) {
		out->frame = w->memo - w->count;
		memcpy(out->frame, w->frame,
		       w->count * sizeof(struct unwind_frame));
		out->count = w->count + rest;
		out->known = w->count;
		return;
	}
	/* Deeper than allowed: the outermost frame is another one now, and so
	 * are all contexts. */
	rest = w->limit - w->count;
	memcpy(w->frame + w->count, w->memo,
	       rest * sizeof(struct unwind_frame));
	out->count = out->known = w->limit;
	out->cut = ARENA_CUT_DEPTH;
}

static RT_APART void keep(struct unwinder *u, const struct walk *w,
			  struct unwind_stack *out)
{
	*out = (struct unwind_stack){ .frame = w->frame,
				      .count = w->count,
				      .known = w->count,
				      .cut = w->cut,
				      .guessed = w->guessed };
	u->kept = 0;
	if (w->joined) {
		put_before_kept(u, w, out);
	} else if (w->cut == ARENA_CUT_COUNT) {
		out->frame = w->memo_end - w->count;
		memcpy(out->frame, w->frame,
		       w->count * sizeof(struct unwind_frame));
	}
	if (out->cut == ARENA_CUT_COUNT)
		u->kept = out->count;
	u->kept_guessed = out->guessed;
}

void unwind_stack(struct rt_thread *t, void *ucontext, struct unwind_stack *out)
{
	struct unwinder *u = t->scratch;
	size_t depth = rt.config.depth;
	struct unwind_frame *first = &u->first;
	struct walk *w = &u->walk;

	*w = (struct walk){
		.rows = &u->rows,
		.own_start = t->stack_start,
		.own_end = t->stack_end,
		.registers = u->registers,
		.frame = u->frames,
		.limit = depth,
		.memo_end = u->frames + 2 * depth,
		.cut = ARENA_CUT_COUNT,
	};
	if (rows_begin(&u->rows))
		u->kept = 0;
	w->memo = w->memo_end - u->kept;
	take_registers(u->registers, ucontext);
	memset(first, 0, sizeof(*first));
	first->flags = UNWIND_EXACT;
	first->pc = u->registers[CFI_RA];
	first->sp = u->registers[CFI_RSP];
	first->bp = u->registers[CFI_RBP];
	stackmem_open(&w->stack, first->sp, w->own_start, w->own_end);
	walk_run(w, first);
	keep(u, w, out);
}

#endif
