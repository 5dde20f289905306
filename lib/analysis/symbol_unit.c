/* symbol_unit.c - the functions of one unit, and where their code is
 *
 * The entries are visited once, with a stack of our own: how deep they nest is
 * for the file to say, and files lie.
 */
#include "lib/analysis/symbol_dwarf_parts.h"
#include "lib/base/array.h"
#include "lib/base/hash.h"

#include <dwarf.h>
#include <stdlib.h>

#define MAX_DEPTH 200

/* Many entries may share one list of ranges, so that a small file could ask
 * for any number of them. */
#define MAX_RANGES ((size_t)16 << 20)

size_t dwarf_unit_ranges(struct symbol_dwarf *d, Dwarf_Die *die,
			 struct symbol_ranges *ranges, uint64_t priority,
			 uint32_t id)
{
	Dwarf_Addr base, low, high;
	ptrdiff_t at = 0;
	size_t count = 0;

	while (d->range_count < MAX_RANGES &&
	       (at = dwarf_ranges(die, at, &base, &low, &high)) > 0) {
		d->range_count++;
		/* Code that the linker dropped is left at 0 or at -1. */
		if (low < d->source.text_low || high > d->source.text_high ||
		    low >= high)
			continue;
		if (!symbol_ranges_add(
			    ranges,
			    (struct symbol_range){ low, high, priority, id }))
			break;
		count++;
	}
	return count;
}

/* What is known on the way down to an entry. */
struct level {
	Dwarf_Die die;
	uint32_t scope, context;
	unsigned depth;	    /* of scopes */
	Dwarf_Off function; /* that it is in and that is no context yet, or 0 */
};

struct walk {
	struct symbol_dwarf *d;
	struct dwarf_unit *unit;
	struct symbol_ranges ranges;
};

static void add_copy(struct symbol_dwarf *d, Dwarf_Die *die, uint64_t low,
		     uint64_t high)
{
	struct dwarf_copy *grown;
	Dwarf_Die origin = dwarf_origin(die);

	if (d->copy_count >= SYMBOL_NONE)
		return;
	grown = array_grow(d->copies, &d->copy_capacity, d->copy_count + 1,
			   sizeof(*grown));
	if (!grown)
		return;
	d->copies = grown;
	d->copies[d->copy_count] =
		(struct dwarf_copy){ origin.addr, low, high };
	if (idmap_add(&d->copy_by_entry, hash_pointer(origin.addr),
		      (uint32_t)d->copy_count))
		d->copy_count++;
}

/* A function or an inlined one: what lies in it is within LEVEL then. */
static void add_scope(struct walk *w, struct level *level, bool inlined)
{
	struct dwarf_unit *u = w->unit;
	size_t first = w->ranges.count;
	struct dwarf_scope *grown;
	uint32_t id = (uint32_t)u->scope_count;

	if (u->scope_count >= SYMBOL_NONE ||
	    !dwarf_unit_ranges(w->d, &level->die, &w->ranges, level->depth + 1,
			       id))
		return;
	grown = array_grow(u->scopes, &u->scope_capacity, u->scope_count + 1,
			   sizeof(*grown));
	if (!grown) {
		w->ranges.count = first;
		return;
	}
	u->scopes = grown;
	u->scopes[u->scope_count++] = (struct dwarf_scope){
		.die = dwarf_dieoffset(&level->die),
		.parent = level->scope,
		.inlined = inlined,
	};
	level->scope = id;
	level->depth++;
	if (!inlined)
		add_copy(w->d, &level->die, w->ranges.items[first].low,
			 w->ranges.items[first].high);
}

/* What lies in the entry at DIE is named within it. */
static void add_context(struct walk *w, struct level *level, Dwarf_Off die)
{
	struct dwarf_unit *u = w->unit;
	struct dwarf_context *grown;

	if (u->context_count >= SYMBOL_NONE)
		return;
	grown = array_grow(u->contexts, &u->context_capacity,
			   u->context_count + 1, sizeof(*grown));
	if (!grown)
		return;
	u->contexts = grown;
	u->contexts[u->context_count] =
		(struct dwarf_context){ die, level->context };
	level->context = (uint32_t)u->context_count++;
}

static void add_member(struct walk *w, const struct level *level)
{
	struct dwarf_unit *u = w->unit;
	struct dwarf_member *grown;
	Dwarf_Die die = level->die;

	if (level->context == SYMBOL_NONE)
		return;
	grown = array_grow(u->members, &u->member_capacity, u->member_count + 1,
			   sizeof(*grown));
	if (!grown)
		return;
	u->members = grown;
	u->members[u->member_count++] =
		(struct dwarf_member){ dwarf_dieoffset(&die), level->context };
}

/* Note what the entry of LEVEL says. True where its children matter too. */
static bool visit(struct walk *w, struct level *level)
{
	switch (dwarf_tag(&level->die)) {
	case DW_TAG_subprogram:
		add_member(w, level);
		add_scope(w, level, false);
		level->function = dwarf_dieoffset(&level->die);
		return true;
	case DW_TAG_inlined_subroutine:
		add_scope(w, level, true);
		return true;
	case DW_TAG_class_type:
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
		if (level->function)
			add_context(w, level, level->function);
		level->function = 0;
		add_context(w, level, dwarf_dieoffset(&level->die));
		return true;
	case DW_TAG_namespace:
	case DW_TAG_module:
		add_context(w, level, dwarf_dieoffset(&level->die));
		return true;
	case DW_TAG_lexical_block:
	case DW_TAG_try_block:
	case DW_TAG_catch_block:
	case DW_TAG_with_stmt:
	case DW_TAG_common_block:
		return true;
	default:
		return false;
	}
}

static void walk_tree(struct walk *w, Dwarf_Die *root)
{
	struct level *stack = calloc(MAX_DEPTH + 1, sizeof(*stack));
	unsigned depth = 0;
	const void *last = root->addr;

	if (!stack)
		return;
	stack[0] =
		(struct level){ .scope = SYMBOL_NONE, .context = SYMBOL_NONE };
	if (dwarf_child(root, &stack[0].die) != 0) {
		free(stack);
		return;
	}
	for (;;) {
		struct level now = stack[depth];

		/* Entries follow each other. In a broken file they may lead
		 * back, and so on for ever. */
		if (now.die.addr <= last)
			break;
		last = now.die.addr;
		if (visit(w, &now) && depth < MAX_DEPTH &&
		    dwarf_child(&now.die, &now.die) == 0) {
			stack[++depth] = now;
			continue;
		}
		while (dwarf_siblingof(&stack[depth].die, &stack[depth].die) !=
		       0)
			if (!depth--)
				goto out;
	}
out:
	free(stack);
}

void dwarf_unit_walk(struct symbol_dwarf *d, struct dwarf_unit *unit)
{
	struct walk w = { .d = d, .unit = unit };

	if (unit->walked)
		return;
	unit->walked = true;
	walk_tree(&w, &unit->tree);
	symbol_segments_build(&unit->segments, &w.ranges);
	symbol_ranges_free(&w.ranges);
}
