/* model_intern.c - one number for each function, position, node and line. */
#include "lib/analysis/model_parts.h"
#include "lib/base/array.h"
#include "lib/base/hash.h"

#include <stdlib.h>
#include <string.h>

bool model_no_memory(struct model_builder *b)
{
	b->failed = true;
	return error_set(b->err, ERROR_MEMORY, "out of memory");
}

/* Room for one more element in ARRAY of COUNT, or fail. */
#define MAKE_ROOM(b, array, count, capacity)                                   \
	make_room(b, (void **)&(array), count, &(capacity), sizeof(*(array)))

static bool make_room(struct model_builder *b, void **array, size_t count,
		      size_t *capacity, size_t element_size)
{
	void *grown;

	if (count >= MODEL_NONE - 1) {
		b->failed = true;
		return error_set(b->err, ERROR_MEMORY,
				 "more than 4 billion contexts");
	}
	grown = array_grow(*array, capacity, count + 1, element_size);
	if (!grown)
		return model_no_memory(b);
	*array = grown;
	return true;
}

static uint32_t first_text(const struct model_builder *b, uint64_t hash,
			   const char *text)
{
	IDMAP_EACH(&b->text_contents, hash, id)
	if (!strcmp(b->texts[id].text, text))
		return id;
	return IDMAP_NONE;
}

/* TEXT, or the equal one that came first: equal names become equal pointers.
 * The pointer is looked up before the content, which is slower to hash. */
static const char *intern_text(struct model_builder *b, const char *text)
{
	uint32_t id = (uint32_t)b->text_count, first;
	uint64_t hash;

	if (!text)
		return NULL;
	IDMAP_EACH(&b->text_pointers, hash_pointer(text), known)
	if (b->texts[known].text == text)
		return b->texts[b->texts[known].first].text;
	hash = hash_string(text);
	first = first_text(b, hash, text);
	if (!MAKE_ROOM(b, b->texts, id, b->text_capacity))
		return NULL;
	b->texts[id] =
		(struct model_text){ text, first == IDMAP_NONE ? id : first };
	if (!idmap_add(&b->text_pointers, hash_pointer(text), id) ||
	    (first == IDMAP_NONE && !idmap_add(&b->text_contents, hash, id))) {
		model_no_memory(b);
		return NULL;
	}
	b->text_count++;
	return b->texts[b->texts[id].first].text;
}

uint32_t model_intern_position(struct model_builder *b, const char *file,
			       uint32_t line, uint64_t address)
{
	uint32_t id = (uint32_t)b->position_count;
	uint64_t hash;

	if (!file && !line && !address && id)
		return MODEL_NOWHERE;
	file = intern_text(b, file);
	hash = hash_add(hash_add(hash_pointer(file), line), address);
	IDMAP_EACH(&b->position_map, hash, known)
	{
		const struct model_position *p = &b->positions[known];

		if (p->file == file && p->line == line && p->address == address)
			return known;
	}
	if (!MAKE_ROOM(b, b->positions, id, b->position_capacity))
		return 0;
	b->positions[id] = (struct model_position){ file, line, address };
	if (!idmap_add(&b->position_map, hash, id)) {
		model_no_memory(b);
		return 0;
	}
	b->position_count++;
	return id;
}

static uint32_t find_function(const struct model_builder *b,
			      const struct symbol_function *symbol)
{
	IDMAP_EACH(&b->function_map, hash_pointer(symbol), known)
	if (b->model->functions[known].symbol == symbol)
		return known;
	return MODEL_NONE;
}

bool model_knows_function(const struct model_builder *b,
			  const struct symbol_function *symbol)
{
	return find_function(b, symbol) != MODEL_NONE;
}

uint32_t model_intern_function(struct model_builder *b,
			       const struct symbol_function *symbol)
{
	struct model *m = b->model;
	uint32_t id = find_function(b, symbol);

	if (id != MODEL_NONE)
		return id;
	id = (uint32_t)m->function_count;
	if (!MAKE_ROOM(b, m->functions, id, b->function_capacity) ||
	    !MAKE_ROOM(b, b->homes, id, b->home_capacity))
		return 0;
	m->functions[id] = (struct model_function){ .symbol = symbol,
						    .inlined_only = true };
	b->homes[id] = model_intern_position(b, symbol->file, symbol->line,
					     symbol->low);
	if (!idmap_add(&b->function_map, hash_pointer(symbol), id)) {
		model_no_memory(b);
		return 0;
	}
	m->function_count++;
	return id;
}

