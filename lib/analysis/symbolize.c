#include "lib/analysis/symbolize.h"

#include "lib/analysis/demangle.h"
#include "lib/analysis/symbol_fragment.h"
#include "lib/analysis/symbol_images.h"
#include "lib/analysis/symbol_object.h"
#include "lib/base/array.h"
#include "lib/base/hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_DEBUG_DIRS "/usr/lib/debug"

/* A function that is known by its address: a symbol's, or none. */
struct located_function {
	uint64_t low;
	struct symbol_function *function;
};

struct module {
	struct symbol_module recorded; /* strings are the store's */
	bool opened;
	struct symbol_object object;
	const struct symbol_location **locations;
	size_t location_count, location_capacity;
	struct idmap by_address;
	struct located_function *functions;
	size_t function_count, function_capacity;
	struct idmap by_low;
	struct symbol_images images; /* of profiles that bring names along */
};

struct synthetic {
	const char *kind, *name; /* of the store: compared as pointers */
	const struct symbol_location *location;
};

struct symbolizer {
	struct symbolizer_options options;
	struct symbol_store store;
	struct module **modules;
	size_t module_count, module_capacity;
	struct synthetic *synthetics;
	size_t synthetic_count, synthetic_capacity;
	struct idmap by_synthetic;
	struct symbol_frames frames; /* of the address being looked up */
	char *warnings;
};

static const struct symbol_function unknown_function = {
	.name = "???",
	.linkage = "???",
	.module = "[unknown]",
};

static const struct symbol_frame unknown_frame = { &unknown_function, NULL, 0 };

/* Also the answer when there is no memory for another one. */
static const struct symbol_location unknown_location = {
	.frames = &unknown_frame,
	.frame_count = 1,
};

struct symbolizer *symbolizer_new(const struct symbolizer_options *options)
{
	struct symbolizer *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->options = *options;
	s->options.debug_dirs = symbol_store_string(
		&s->store,
		options->debug_dirs ? options->debug_dirs : DEFAULT_DEBUG_DIRS);
	return s;
}

static void free_module(struct module *m)
{
	symbol_object_close(&m->object);
	free(m->locations);
	idmap_free(&m->by_address);
	free(m->functions);
	idmap_free(&m->by_low);
	symbol_images_free(&m->images);
	free(m);
}

void symbolizer_free(struct symbolizer *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->module_count; i++)
		free_module(s->modules[i]);
	free(s->modules);
	free(s->synthetics);
	idmap_free(&s->by_synthetic);
	free(s->frames.items);
	free(s->warnings);
	symbol_store_free(&s->store);
	free(s);
}

const char *symbolizer_warnings(const struct symbolizer *s)
{
	return s->warnings;
}

static void warn(struct symbolizer *s, const char *path, const char *problem)
{
	char *longer;

	if (asprintf(&longer, "%s%s: %s\n", s->warnings ? s->warnings : "",
		     path, problem) < 0)
		return;
	free(s->warnings);
	s->warnings = longer;
}

/* --- modules ----------------------------------------------------------------
 */

static bool same_module(const struct symbol_module *a,
			const struct symbol_module *b)
{
	if (!a->jit != !b->jit ||
	    (a->jit && (a->jit->pid != b->jit->pid ||
			a->jit->start_ns != b->jit->start_ns ||
			strcmp(a->jit->host, b->jit->host) != 0)))
		return false;
	if (strcmp(a->path, b->path) != 0 ||
	    a->build_id_size != b->build_id_size)
		return false;
	if (a->build_id_size)
		return !memcmp(a->build_id, b->build_id, a->build_id_size);
	/* Without build-ids, what else tells one build from another. */
	return a->file_size == b->file_size && a->file_mtime == b->file_mtime;
}

static bool keep_jit(struct symbolizer *s, struct symbol_module *recorded)
{
	struct symbol_jit *copy = symbol_store_alloc(&s->store, sizeof(*copy));

	if (!copy)
		return false;
	*copy = *recorded->jit;
	copy->host = symbol_store_string(&s->store, copy->host);
	recorded->jit = copy;
	return copy->host;
}

/* Copy what RECORDED points to. */
static bool keep(struct symbolizer *s, struct symbol_module *recorded)
{
	const uint8_t *id = recorded->build_id;
	uint8_t *copy;

	if (recorded->jit && !keep_jit(s, recorded))
		return false;
	recorded->path = symbol_store_string(&s->store, recorded->path);
	recorded->build_id = NULL;
	if (!id || !recorded->build_id_size) {
		recorded->build_id_size = 0;
		return recorded->path;
	}
	copy = symbol_store_alloc(&s->store, recorded->build_id_size);
	if (copy)
		memcpy(copy, id, recorded->build_id_size);
	recorded->build_id = copy;
	return recorded->path && copy;
}

