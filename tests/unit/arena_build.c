#include "tests/unit/arena_build.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static void *need(void *p)
{
	if (!p)
		abort();
	return p;
}

struct arena_header *arena_build_header(struct arena_build *b)
{
	return (struct arena_header *)b->bytes;
}

struct arena_chunk *arena_build_chunk(struct arena_build *b, uint64_t offset)
{
	return (struct arena_chunk *)(b->bytes + offset);
}

struct arena_node *arena_build_at(struct arena_build *b, uint32_t position)
{
	return (struct arena_node *)(b->bytes +
				     (uint64_t)position * ARENA_UNIT);
}

/* SIZE more bytes of zeros, whole pages; returns their offset. */
static uint64_t extend(struct arena_build *b, size_t size)
{
	uint64_t offset = b->size;

	size = (size + ARENA_PAGE - 1) & ~(size_t)(ARENA_PAGE - 1);
	if (b->size + size > b->capacity) {
		b->capacity = (b->size + size) * 2;
		b->bytes = need(realloc(b->bytes, b->capacity));
	}
	memset(b->bytes + offset, 0, size);
	b->size += size;
	arena_build_header(b)->used_bytes = b->size;
	return offset;
}

struct arena_build arena_build_new(enum arena_mode mode)
{
	struct arena_build b = { .node_pages = 1 };
	struct arena_header *h;

	extend(&b, sizeof(*h));
	h = arena_build_header(&b);
	memcpy(h->magic, ARENA_MAGIC, sizeof(h->magic));
	h->version = ARENA_VERSION;
	h->byte_order = ARENA_BYTE_ORDER;
	h->header_size = sizeof(*h);
	h->node_size = sizeof(struct arena_node);
	h->mode = (uint8_t)mode;
	h->clock = ARENA_CLOCK_WALL;
	h->ticks = ARENA_TICKS_NS;
	h->end = ARENA_END_EXIT;
	h->pid = 4711;
	h->sync[0].ticks = h->sync[0].mono_ns = 1000;
	h->sync[1].ticks = h->sync[1].mono_ns = 1000001000;
	strcpy(h->program, "build");
	return b;
}

void arena_build_free(struct arena_build *b)
{
	free(b->bytes);
	free(b->threads);
	*b = (struct arena_build){ 0 };
}

uint64_t arena_build_claim(struct arena_build *b, enum arena_chunk_kind kind,
			   size_t size, uint32_t owner)
{
	uint64_t offset = extend(b, sizeof(struct arena_chunk) + size);

	*arena_build_chunk(b, offset) = (struct arena_chunk){
		.magic = ARENA_CHUNK_MAGIC,
		.kind = kind,
		.offset = offset,
		.size = b->size - offset,
		.used = sizeof(struct arena_chunk),
		.owner = owner,
	};
	return offset;
}

static struct arena_build_thread *find(struct arena_build *b, uint32_t serial)
{
	for (size_t i = b->thread_count; i-- > 0;)
		if (b->threads[i].serial == serial)
			return &b->threads[i];
	abort();
}

struct arena_thread *arena_build_record(struct arena_build *b, uint32_t serial)
{
	return (struct arena_thread *)(arena_build_chunk(
					       b, find(b, serial)->first) +
				       1);
}

/* The next node of chunk OFFSET, which has room. */
static uint32_t take(struct arena_build *b, uint64_t offset)
{
	struct arena_chunk *chunk = arena_build_chunk(b, offset);
	uint32_t position = (uint32_t)((offset + chunk->used) / ARENA_UNIT);

	chunk->used += sizeof(struct arena_node);
	arena_build_at(b, position)->target = position;
	return position;
}

uint32_t arena_build_thread(struct arena_build *b, uint32_t serial,
			    const char *name)
{
	uint64_t chunk = arena_build_claim(b, ARENA_CHUNK_THREAD,
					   sizeof(struct arena_thread), serial);
	struct arena_thread *record;
	uint32_t root;

	b->threads = need(realloc(b->threads,
				  (b->thread_count + 1) * sizeof(*b->threads)));
	b->threads[b->thread_count++] =
		(struct arena_build_thread){ serial, chunk, chunk };
	arena_build_chunk(b, chunk)->used += sizeof(*record);
	root = take(b, chunk);
	record = arena_build_record(b, serial);
	record->serial = serial;
	record->tid = 4710 + serial;
	record->state = ARENA_THREAD_DONE;
	record->root = root;
	strncpy(record->name, name, sizeof(record->name) - 1);
	return root;
}

