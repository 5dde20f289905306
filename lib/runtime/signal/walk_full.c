/* walk_full.c - a step by all that DWARF can say, all registers known. */
#include "lib/runtime/signal/walk.h"

#if RT_CFI

#include <string.h>

struct step {
	struct walk *w;
	const struct cfi_rules *rules;
	uintptr_t end; /* of the segment with the expressions */
	uintptr_t cfa;
	uintptr_t *before; /* the registers in the frame that is left */
};

static bool evaluate(struct step *s, int64_t position, const uintptr_t *first,
		     uintptr_t *out)
{
	return cfi_evaluate((uintptr_t)position, s->end, s->before, first,
			    &s->w->stack, s->w->rows->work.room, out);
}

/* The caller's value of register I. */
static bool recover(struct step *s, unsigned i, uintptr_t *out)
{
	int64_t value = s->rules->value[i];
	uintptr_t address;

	switch (s->rules->how[i]) {
	case CFI_SAVED:
		return stackmem_read(&s->w->stack, s->cfa + (uintptr_t)value,
				     out);
	case CFI_OFFSET:
		*out = s->cfa + (uintptr_t)value;
		return true;
	case CFI_REGISTER:
		if ((uint64_t)value >= CFI_REGISTERS)
			return false;
		*out = s->before[value];
		return true;
	case CFI_SAVED_AT:
		return evaluate(s, value, &s->cfa, &address) &&
		       stackmem_read(&s->w->stack, address, out);
	case CFI_COMPUTED:
		return evaluate(s, value, &s->cfa, out);
	default:
		return true;
	}
}

bool walk_step_full(struct walk *w, const struct unwind_frame *at)
{
	const struct row_module *m = rows_rules(w->rows, unwind_address(at));
	struct step s = { .w = w };
	unsigned i;

	if (!m)
		return false;
	s.rules = &w->rows->work.rules;
	s.end = m->cfi.end;
	s.before = w->rows->work.before;
	memcpy(s.before, w->registers, CFI_REGISTERS * sizeof(*s.before));
	if (!s.rules->cfa_expression)
		s.cfa = s.before[s.rules->cfa_register] +
			(uintptr_t)s.rules->cfa_offset;
	else if (!evaluate(&s, (int64_t)s.rules->cfa_expression, NULL, &s.cfa))
		return false;
	w->registers[CFI_RSP] = s.cfa;
	for (i = 0; i < CFI_REGISTERS; i++) {
		if (i == CFI_RSP && s.rules->how[i] == CFI_SAME)
			continue;
		/* Any other may be needed, or not. Compilers leave rules for it
		 * standing after they have restored it, so its own value is
		 * the best that there is. */
		if (!recover(&s, i, &w->registers[i]) &&
		    (i == CFI_RA || i == CFI_RSP))
			return false;
	}
	return true;
}

#endif