static void add_image(struct module *m, const struct symbol_module *module)
{
	if (module->image && module->image_module)
		symbol_images_add(&m->images, module->image,
				  module->image_module);
}

uint32_t symbolizer_module(struct symbolizer *s,
			   const struct symbol_module *module)
{
	struct module **grown, *m;

	for (size_t i = 0; i < s->module_count; i++)
		if (same_module(&s->modules[i]->recorded, module)) {
			add_image(s->modules[i], module);
			return (uint32_t)i;
		}
	grown = array_grow(s->modules, &s->module_capacity, s->module_count + 1,
			   sizeof(*grown));
	if (!grown)
		return UINT32_MAX;
	s->modules = grown;
	m = calloc(1, sizeof(*m));
	if (!m)
		return UINT32_MAX;
	m->recorded = *module;
	if (!keep(s, &m->recorded)) {
		free(m);
		return UINT32_MAX;
	}
	add_image(m, module);
	s->modules[s->module_count] = m;
	return (uint32_t)s->module_count++;
}

static void open_module(struct symbolizer *s, struct module *m)
{
	char *problem;

	if (m->opened)
		return;
	m->opened = true;
	symbol_object_open(&m->object, &m->recorded, s->options.debug_dirs,
			   &s->store, &problem);
	if (problem)
		warn(s, m->recorded.path, problem);
	free(problem);
}

/* --- functions without debugging information --------------------------------
 */

/* The function of M that is known by LOW, made if new and then without a name.
 */
static struct symbol_function *function_at(struct symbolizer *s,
					   struct module *m, uint64_t low)
{
	uint64_t hash = hash_u64(low);
	struct located_function *grown;
	struct symbol_function *f;

	IDMAP_EACH(&m->by_low, hash, id)
	if (m->functions[id].low == low)
		return m->functions[id].function;
	grown = array_grow(m->functions, &m->function_capacity,
			   m->function_count + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	m->functions = grown;
	f = symbol_store_alloc(&s->store, sizeof(*f));
	if (!f || !idmap_add(&m->by_low, hash, (uint32_t)m->function_count))
		return NULL;
	f->module = m->recorded.path;
	m->functions[m->function_count++] = (struct located_function){ low, f };
	return f;
}

/* What to show for a symbol: without version, without the suffixes of clones,
 * demangled. To be freed. */
static char *readable(const char *symbol)
{
	size_t length = strcspn(symbol, "@");
	const char *rest = strcmp(symbol + length, "@plt") ? "" : "@plt";
	char *base = strndup(symbol, length);
	char *name, *text;

	if (!base)
		return NULL;
	/* Rust's legacy names have dots of their own, but before the hash. */
	name = demangle_function(base);
	base[demangle_base_length(base)] = '\0';
	if (asprintf(&text, "%s%s", name ? name : base, rest) < 0)
		text = NULL;
	free(name);
	free(base);
	return text;
}

/* The symbol of the function that SYMBOL, "f.cold" or the like, is a part or
 * copy of; NULL where that is not certain. */
static const struct symbol_entry *original_symbol(
	struct module *m, const struct symbol_entry *symbol)
{
	size_t length = demangle_base_length(symbol->name);
	const struct symbol_entry *found = NULL;
	char *name = strdup(symbol->name);

	/* Of "f.isra.0.cold" first "f.isra.0", at last "f". */
	for (size_t end = name ? strlen(name) : 0; !found && end-- > length;) {
		if (name[end] != '.')
			continue;
		name[end] = '\0';
		found = symbol_table_named(&m->object.table, name);
	}
	free(name);
	return found;
}

static void name_after_symbol(struct symbolizer *s, struct module *m,
			      const struct symbol_entry *symbol,
			      struct symbol_function *f)
{
	/* A compiler that makes names for perf makes them readable. */
	char *text = m->recorded.jit ? NULL : readable(symbol->name);

