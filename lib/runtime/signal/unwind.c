#define UNW_LOCAL_ONLY
#include "lib/runtime/signal/unwind.h"

#include "lib/runtime/signal/modules.h"
#include "lib/runtime/signal/thread.h"

#include <libunwind.h>
#include <link.h>
#include <string.h>
#include <ucontext.h>

size_t unwind_scratch_size(void)
{
	return sizeof(unw_cursor_t);
}

int unwind_answer_phdr(unwind_visit *visit, void *data)
{
	struct rt_thread *t = rt_self;
	struct module_image image;
	struct dl_phdr_info info;
	const ElfW(Ehdr) * ehdr;

	if (!t || !t->unwind_pc)
		return UNWIND_NOT_ASKED;
	if (!modules_find(t->unwind_pc, &image))
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

size_t unwind_stack(struct rt_thread *t, void *ucontext, enum arena_cut *cut)
{
	unw_cursor_t *cursor = t->scratch;
	size_t count = 0, depth = rt.config.depth;
	unw_word_t pc = unwind_interrupted_pc(ucontext), sp, last_sp = 0;
	bool was_signal = false;
	int more;

	*cut = ARENA_CUT_COUNT;
	t->pcs[count++] = pc;
	t->unwind_pc = pc;
	if (unw_init_local2(cursor, ucontext, UNW_INIT_SIGNAL_FRAME)) {
		*cut = ARENA_CUT_BAD_FRAME;
		goto out;
	}
	while ((more = unw_step(cursor)) > 0) {
		bool is_signal = unw_is_signal_frame(cursor) > 0;

		unw_get_reg(cursor, UNW_REG_IP, &pc);
		unw_get_reg(cursor, UNW_REG_SP, &sp);
		if (!pc)
			break;
		if (sp < last_sp && !was_signal) {
			*cut = ARENA_CUT_BAD_FRAME;
			break;
		}
		if (count == depth) {
			*cut = ARENA_CUT_DEPTH;
			break;
		}
		last_sp = sp;
		t->unwind_pc = pc;
		/* Neither a signal's trampoline nor what it interrupted was
		 * left by a call: their pcs are exact. */
		t->pcs[count++] = is_signal || was_signal ? pc : pc - 1;
		was_signal = is_signal;
	}
	if (more < 0)
		*cut = more == -UNW_ENOINFO ? ARENA_CUT_NO_CFI
					    : ARENA_CUT_BAD_FRAME;
out:
	t->unwind_pc = 0;
	return count;
}
