/* model_tree.c - profiles' contexts become nodes of functions. */
#include "lib/analysis/model_parts.h"
#include "lib/base/array.h"

#include <stdlib.h>
#include <string.h>

#define PROGRESS_STEP 64

/* One profile on its way into the tree. */
struct source {
	struct model_builder *b;
	const struct profile *profile;
	uint32_t *modules;  /* the symbolizer's numbers of the modules */
	uint64_t *biases;   /* and their biases */
	uint32_t *nodes;    /* model node of each profile node */
	uint32_t *position; /* of each profile node's own address */
	uint32_t first_thread;
	bool sampled;
};

static const struct symbol_location *look_up(const struct source *src,
					     uint32_t module, uint64_t address)
{
	if (module == PROFILE_NONE)
		return symbolizer_lookup(src->b->symbolizer, UINT32_MAX, 0,
					 address);
	return symbolizer_lookup(src->b->symbolizer, src->modules[module],
				 src->biases[module], address);
}

/* Position of the address that LOCATION is of: the innermost line there, even
 * if that is another function's, inlined. */
static uint32_t innermost(struct model_builder *b,
			  const struct symbol_location *location,
			  uint32_t module)
{
	return model_intern_position(
		b, location->frames[0].file, location->frames[0].line,
		module == PROFILE_NONE ? 0 : location->instruction);
}

static bool same_function(const struct symbol_function *a,
			  const struct symbol_function *b)
{
	return a == b ||
	       (!strcmp(a->name, b->name) && !strcmp(a->module, b->module));
}

static bool contains(const struct symbol_location *location,
		     const struct symbol_function *function)
{
	for (size_t i = 0; i < location->frame_count; i++)
		if (same_function(location->frames[i].function, function))
			return true;
	return false;
}

/* Where node I of a traced profile was called. The hook says from which
 * address its function was entered. For one that was inlined that is where the
 * function around it was called; and for one that uninstrumented code called
 * (qsort) it lies in that code. Neither is a place in the caller. */
static uint32_t traced_site(struct source *src, size_t i, uint32_t parent,
			    bool *inlined)
{
	const struct profile_node *node = &src->profile->nodes[i];
	const struct profile_node *up = &src->profile->nodes[node->parent];
	struct model_builder *b = src->b;
	const struct model_function *caller =
		&b->model->functions[b->growth[parent].code];
	const struct symbol_location *location;

	if (!node->site)
		return MODEL_NOWHERE;
	if (node->site == up->site && node->fn != up->fn &&
	    !(node->fn & ARENA_REGION_BIT)) {
		*inlined = true;
		return model_intern_position(b, caller->symbol->file, 0, 0);
	}
	if (node->site_module == PROFILE_NONE)
		return MODEL_NOWHERE;
	location = look_up(src, node->site_module, node->site);
	if (caller->synthetic || contains(location, caller->symbol))
		return innermost(b, location, node->site_module);
	return model_intern_position(b, caller->symbol->file, 0, 0);
}

static uint32_t add_region(struct source *src, size_t i, uint32_t parent,
			   uint32_t thread)
{
	const struct profile_node *node = &src->profile->nodes[i];
	struct model_builder *b = src->b;
	const struct symbol_location *region = symbolizer_synthetic(
		b->symbolizer, "region",
		profile_region_name(src->profile, node->fn));
	uint32_t function =
		model_intern_function(b, region->frames[0].function);
	bool inlined = false;
	uint32_t site = traced_site(src, i, parent, &inlined);
	uint32_t id =
		model_intern_node(b, parent, function, site, false, thread);

	src->position[i] = MODEL_NOWHERE;
	if (id == MODEL_NONE)
		return id;
	b->model->functions[function].synthetic = true;
	b->growth[id].code = b->growth[parent].code;
	model_add_self(b, id, b->homes[function],
		       (struct model_cost){ node->self_ns, node->samples });
	return id;
}

static uint32_t add_traced(struct source *src, size_t i, uint32_t parent,
			   uint32_t thread)
{
	const struct profile_node *node = &src->profile->nodes[i];
	struct model_builder *b = src->b;
	const struct symbol_location *location =
		look_up(src, node->module, node->fn);
	uint32_t function = model_intern_function(
		b, location->frames[location->frame_count - 1].function);
	bool inlined = false;
	uint32_t site = traced_site(src, i, parent, &inlined);
	uint32_t id =
		model_intern_node(b, parent, function, site, inlined, thread);

	if (id != MODEL_NONE)
		model_add_self(
			b, id, b->homes[function],
			(struct model_cost){ node->self_ns, node->samples });
	return id;
}

/* A sampled address is in as many functions as were inlined there: a node for
 * each, outermost first; its callees hang below the innermost. */