	f->name = symbol_store_string(&s->store, text ? text : symbol->name);
	f->linkage = symbol_store_string(&s->store, symbol->name);
	free(text);
	if (!f->name || !f->linkage)
		f->name = f->linkage = "???";
	f->low = symbol->low;
	f->high = symbol->high;
	if (m->object.dwarf)
		symbol_dwarf_position(m->object.dwarf, f->low, &f->file,
				      &f->line);
}

static const struct symbol_function *function_of_symbol(
	struct symbolizer *s, struct module *m,
	const struct symbol_entry *symbol)
{
	const struct symbol_entry *original =
		m->recorded.jit ? NULL : original_symbol(m, symbol);
	const struct symbol_function *known = NULL;
	struct symbol_function *f;

	if (original && m->object.dwarf)
		known = symbol_dwarf_function(m->object.dwarf, original->low);
	if (known)
		return known;
	if (original)
		symbol = original;
	f = function_at(s, m, symbol->low);
	if (!f)
		return &unknown_function;
	if (!f->name)
		name_after_symbol(s, m, symbol, f);
	return f;
}

/* A function without a name: by where it starts, if the unwind information
 * tells that, so that its addresses stay together. */
static const struct symbol_function *function_without_name(struct symbolizer *s,
							   struct module *m,
							   uint64_t address)
{
	const char *path = m->recorded.path;
	const char *slash = strrchr(path, '/');
	bool bracket = *path == '[';
	uint64_t low = address, high = 0;
	struct symbol_function *f;
	char *text;

	if (m->object.elf)
		bracket = false;
	if (bracket)
		low = 0;
	else if (!m->object.elf ||
		 !symbol_fragment_find(m->object.elf, address, &low, &high))
		high = 0;
	f = function_at(s, m, low);
	if (!f)
		return &unknown_function;
	if (f->name)
		return f;
	if (bracket) {
		f->name = f->linkage = path;
		return f;
	}
	if (asprintf(&text, "%s+0x%" PRIx64, slash ? slash + 1 : path, low) < 0)
		text = NULL;
	f->name = f->linkage = symbol_store_string(&s->store, text);
	free(text);
	if (!f->name)
		f->name = f->linkage = "???";
	if (high) {
		f->low = low;
		f->high = high;
	}
	return f;
}

/* --- locations --------------------------------------------------------------
 */

/* Fill S->frames for link-time ADDRESS of M. Returns an address up to it at
 * which an instruction starts, or 0. */
static uint64_t find_frames(struct symbolizer *s, struct module *m,
			    uint64_t address)
{
	struct symbol_frames *frames = &s->frames;
	const struct symbol_entry *symbol;
	struct symbol_frame *last;
	uint64_t start = 0;

	frames->count = 0;
	if (m->object.dwarf)
		symbol_dwarf_find(m->object.dwarf, address, s->options.inlines,
				  frames, &start);
	last = frames->count ? &frames->items[frames->count - 1] : NULL;
	if (last && last->function && start)
		return start;
	symbol = symbol_table_find(&m->object.table, address);
	if (symbol && symbol->low > start)
		start = symbol->low;
	if (!last) {
		frames->items = array_grow(frames->items, &frames->capacity, 1,
					   sizeof(*frames->items));
		if (!frames->items) {
			frames->capacity = 0;
			return start;
		}
		last = &frames->items[frames->count++];
		*last = (struct symbol_frame){ NULL, NULL, 0 };
	}
	if (!last->function)
		last->function = symbol ? function_of_symbol(s, m, symbol)
					: function_without_name(s, m, address);
	if (!start)
		start = last->function->low;
	return start;
}

static struct symbol_location *make_location(struct symbolizer *s,
					     const struct symbol_frame *frames,
					     size_t count)
{
	struct symbol_location *l =
		count ? symbol_store_alloc(&s->store, sizeof(*l)) : NULL;
	struct symbol_frame *copy =
		l ? symbol_store_alloc(&s->store, count * sizeof(*copy)) : NULL;

	if (!copy)
		return NULL;
	memcpy(copy, frames, count * sizeof(*copy));
	l->frames = copy;
	l->frame_count = count;
	return l;
}

/* Start of the instruction at ADDRESS of M, one being known to start at START.
 * Of an object that is not there, or is not the recorded one, a reader who
 * disassembled what is there would show another program: no address at all. */
static uint64_t instruction_at(struct module *m, uint64_t start,
			       uint64_t address)
{
	bool file = m->recorded.path[0] == '/' && !m->recorded.jit;

	if (file && !m->object.elf)
		return 0;
	return symbol_object_instruction(&m->object, start, address);
}

static const struct symbol_location *locate(struct symbolizer *s,
					    struct module *m, uint64_t address)
{
	const struct symbol_location **grown;
	struct symbol_location *l;
	uint64_t start = 0, instruction = address;
	bool brought = symbol_images_find(&m->images, &s->store, address,
					  s->options.inlines, &s->frames,
					  &instruction);