uint32_t arena_build_node(struct arena_build *b, uint32_t serial,
			  uint32_t parent, uint64_t fn, uint64_t site)
{
	struct arena_build_thread *t = find(b, serial);
	const struct arena_chunk *chunk = arena_build_chunk(b, t->chunk);
	uint32_t position;

	if (chunk->used + sizeof(struct arena_node) > chunk->size)
		t->chunk = arena_build_claim(
			b, ARENA_CHUNK_NODES,
			b->node_pages * ARENA_PAGE - sizeof(*chunk), serial);
	position = take(b, t->chunk);
	arena_build_at(b, position)->parent = parent;
	arena_build_at(b, position)->fn = fn;
	arena_build_at(b, position)->site = site;
	return position;
}

uint64_t arena_build_module(struct arena_build *b, uint64_t start, uint64_t end,
			    uint32_t epoch, const char *path)
{
	size_t length = strlen(path);
	uint64_t offset = arena_build_claim(
		b, ARENA_CHUNK_MODULE, sizeof(struct arena_module) + length, 0);
	struct arena_chunk *chunk = arena_build_chunk(b, offset);
	struct arena_module *module = (struct arena_module *)(chunk + 1);

	module->start = start;
	module->end = end;
	module->bias = start;
	module->epoch = epoch;
	module->path_length = (uint32_t)length;
	memcpy(module + 1, path, length);
	chunk->used += sizeof(*module) + length;
	return offset;
}

uint64_t arena_build_text(struct arena_build *b, const char *text, size_t size)
{
	uint64_t offset = arena_build_claim(b, ARENA_CHUNK_TEXT, size, 0);

	memcpy(arena_build_chunk(b, offset) + 1, text, size);
	arena_build_chunk(b, offset)->used += size;
	arena_build_header(b)->text_offset = offset;
	return offset;
}

uint64_t arena_build_name(struct arena_build *b, uint64_t key, const char *text)
{
	size_t length = strlen(text), padded = (length + 15) & ~(size_t)15;
	uint64_t offset = arena_build_claim(
		b, ARENA_CHUNK_NAMES, sizeof(struct arena_name) + padded, 0);
	struct arena_name *name =
		(struct arena_name *)(arena_build_chunk(b, offset) + 1);

	name->key = key;
	name->length = (uint32_t)length;
	memcpy(name + 1, text, length);
	arena_build_chunk(b, offset)->used += sizeof(*name) + padded;
	return offset;
}

struct arena_build arena_build_sample(void)
{
	static const char text[] = "/bin/x\0/home\0x\0-v\0two words";
	struct arena_build b = arena_build_new(ARENA_MODE_TRACE);
	uint32_t root, node;

	arena_build_text(&b, text, sizeof(text));
	arena_build_module(&b, 0x1000, 0x3000, 0, "/bin/x");
	arena_build_module(&b, 0x7000, 0x9000, 0, "/lib/y.so");
	root = arena_build_thread(&b, 1, "main");
	node = arena_build_node(&b, 1, root, 0x1100, 0x7123);
	arena_build_at(&b, node)->calls = 3;
	arena_build_at(&b, node)->self = 500;
	node = arena_build_node(&b, 1, node, ARENA_BUILD_REGION, 0x1180);
	arena_build_at(&b, node)->calls = 2;
	root = arena_build_thread(&b, 2, "worker");
	node = root;
	for (int i = 0; i < 100; i++) {
		node = arena_build_node(&b, 2, node, 0x7100 + (uint64_t)i, 0);
		arena_build_at(&b, node)->self = 1;
	}
	arena_build_name(&b, ARENA_BUILD_REGION, "solve");
	return b;
}

uint8_t *arena_build_gzip(const struct arena_build *b, size_t *size)
{
	z_stream z = { .next_in = b->bytes, .avail_in = (uInt)b->size };
	uint8_t *out;

	if (deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) !=
	    Z_OK)
		abort();
	*size = deflateBound(&z, b->size);
	out = need(malloc(*size));
	z.next_out = out;
	z.avail_out = (uInt)*size;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	*size -= z.avail_out;
	deflateEnd(&z);
	return out;
}
