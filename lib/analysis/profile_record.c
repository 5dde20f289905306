/* profile_record.c - threads, modules, command line and region names. */
#include "lib/analysis/profile_parts.h"
#include "lib/base/array.h"
#include "lib/base/hash.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define HEAD	      sizeof(struct arena_chunk)
#define MODULE_HEAD   (HEAD + sizeof(struct arena_module))
#define THREAD_HEAD   (HEAD + sizeof(struct arena_thread))
#define BUILD_ID_SIZE 32

static const char *chunk_bytes(const struct profile_scan *s,
			       const struct arena_chunk *chunk)
{
	return (const char *)s->bytes + chunk->offset;
}

/* A chunk is claimed first and filled later: one that holds nothing yet, since
 * its writer died or stands still, is no damage. */
static bool is_unfilled(const struct arena_chunk *chunk)
{
	return chunk->used == HEAD;
}

static bool too_short(struct profile_scan *s, const struct arena_chunk *chunk)
{
	return profile_damage(s, ERROR_FORMAT, chunk->offset,
			      "a chunk too short for its record");
}

static uint32_t find_thread(const struct profile_scan *s, uint32_t serial)
{
	IDMAP_EACH(&s->serials, hash_u64(serial), id)
	if (s->profile->threads[id].record.serial == serial)
		return id;
	return PROFILE_NONE;
}

/* Note the nodes from byte START of CHUNK to its end. */
static bool add_span(struct profile_scan *s, const struct arena_chunk *chunk,
		     size_t start, uint32_t thread)
{
	size_t bytes = chunk->used - start;
	size_t count = bytes / sizeof(struct arena_node);
	struct profile_span *spans;

	if (bytes % sizeof(struct arena_node) &&
	    !profile_damage(s, ERROR_FORMAT, chunk->offset + start,
			    "nodes that end within one"))
		return false;
	if (count == 0)
		return true;
	spans = array_grow(s->spans, &s->span_capacity, s->span_count + 1,
			   sizeof(*spans));
	if (!spans)
		return profile_no_memory(s);
	s->spans = spans;
	spans[s->span_count++] = (struct profile_span){
		.position = (uint32_t)((chunk->offset + start) / ARENA_UNIT),
		.count = (uint32_t)count,
		.index = (uint32_t)s->node_count,
		.thread = thread,
	};
	s->node_count += count;
	return true;
}

/* The root is the thread's first node: a parent comes before its children. */
static const char *thread_fault(const struct profile_scan *s,
				const struct arena_chunk *chunk,
				const struct arena_thread *record)
{
	struct arena_node root;

	if (chunk->used < THREAD_HEAD + sizeof(root))
		return "a thread without a root";
	memcpy(&root, chunk_bytes(s, chunk) + THREAD_HEAD, sizeof(root));
	if (record->root != (chunk->offset + THREAD_HEAD) / ARENA_UNIT ||
	    root.parent || root.fn)
		return "a thread whose root is not its first node";
	if (record->state != ARENA_THREAD_LIVE &&
	    record->state != ARENA_THREAD_DONE)
		return "a thread in an unknown state";
	if (record->unsampled_ns >= PROFILE_SUM_LIMIT)
		return "a thread with an impossible time";
	if (find_thread(s, record->serial) != PROFILE_NONE)
		return "a thread's number used twice";
	return NULL;
}

bool profile_scan_thread(struct profile_scan *s,
			 const struct arena_chunk *chunk)
{
	struct profile *p = s->profile;
	struct profile_thread *threads;
	struct arena_thread record;
	const char *fault;
	uint32_t id = (uint32_t)p->thread_count;

	if (is_unfilled(chunk))
		return true;
	if (chunk->used < THREAD_HEAD)
		return too_short(s, chunk);
	memcpy(&record, chunk_bytes(s, chunk) + HEAD, sizeof(record));
	record.name[sizeof(record.name) - 1] = '\0';
	fault = thread_fault(s, chunk, &record);
	if (fault)
		return profile_damage(s, ERROR_FORMAT, chunk->offset, "%s",
				      fault);
	threads = array_grow(p->threads, &s->thread_capacity, id + 1,
			     sizeof(*threads));
	if (!threads)
		return profile_no_memory(s);
	p->threads = threads;
	threads[id].record = record;
	threads[id].root = (uint32_t)s->node_count;
	p->thread_count++;
	if (!idmap_add(&s->serials, hash_u64(record.serial), id))
		return profile_no_memory(s);
	return add_span(s, chunk, THREAD_HEAD, id);
}

bool profile_scan_more(struct profile_scan *s, const struct arena_chunk *chunk)
{
	uint32_t thread = find_thread(s, chunk->owner);

	if (is_unfilled(chunk))
		return true;
	if (thread == PROFILE_NONE)
		return profile_damage(s, ERROR_FORMAT, chunk->offset,
				      "nodes of an unknown thread %" PRIu32,
				      chunk->owner);
	return add_span(s, chunk, HEAD, thread);
}