	if (!brought) {
		open_module(s, m);
		start = find_frames(s, m, address);
	}
	grown = array_grow(m->locations, &m->location_capacity,
			   m->location_count + 1, sizeof(*grown));
	if (grown)
		m->locations = grown;
	l = make_location(s, s->frames.items, s->frames.count);
	if (!grown || !l)
		return &unknown_location;
	l->address = address;
	l->instruction = address;
	if (s->options.exact_instructions && brought)
		l->instruction = instruction;
	else if (s->options.exact_instructions)
		l->instruction = instruction_at(m, start, address);
	m->locations[m->location_count] = l;
	if (idmap_add(&m->by_address, hash_u64(address),
		      (uint32_t)m->location_count))
		m->location_count++;
	return l;
}

const struct symbol_location *symbolizer_lookup(struct symbolizer *s,
						uint32_t module, uint64_t bias,
						uint64_t address)
{
	struct module *m;

	if (module >= s->module_count)
		return &unknown_location;
	m = s->modules[module];
	address -= bias;
	IDMAP_EACH(&m->by_address, hash_u64(address), id)
	if (m->locations[id]->address == address)
		return m->locations[id];
	return locate(s, m, address);
}

bool symbolizer_code(struct symbolizer *s, uint32_t module, uint64_t bias,
		     uint64_t address, struct symbol_code *code)
{
	struct module *m;

	*code = (struct symbol_code){ 0 };
	if (module >= s->module_count)
		return false;
	m = s->modules[module];
	if (symbol_images_code(&m->images, &s->store, address - bias, code))
		return true;
	open_module(s, m);
	if (symbol_object_code(&m->object, address - bias, code))
		return true;
	symbol_code_free(code);
	return false;
}

void symbolizer_each(struct symbolizer *s, uint32_t module,
		     void (*visit)(const struct symbol_named *symbol,
				   void *context),
		     void *context)
{
	const struct symbol_table *table;
	struct module *m;

	if (module >= s->module_count)
		return;
	m = s->modules[module];
	open_module(s, m);
	table = &m->object.table;
	for (size_t i = 0; i < table->count; i++) {
		const struct symbol_entry *entry = &table->list[i];
		const struct symbol_location *l =
			symbolizer_lookup(s, module, 0, entry->low);
		const struct symbol_named named = {
			entry->name, entry->low, entry->high,
			l->frames[l->frame_count - 1].function
		};

		visit(&named, context);
	}
}

/* A path may stand for several builds; only one of them is there still. */
bool symbolizer_function_code(struct symbolizer *s,
			      const struct symbol_function *function,
			      uint32_t *module, struct symbol_code *code)
{
	for (size_t i = 0; function->high && i < s->module_count; i++) {
		*module = (uint32_t)i;
		if (!strcmp(s->modules[i]->recorded.path, function->module) &&
		    symbolizer_code(s, *module, 0, function->low, code))
			return true;
	}
	return false;
}

/* --- what is not code --------------------------------------------------------
 */

static const struct symbol_location *make_synthetic(struct symbolizer *s,
						    const char *kind,
						    const char *name)
{
	struct symbol_function *f = symbol_store_alloc(&s->store, sizeof(*f));
	struct symbol_frame frame = { f, NULL, 0 };
	char *module;

	if (!f || asprintf(&module, "[%s]", kind) < 0)
		return NULL;
	f->name = f->linkage = name;
	f->module = symbol_store_string(&s->store, module);
	free(module);
	return f->module ? make_location(s, &frame, 1) : NULL;
}

const struct symbol_location *symbolizer_synthetic(struct symbolizer *s,
						   const char *kind,
						   const char *name)
{
	struct synthetic *grown, new;
	uint64_t hash;

	new.kind = symbol_store_string(&s->store, kind);
	new.name = symbol_store_string(&s->store, name);
	if (!new.kind || !new.name)
		return &unknown_location;
	hash = hash_add(hash_pointer(new.kind), (uintptr_t) new.name);
	IDMAP_EACH(&s->by_synthetic, hash, id)
	if (s->synthetics[id].kind == new.kind &&
	    s->synthetics[id].name == new.name)
		return s->synthetics[id].location;
	new.location = make_synthetic(s, new.kind, new.name);
	grown = array_grow(s->synthetics, &s->synthetic_capacity,
			   s->synthetic_count + 1, sizeof(*grown));
	if (grown)
		s->synthetics = grown;
	if (!grown || !new.location)
		return &unknown_location;
	s->synthetics[s->synthetic_count] = new;
	if (idmap_add(&s->by_synthetic, hash, (uint32_t)s->synthetic_count))
		s->synthetic_count++;
	return new.location;
}