static uint32_t add_sampled(struct source *src, size_t i, uint32_t parent,
			    uint32_t thread)
{
	const struct profile_node *node = &src->profile->nodes[i];
	struct model_builder *b = src->b;
	const struct symbol_location *location =
		look_up(src, node->module, node->fn);
	const struct symbol_frame *frames = location->frames;
	size_t outermost = location->frame_count - 1;
	size_t last = b->options->inlines ? 0 : outermost;
	uint32_t site = src->position[node->parent], id = parent;

	for (size_t f = outermost + 1; f-- > last;) {
		uint32_t function =
			model_intern_function(b, frames[f].function);

		if (f < outermost)
			site = model_intern_position(b, frames[f + 1].file,
						     frames[f + 1].line, 0);
		id = model_intern_node(b, id, function, site, f < outermost,
				       thread);
		if (id == MODEL_NONE)
			return id;
	}
	src->position[i] = innermost(b, location, node->module);
	model_add_self(b, id, src->position[i],
		       (struct model_cost){ node->self_ns, node->samples });
	return id;
}

static bool add_node(struct source *src, size_t i)
{
	const struct profile_node *node = &src->profile->nodes[i];
	struct model_builder *b = src->b;
	uint32_t thread = src->first_thread + node->thread;
	uint32_t parent, id;

	if (node->parent == PROFILE_NONE) {
		id = b->model->threads[thread].root;
		src->position[i] = MODEL_NOWHERE;
		model_add_self(
			b, id, MODEL_NOWHERE,
			(struct model_cost){ node->self_ns, node->samples });
	} else {
		parent = src->nodes[node->parent];
		if (node->fn & ARENA_REGION_BIT)
			id = add_region(src, i, parent, thread);
		else if (src->sampled)
			id = add_sampled(src, i, parent, thread);
		else
			id = add_traced(src, i, parent, thread);
	}
	if (b->failed)
		return false;
	b->model->nodes[id].calls += node->calls;
	src->nodes[i] = id;
	return true;
}

static bool add_threads(struct source *src, uint32_t process)
{
	struct model_builder *b = src->b;
	struct model *m = b->model;

	for (size_t i = 0; i < src->profile->thread_count; i++) {
		const struct profile_thread *t = &src->profile->threads[i];
		uint32_t id = (uint32_t)m->thread_count;
		uint32_t function = model_intern_function(
			b, model_root_symbol(b, &t->record, process));
		uint32_t root = model_intern_node(b, MODEL_NONE, function,
						  MODEL_NOWHERE, false, id);

		if (b->failed)
			return false;
		m->functions[function].synthetic = true;
		m->threads[id] = (struct model_thread){
			.process = process,
			.serial = t->record.serial,
			.tid = t->record.tid,
			.merged = t->record.merged,
			.name = t->record.name,
			.unsampled_ns = t->record.unsampled_ns,
			.spread = t->spread,
			.root = root,
		};
		m->thread_count++;
		model_add_self(
			b, root, MODEL_NOWHERE,
			(struct model_cost){ t->record.unsampled_ns, 0 });
	}
	return !b->failed;
}

static void tell_progress(struct model_builder *b)
{
	if (b->options->progress)
		b->options->progress(b->options->progress_context, b->done,
				     b->total);
}

static bool add_nodes(struct source *src)
{
	struct model_builder *b = src->b;

	for (size_t i = 0; i < src->profile->node_count; i++) {
		if (b->done++ % PROGRESS_STEP == 0)
			tell_progress(b);
		if (!add_node(src, i))
			return false;
	}
	return true;
}

static void add_modules(struct source *src)
{
	for (size_t i = 0; i < src->profile->module_count; i++)
		src->modules[i] = profile_symbolizer_module(
			src->profile, i, src->b->symbolizer, &src->biases[i]);
}

static bool add_profile(struct model_builder *b, uint32_t process)
{
	const struct profile *p = b->model->processes[process].profile;
	struct source src = {
		.b = b,
		.profile = p,
		.first_thread = (uint32_t)b->model->thread_count,
		.sampled = p->header.mode == ARENA_MODE_SAMPLE,
	};
	bool ok = false;

	src.modules = reallocarray(NULL, p->module_count + 1, sizeof(uint32_t));
	src.biases = reallocarray(NULL, p->module_count + 1, sizeof(uint64_t));
	src.nodes = reallocarray(NULL, p->node_count + 1, sizeof(uint32_t));
	src.position = reallocarray(NULL, p->node_count + 1, sizeof(uint32_t));
	if (src.modules && src.biases && src.nodes && src.position) {
		add_modules(&src);
		ok = add_threads(&src, process) && add_nodes(&src) &&
		     model_add_durations(b, p, src.nodes);
	} else {
		model_no_memory(b);
	}
	free(src.modules);
	free(src.biases);
	free(src.nodes);
	free(src.position);
	return ok;
}

bool model_build_tree(struct model_builder *b)
{
	/* Number 0 is nowhere. */
	model_intern_position(b, NULL, 0, 0);
	for (size_t i = 0; !b->failed && i < b->model->process_count; i++)
		if (!add_profile(b, (uint32_t)i))
			return false;
	if (!b->failed)
		tell_progress(b);
	return !b->failed;
}
