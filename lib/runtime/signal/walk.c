#include "lib/runtime/signal/walk.h"

#if RT_CFI

#include "lib/runtime/signal/guess.h"

enum {
	/* A chain of trampolines may lead in a circle. */
	SIGNALS_MAX = 32
};

static bool cut(struct walk *w, enum arena_cut why)
{
	w->cut = why;
	return false;
}

static bool outermost(struct unwind_frame *at)
{
	at->flags |= UNWIND_OUTERMOST;
	return false;
}

/* The stack begins at AT, whose pc is no return address. */
static bool begin(struct unwind_frame *at)
{
	at->flags |= UNWIND_EXACT;
	return outermost(at);
}

/* Copy what of the memo is from w->memo to before END: it has been found to be
 * so again, but what comes after it has not, so its contexts are open. */
static bool take(struct walk *w, const struct unwind_frame *end)
{
	for (; w->memo < end; w->memo++) {
		if (w->count == w->limit)
			return cut(w, ARENA_CUT_DEPTH);
		w->frame[w->count] = *w->memo;
		w->frame[w->count++].node = 0;
	}
	return true;
}

/* F is a frame of the memo, w->memo. What led from there to its caller, and so
 * on outwards, led there by two words on the stack at most: as long as these
 * are what they were, so are the frames. Returns whether the walk goes on, with
 * F, the first frame that is not certain. */
static bool follow(struct walk *w, struct unwind_frame *f)
{
	struct unwind_frame *m = w->memo, *last = w->memo_end - 1;

	while (m < last && m->flags & UNWIND_PLAIN) {
		const struct unwind_frame *next = m + 1;
		uintptr_t word;

		if (!stackmem_read(&w->stack, next->sp - 8, &word) ||
		    word != next->pc)
			break;
		if (m->bp_slot &&
		    (!stackmem_read(&w->stack,
				    next->sp + (intptr_t)m->bp_slot * 8,
				    &word) ||
		     word != next->bp))
			break;
		m++;
	}
	if (m == last && m->flags & UNWIND_OUTERMOST) {
		w->joined = true;
		return false;
	}
	*f = *m;
	f->node = 0;
	f->bp_slot = 0;
	f->flags &= UNWIND_EXACT;
	if (!take(w, m))
		return false;
	w->memo++;
	return true;
}

/* Whether the walk goes on with F, after a look at the last sample's stack. */
static inline bool join(struct walk *w, struct unwind_frame *f)
{
	const struct unwind_frame *m;

	while (w->memo < w->memo_end && w->memo->sp < f->sp)
		w->memo++;
	m = w->memo;
	if (m == w->memo_end || m->sp != f->sp || m->pc != f->pc ||
	    m->bp != f->bp || (m->flags ^ f->flags) & UNWIND_EXACT)
		return true;
	return follow(w, f);
}

/* The registers are those of the frame that a signal interrupted. */
static bool leave_signal(struct walk *w, struct unwind_frame *at,
			 struct unwind_frame *f)
{
	if (w->signals++ == SIGNALS_MAX)
		return cut(w, ARENA_CUT_BAD_FRAME);
	at->flags |= UNWIND_EXACT;
	f->pc = w->registers[CFI_RA];
	f->sp = w->registers[CFI_RSP];
	f->bp = w->registers[CFI_RBP];
	f->flags = UNWIND_EXACT;
	w->registers_of = w->count;
	stackmem_open(&w->stack, f->sp, w->own_start, w->own_end);
	return true;
}

/* Bring the registers, which are of frame registers_of, to the last frame. */
static void replay(struct walk *w)
{
	for (; w->registers_of + 1 < w->count; w->registers_of++) {
		const struct unwind_frame *next =
			w->frame + w->registers_of + 1;

		/* Where a guess led on, the other registers stay. */
		(void)walk_step_full(w, w->frame + w->registers_of);
		w->registers[CFI_RA] = next->pc;
		w->registers[CFI_RSP] = next->sp;
		w->registers[CFI_RBP] = next->bp;
	}
}

static bool full(struct walk *w, struct unwind_frame *at,
		 struct unwind_frame *f)
{
	const struct cfi_work *work = &w->rows->work;

	replay(w);
	if (!walk_step_full(w, at))
		return cut(w, ARENA_CUT_BAD_FRAME);
	if (work->rules.how[CFI_RA] == CFI_UNDEFINED)
		return false;
	if (work->signal_frame)
		return leave_signal(w, at, f);
	/* longjmp, which says what it is about to do, has done half of it. */
	if (w->registers[CFI_RSP] < at->sp ||
	    (w->registers[CFI_RSP] == at->sp &&
	     work->rules.how[CFI_RSP] == CFI_SAME))
		return cut(w, ARENA_CUT_BAD_FRAME);
	f->pc = w->registers[CFI_RA];
	f->sp = w->registers[CFI_RSP];
	f->bp = w->registers[CFI_RBP];
	f->flags = 0;
	w->registers_of = w->count;
	return f->pc != 0;
}