static uint32_t find_node(const struct model_builder *b, uint64_t hash,
			  uint32_t parent, uint32_t function, uint32_t site,
			  bool inlined)
{
	IDMAP_EACH(&b->node_map, hash, id)
	{
		const struct model_node *n = &b->model->nodes[id];

		if (n->parent == parent && n->function == function &&
		    b->growth[id].site == site && n->inlined == inlined)
			return id;
	}
	return MODEL_NONE;
}

uint32_t model_intern_node(struct model_builder *b, uint32_t parent,
			   uint32_t function, uint32_t site, bool inlined,
			   uint32_t thread)
{
	struct model *m = b->model;
	uint64_t hash = hash_add(hash_u64((uint64_t)parent << 32 | function),
				 (uint64_t)site << 1 | inlined);
	uint32_t id = parent == MODEL_NONE ? MODEL_NONE
					   : find_node(b, hash, parent,
						       function, site, inlined);

	if (id != MODEL_NONE || b->failed)
		return id;
	id = (uint32_t)m->node_count;
	if (!MAKE_ROOM(b, m->nodes, id, b->node_capacity) ||
	    !MAKE_ROOM(b, b->growth, id, b->growth_capacity))
		return MODEL_NONE;
	m->nodes[id] = (struct model_node){ .parent = parent,
					    .function = function,
					    .thread = thread,
					    .site = b->positions[site],
					    .inlined = inlined };
	b->growth[id] = (struct model_growth){ site, function };
	if (parent != MODEL_NONE && !idmap_add(&b->node_map, hash, id)) {
		model_no_memory(b);
		return MODEL_NONE;
	}
	m->node_count++;
	return id;
}

static uint32_t intern_line(struct model_builder *b, uint32_t function,
			    uint32_t position)
{
	struct model *m = b->model;
	const struct model_position *p = &b->positions[position];
	uint64_t hash = hash_u64((uint64_t)function << 32 | position);
	uint32_t id = (uint32_t)m->line_count;

	IDMAP_EACH(&b->line_map, hash, known)
	{
		const struct model_line *l = &m->lines[known];

		if (l->function == function && l->position.file == p->file &&
		    l->position.line == p->line &&
		    l->position.address == p->address)
			return known;
	}
	if (!MAKE_ROOM(b, m->lines, id, b->line_capacity))
		return MODEL_NONE;
	m->lines[id] =
		(struct model_line){ .function = function, .position = *p };
	if (!idmap_add(&b->line_map, hash, id)) {
		model_no_memory(b);
		return MODEL_NONE;
	}
	m->line_count++;
	return id;
}

void model_add_self(struct model_builder *b, uint32_t node, uint32_t position,
		    struct model_cost cost)
{
	struct model *m = b->model;
	struct model_node *n = &m->nodes[node];
	uint32_t line;

	if ((!cost.ns && !cost.samples) ||
	    !MAKE_ROOM(b, m->selves, m->self_count, b->self_capacity))
		return;
	m->selves[m->self_count++] = (struct model_self){
		.node = node, .position = b->positions[position], .cost = cost
	};
	n->self.ns += cost.ns;
	n->self.samples += cost.samples;
	line = intern_line(b, n->function, position);
	if (line == MODEL_NONE)
		return;
	m->lines[line].self.ns += cost.ns;
	m->lines[line].self.samples += cost.samples;
}

void model_intern_free(struct model_builder *b)
{
	idmap_free(&b->text_pointers);
	idmap_free(&b->text_contents);
	idmap_free(&b->position_map);
	idmap_free(&b->function_map);
	idmap_free(&b->node_map);
	idmap_free(&b->line_map);
	free(b->texts);
	free(b->positions);
	free(b->homes);
	free(b->growth);
}
