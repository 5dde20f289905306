/* profile_symbols.c - from a profile's modules to the symbolizer's, and the
 * names that a profile may bring along. */
#include "lib/analysis/profile_parts.h"

#include <string.h>

bool profile_scan_symbols(struct profile_scan *s,
			  const struct arena_chunk *chunk)
{
	const uint8_t *bytes = s->bytes + chunk->offset + sizeof(*chunk);
	struct profile *p = s->profile;
	struct symbol_image *image;
	const char *why;
	size_t at;

	if (chunk->used == sizeof(*chunk))
		return true;
	if (p->image)
		return profile_damage(s, ERROR_FORMAT, chunk->offset,
				      "names, a second time");
	image = symbol_image_parse(bytes, chunk->used - sizeof(*chunk), &why,
				   &at);
	if (!image && !why)
		return profile_no_memory(s);
	if (!image)
		return profile_damage(s, ERROR_FORMAT,
				      chunk->offset + sizeof(*chunk) + at, "%s",
				      why);
	p->image = image;
	return true;
}

/* Whether MODULE is code that the process made while it ran. */
static bool is_jit(const struct profile_module *module)
{
	return !strcmp(module->path, "[jit]") ||
	       !strncmp(module->path, "/memfd:", 7);
}

uint32_t profile_symbolizer_module(const struct profile *p, size_t module,
				   struct symbolizer *s, uint64_t *bias)
{
	const struct profile_module *m = &p->modules[module];
	const struct symbol_jit jit = {
		.pid = p->header.pid,
		.host = p->header.host,
		.start_ns = p->header.start_real_ns,
	};
	const struct symbol_module as = {
		.path = is_jit(m) ? "[jit]" : m->path,
		.jit = is_jit(m) ? &jit : NULL,
		.build_id = m->build_id_size ? m->build_id : NULL,
		.build_id_size = m->build_id_size,
		.bias = m->bias,
		.file_size = m->file_size,
		.file_mtime = m->file_mtime,
		.image = p->image,
		.image_module = p->image ? symbol_image_module(p->image,
							       (uint32_t)module)
					 : NULL,
	};

	*bias = is_jit(m) ? 0 : m->bias;
	return symbolizer_module(s, &as);
}
