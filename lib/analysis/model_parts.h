/* model_parts.h - what the files of model.c share; nobody else's.
 *
 * Building goes in this order: model_intern (things to numbers) serves
 * model_tree (profiles to nodes and lines), after which model_totals adds up
 * functions and edges. Nothing here recurses: a tree can be a million deep.
 */
#ifndef PROF_ANALYSIS_MODEL_PARTS_H
#define PROF_ANALYSIS_MODEL_PARTS_H

#include "lib/analysis/model.h"
#include "lib/base/idmap.h"

/* The position of which nothing is known has this number. */
#define MODEL_NOWHERE 0

/* A file name as the symbolizer gave it, and the number of the first one with
 * the same text. */
struct model_text {
	const char *text;
	uint32_t first;
};

/* What a node needs while the tree grows, beside the node itself. */
struct model_growth {
	uint32_t site; /* number of its position */
	uint32_t code; /* nearest function up to here that is not a region */
};

struct model_builder {
	struct model *model;
	struct symbolizer *symbolizer;
	const struct model_options *options;
	struct error *err;
	bool failed; /* out of memory, or out of numbers: err is filled */

	struct model_text *texts;
	size_t text_count, text_capacity;
	struct idmap text_pointers, text_contents;

	struct model_position *positions;
	size_t position_count, position_capacity;
	struct idmap position_map;

	/* For each function: where it is declared, as a position. */
	uint32_t *homes;
	size_t home_capacity, function_capacity;
	struct idmap function_map;

	struct model_growth *growth;
	size_t growth_capacity, node_capacity;
	struct idmap node_map;

	size_t line_capacity, self_capacity;
	struct idmap line_map;

	size_t edge_capacity, slow_capacity;
	size_t done, total; /* profile nodes, for progress */
};

/* Numbers for things, the same for the same thing. When memory runs out they
 * set failed and give number 0 (MODEL_NONE for nodes). */
uint32_t model_intern_position(struct model_builder *b, const char *file,
			       uint32_t line, uint64_t address);
uint32_t model_intern_function(struct model_builder *b,
			       const struct symbol_function *symbol);
bool model_knows_function(const struct model_builder *b,
			  const struct symbol_function *symbol);

/* Child of PARENT (MODEL_NONE: a new root), added if new. */
uint32_t model_intern_node(struct model_builder *b, uint32_t parent,
			   uint32_t function, uint32_t site, bool inlined,
			   uint32_t thread);

/* Book COST as node NODE's own, at the position numbered POSITION. */
void model_add_self(struct model_builder *b, uint32_t node, uint32_t position,
		    struct model_cost cost);

bool model_no_memory(struct model_builder *b);
void model_intern_free(struct model_builder *b);

/* Symbol of the root of thread RECORD of process PROCESS: one of its own. */
const struct symbol_function *model_root_symbol(
	struct model_builder *b, const struct arena_thread *record,
	uint32_t process);

/* Durations of P, whose nodes are NODES of the model. */
bool model_add_durations(struct model_builder *b, const struct profile *p,
			 const uint32_t *nodes);

/* The steps. False with the error filled on failure. */
bool model_build_tree(struct model_builder *b);
bool model_build_totals(struct model_builder *b);

#endif