static const char *module_fault(const struct arena_chunk *chunk,
				const struct arena_module *record)
{
	if (record->start >= record->end)
		return "a module without addresses";
	if (record->build_id_size > BUILD_ID_SIZE)
		return "a module whose build-id is too long";
	if (record->path_length > chunk->used - MODULE_HEAD)
		return "a module whose path is too long";
	return NULL;
}

static void fill_module(struct profile_module *m, const struct arena_module *r)
{
	*m = (struct profile_module){
		.start = r->start,
		.end = r->end,
		.bias = r->bias,
		.epoch = r->epoch,
		.file_size = r->file_size,
		.file_mtime = r->file_mtime,
		.build_id_size = r->build_id_size,
	};
	memcpy(m->build_id, r->build_id, sizeof(m->build_id));
}

bool profile_scan_module(struct profile_scan *s,
			 const struct arena_chunk *chunk)
{
	struct profile *p = s->profile;
	struct profile_module *modules;
	struct arena_module record;
	const char *fault;
	char *path;

	if (is_unfilled(chunk))
		return true;
	if (chunk->used < MODULE_HEAD)
		return too_short(s, chunk);
	memcpy(&record, chunk_bytes(s, chunk) + HEAD, sizeof(record));
	fault = module_fault(chunk, &record);
	if (fault)
		return profile_damage(s, ERROR_FORMAT, chunk->offset, "%s",
				      fault);
	modules = array_grow(p->modules, &s->module_capacity,
			     p->module_count + 1, sizeof(*modules));
	if (!modules)
		return profile_no_memory(s);
	p->modules = modules;
	path = strndup(chunk_bytes(s, chunk) + MODULE_HEAD, record.path_length);
	if (!path)
		return profile_no_memory(s);
	fill_module(&modules[p->module_count], &record);
	modules[p->module_count++].path = path;
	return true;
}

/* The string at *AT before END, and *AT behind it. The last one may lack its
 * NUL: a command line that was too long. */
static char *take_string(const char **at, const char *end)
{
	size_t length = strnlen(*at, (size_t)(end - *at));
	char *text = strndup(*at, length);

	*at += length;
	if (*at < end)
		++*at;
	return text;
}

static bool take_arguments(struct profile_scan *s, const char *at,
			   const char *end)
{
	struct profile *p = s->profile;
	size_t capacity = 0;

	while (at < end) {
		/* One more, for the NULL that ends an argv. */
		char **argv = array_grow(p->argv, &capacity,
					 (size_t)p->argc + 2, sizeof(*argv));

		if (!argv)
			return profile_no_memory(s);
		p->argv = argv;
		argv[p->argc] = take_string(&at, end);
		argv[p->argc + 1] = NULL;
		if (!argv[p->argc])
			return profile_no_memory(s);
		p->argc++;
	}
	return true;
}

bool profile_scan_text(struct profile_scan *s, const struct arena_chunk *chunk)
{
	const char *at = chunk_bytes(s, chunk) + HEAD;
	const char *end = chunk_bytes(s, chunk) + chunk->used;
	struct profile *p = s->profile;

	if (is_unfilled(chunk))
		return true;
	if (s->text_seen)
		return profile_damage(s, ERROR_FORMAT, chunk->offset,
				      "a second command line");
	s->text_seen = true;
	free(p->exe);
	free(p->cwd);
	p->exe = take_string(&at, end);
	p->cwd = take_string(&at, end);
	if (!p->exe || !p->cwd)
		return profile_no_memory(s);
	return take_arguments(s, at, end);
}

static bool add_name(struct profile_scan *s, uint64_t key, const char *text,
		     size_t length)
{
	struct profile *p = s->profile;
	struct profile_name *names = array_grow(
		p->names, &s->name_capacity, p->name_count + 1, sizeof(*names));

	if (!names)
		return profile_no_memory(s);
	p->names = names;
	names[p->name_count].key = key;
	names[p->name_count].text = strndup(text, length);
	if (!names[p->name_count].text)
		return profile_no_memory(s);
	p->name_count++;
	return true;
}

bool profile_scan_names(struct profile_scan *s, const struct arena_chunk *chunk)
{
	const char *bytes = chunk_bytes(s, chunk);
	size_t at = HEAD;

	while (at + sizeof(struct arena_name) <= chunk->used) {
		struct arena_name record;
		size_t text = at + sizeof(record);

		memcpy(&record, bytes + at, sizeof(record));
		if (record.length > chunk->used - text)
			return profile_damage(s, ERROR_FORMAT,
					      chunk->offset + at,
					      "a region's name is too long");
		if (!add_name(s, record.key, bytes + text, record.length))
			return false;
		at = text + ((record.length + 15) & ~(size_t)15);
	}
	return true;
}
