/* unwind_lib.c - the walk by libunwind, where the rows of ours do not serve. */
#define UNW_LOCAL_ONLY
#include "lib/runtime/signal/unwind_lib.h"

#if !RT_CFI

#include "lib/runtime/signal/modules.h"
#include "lib/runtime/signal/thread.h"

#include <libunwind.h>
#include <string.h>

struct unwinder {
	unw_cursor_t cursor;
	uintptr_t asked_pc; /* that libunwind is asking about just now */
	struct unwind_stack found;
	struct unwind_frame frames[];
};

size_t unwind_scratch_size(void)
{
	return sizeof(struct unwinder) +
	       rt.config.depth * sizeof(struct unwind_frame);
}

struct unwind_stack *unwind_room(struct rt_thread *t)
{
	struct unwinder *u = t->scratch;

	return &u->found;
}

void unwind_forget(struct rt_thread *t)
{
	(void)t;
}

int unwind_answer_phdr(unwind_visit *visit, void *data)
{
	struct rt_thread *t = thread_self();
	struct unwinder *u = t ? t->scratch : NULL;
	struct module_image image;
	struct dl_phdr_info info;
	const ElfW(Ehdr) * ehdr;

	if (!u || !u->asked_pc)
		return UNWIND_NOT_ASKED;
	if (!modules_find(u->asked_pc, &image))
		return 0;
	ehdr = (const ElfW(Ehdr) *)image.start;
	if (memcmp(ehdr->e_ident, ELFMAG, SELFMAG) ||
	    ehdr->e_phoff > ARENA_PAGE)
		return 0;
	memset(&info, 0, sizeof(info));
	info.dlpi_addr = image.bias;
	info.dlpi_name = image.name;
	info.dlpi_phdr = (const ElfW(Phdr) *)(image.start + ehdr->e_phoff);
	info.dlpi_phnum = ehdr->e_phnum;
	return visit(&info, sizeof(info), data);
}

/* Append the frame at the cursor. Neither a signal's trampoline nor what it
 * interrupted was left by a call: their pcs are exact. */
static void add(struct unwinder *u, struct unwind_stack *out, uintptr_t pc,
		uintptr_t sp, bool exact)
{
	struct unwind_frame *f = &u->frames[out->count++];

	memset(f, 0, sizeof(*f));
	f->pc = pc;
	f->sp = sp;
	f->flags = exact ? UNWIND_EXACT : 0;
	u->asked_pc = pc;
}

static void walk(struct unwinder *u, struct unwind_stack *out)
{
	unw_word_t pc, sp, last_sp = 0;
	bool was_signal = false;
	int more;

	while ((more = unw_step(&u->cursor)) > 0) {
		bool is_signal = unw_is_signal_frame(&u->cursor) > 0;

		unw_get_reg(&u->cursor, UNW_REG_IP, &pc);
		unw_get_reg(&u->cursor, UNW_REG_SP, &sp);
		if (!pc)
			return;
		if (sp < last_sp && !was_signal) {
			out->cut = ARENA_CUT_BAD_FRAME;
			return;
		}
		if (out->count == rt.config.depth) {
			out->cut = ARENA_CUT_DEPTH;
			return;
		}
		last_sp = sp;
		add(u, out, pc, sp, is_signal || was_signal);
		was_signal = is_signal;
	}
	if (more < 0)
		out->cut = more == -UNW_ENOINFO ? ARENA_CUT_NO_CFI
						: ARENA_CUT_BAD_FRAME;
}

void unwind_stack(struct rt_thread *t, void *ucontext, struct unwind_stack *out)
{
	struct unwinder *u = t->scratch;

	*out = (struct unwind_stack){ .frame = u->frames,
				      .cut = ARENA_CUT_COUNT };
	add(u, out, unwind_interrupted_pc(ucontext), 0, true);
	if (unw_init_local2(&u->cursor, ucontext, UNW_INIT_SIGNAL_FRAME))
		out->cut = ARENA_CUT_BAD_FRAME;
	else
		walk(u, out);
	u->asked_pc = 0;
	out->known = out->count;
}

#endif