static bool guess(struct walk *w, enum row_kind kind, struct unwind_frame *at,
		  struct unwind_frame *f)
{
	if (guess_begins(w->rows, at))
		return begin(at);
	if (kind == ROW_NONE && guess_is_start(w->rows, at))
		return outermost(at);
	if (kind == ROW_NONE && guess_is_trampoline(at)) {
		if (!guess_interrupted(&w->stack, at->sp, w->registers))
			return cut(w, ARENA_CUT_BAD_FRAME);
		return leave_signal(w, at, f);
	}
	switch (guess_caller(w->rows, &w->stack, kind, at,
			     w->doubted == w->count ? w->tried : 0, f)) {
	case GUESS_NONE:
		return cut(w, kind == ROW_NONE ? ARENA_CUT_NO_CFI
					       : ARENA_CUT_NO_MODULE);
	case GUESS_DOUBTFUL:
		if (!w->doubted)
			w->doubted = w->count;
		if (w->doubted == w->count)
			w->tried++;
		break;
	default:
		break;
	}
	f->flags = 0;
	w->guessed = true;
	return f->pc != 0;
}

/* What is not done by a row; AT is the last frame, F becomes its caller. */
static bool step_other(struct walk *w, enum row_kind kind,
		       struct unwind_frame *at, struct unwind_frame *f)
{
	uintptr_t address = unwind_address(at);

	switch (kind) {
	case ROW_END:
		return outermost(at);
	case ROW_FULL:
		return full(w, at, f);
	case ROW_UNKNOWN:
		/* Where the thread is, there is code; a word on the stack may
		 * be anything. */
		if (!(at->flags & UNWIND_EXACT)) {
			if (!guess_is_called(w->rows, at->pc, true)) {
				w->count--;
				return cut(w, ARENA_CUT_NO_MODULE);
			}
			rows_believe(w->rows, address);
		}
		return guess(w, ROW_FOREIGN, at, f);
	default:
		return guess(w, kind, at, f);
	}
}

static void run(struct walk *w, struct unwind_frame *first)
{
	struct unwind_frame f = *first;

	for (;;) {
		struct unwind_frame *at;
		const struct row *row;
		uintptr_t cfa;

		if (!join(w, &f))
			return;
		if (w->count == w->limit) {
			w->cut = ARENA_CUT_DEPTH;
			return;
		}
		at = &w->frame[w->count++];
		*at = f;
		row = rows_get(w->rows, unwind_address(&f));
		if (RT_LIKELY(row->kind == ROW_SP)) {
			cfa = f.sp + (uintptr_t)(intptr_t)row->cfa_offset;
		} else if (row->kind == ROW_BP) {
			cfa = f.bp + (uintptr_t)(intptr_t)row->cfa_offset;
		} else {
			if (!step_other(w, (enum row_kind)row->kind, at, &f))
				return;
			continue;
		}
		if (cfa <= f.sp || !stackmem_read(&w->stack, cfa - 8, &f.pc) ||
		    (row->bp_slot &&
		     !stackmem_read(&w->stack,
				    cfa + (uintptr_t)(intptr_t)row->bp_slot * 8,
				    &f.bp))) {
			w->cut = ARENA_CUT_BAD_FRAME;
			return;
		}
		if (!f.pc)
			return;
		at->bp_slot = row->bp_slot;
		at->flags |= UNWIND_PLAIN;
		f.sp = cfa;
		f.flags = 0;
	}
}

/* Whether W has found all frames, or as many as were asked for. */
static bool is_done(struct walk *w)
{
	struct unwind_frame *last = &w->frame[w->count - 1];

	if (w->cut == ARENA_CUT_COUNT || w->cut == ARENA_CUT_DEPTH)
		return true;
	if (!guess_begins(w->rows, last))
		return false;
	(void)begin(last);
	w->cut = ARENA_CUT_COUNT;
	return true;
}

/* A doubtful guess that leads nowhere was wrong: try the next, with all of MEMO
 * to join again. When there is none, the walk ends where the doubt began. */
static RT_APART void try_others(struct walk *w, struct unwind_frame *memo)
{
	size_t doubted;

	while (!is_done(w) && (doubted = w->doubted) && w->count > doubted) {
		w->again = w->frame[doubted - 1];
		w->again.flags &= UNWIND_EXACT;
		w->count = doubted - 1;
		w->memo = memo;
		w->guessed = false;
		w->cut = ARENA_CUT_COUNT;
		stackmem_open(&w->stack, w->again.sp, w->own_start, w->own_end);
		run(w, &w->again);
	}
}

void walk_run(struct walk *w, struct unwind_frame *first)
{
	struct unwind_frame *memo = w->memo;

	run(w, first);
	if (w->cut != ARENA_CUT_COUNT)
		try_others(w, memo);
}

#endif
