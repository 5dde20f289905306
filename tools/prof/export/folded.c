/* folded: "main;calculate;abs 1234567", one stack a line, with nanoseconds.
 *
 * The nodes of a model differ by call site; here those of one path of names
 * become one line, so that a reader gets each stack once.
 */
#include "lib/base/hash.h"
#include "lib/base/idmap.h"
#include "tools/prof/export/exporter.h"

#include <inttypes.h>
#include <stdlib.h>

struct stack {
	uint32_t parent; /* index of the stack without its last function */
	uint32_t function;
	uint64_t self_ns;
};

struct folding {
	struct stack *stacks;
	uint32_t count;
	struct idmap map;  /* (parent, function) -> stack */
	uint32_t *of_node; /* stack of each node */
	uint32_t *path;	   /* scratch: functions of one stack */
};

/* Index of the stack FUNCTION on top of PARENT; IDMAP_NONE: no memory. */
static uint32_t find_stack(struct folding *f, uint32_t parent,
			   uint32_t function)
{
	uint64_t hash = hash_add(parent, function);

	IDMAP_EACH(&f->map, hash, id)
	if (f->stacks[id].parent == parent &&
	    f->stacks[id].function == function)
		return id;
	if (!idmap_add(&f->map, hash, f->count))
		return IDMAP_NONE;
	f->stacks[f->count] = (struct stack){ parent, function, 0 };
	return f->count++;
}

static bool fold(struct folding *f, const struct model *m)
{
	for (size_t i = 0; i < m->node_count; i++) {
		const struct model_node *n = &m->nodes[i];
		uint32_t parent = n->parent == MODEL_NONE
					  ? MODEL_NONE
					  : f->of_node[n->parent];
		uint32_t stack = find_stack(f, parent, n->function);

		if (stack == IDMAP_NONE)
			return false;
		f->of_node[i] = stack;
		f->stacks[stack].self_ns += n->self.ns;
	}
	return true;
}

/* The separators of the format may not stand in a name. */
static void put_name(FILE *out, const char *name)
{
	for (; *name; name++) {
		unsigned char c = (unsigned char)*name;

		if (c == ';')
			c = ':';
		else if (c < ' ' || c == 0x7f)
			c = '?';
		putc(c, out);
	}
}

static void put_stack(const struct folding *f, const struct model *m,
		      uint32_t stack, FILE *out)
{
	uint64_t ns = f->stacks[stack].self_ns;
	size_t depth = 0;

	for (; stack != MODEL_NONE; stack = f->stacks[stack].parent)
		f->path[depth++] = f->stacks[stack].function;
	while (depth-- > 0) {
		put_name(out, m->functions[f->path[depth]].symbol->name);
		putc(depth ? ';' : ' ', out);
	}
	fprintf(out, "%" PRIu64 "\n", ns);
}

static bool write_folded(const struct model *m,
			 const struct export_options *options, FILE *out,
			 struct error *err)
{
	struct folding f = { 0 };
	bool ok = false;

	(void)options;
	f.stacks = calloc(m->node_count + 1, sizeof(*f.stacks));
	f.of_node = calloc(m->node_count + 1, sizeof(*f.of_node));
	f.path = calloc(m->node_count + 1, sizeof(*f.path));
	if (!f.stacks || !f.of_node || !f.path || !fold(&f, m)) {
		error_set(err, ERROR_MEMORY, "out of memory");
		goto out;
	}
	for (uint32_t i = 0; i < f.count; i++)
		if (f.stacks[i].self_ns)
			put_stack(&f, m, i, out);
	ok = true;
out:
	free(f.stacks);
	free(f.of_node);
	free(f.path);
	idmap_free(&f.map);
	return ok;
}

extern const struct exporter folded_exporter;
const struct exporter folded_exporter = {
	.name = "folded",
	.help = "one line per stack with its nanoseconds, for flame graphs",
	.prefix = "folded",
	.open_with = NULL,
	.inline_nodes = true,
	.write = write_folded,
};
