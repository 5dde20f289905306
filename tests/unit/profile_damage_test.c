/* profile_damage_test.c - profiles that are cut, damaged, or still growing. */
#include "lib/analysis/profile.h"
#include "lib/format/inflate.h"
#include "tests/tap.h"
#include "tests/unit/arena_build.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static struct error err;

static struct profile *parse(const struct arena_build *b)
{
	err = (struct error){ 0 };
	return profile_parse("test", b->bytes, b->size, false, &err);
}

static struct profile *salvage(const struct arena_build *b)
{
	err = (struct error){ 0 };
	return profile_parse("test", b->bytes, b->size, true, &err);
}

static void unfinished_chunks_are_no_damage(void)
{
	struct arena_build b = arena_build_sample();
	uint64_t chunk;
	struct profile *p;

	arena_build_header(&b)->end = ARENA_END_NONE;
	for (unsigned kind = ARENA_CHUNK_THREAD; kind <= ARENA_CHUNK_NAMES;
	     kind++)
		arena_build_claim(&b, kind, 100, 0);
	chunk = arena_build_claim(&b, ARENA_CHUNK_MODULE, 2 * ARENA_PAGE, 0);
	arena_build_chunk(&b, chunk)->magic = 0;
	memset(b.bytes + chunk + ARENA_PAGE, 'x', ARENA_PAGE);
	arena_build_chunk(&b, arena_build_claim(&b, 3, 0, 0))->magic = 0;
	memset(arena_build_chunk(&b, chunk + 3 * ARENA_PAGE), 0, 64);
	p = parse(&b);
	OK(p && !p->warnings && p->node_count == 104,
	   "chunks claimed but not filled, and free pages, are passed over");
	profile_free(p);
	arena_build_free(&b);
}

static void failed_claims_do_not_look_cut(void)
{
	struct arena_build b = arena_build_sample();
	struct profile *p;

	arena_build_header(&b)->used_bytes += 1 << 20;
	OK(!parse(&b) && err.code == ERROR_TRUNCATED,
	   "a file shorter than it says is truncated");
	arena_build_header(&b)->losses[ARENA_LOSS_NODE] = 1;
	p = parse(&b);
	OK(p, "unless it says that it could not grow");
	profile_free(p);
	arena_build_free(&b);
}

static bool fails_with(struct arena_build *b, enum error_code code,
		       const char *message)
{
	struct profile *p = parse(b);
	bool ok = !p && err.code == code && strstr(err.msg, message) &&
		  !strchr(err.msg, '\n');

	if (!ok)
		printf("#   %s\n", p ? "was read" : err.msg);
	profile_free(p);
	arena_build_free(b);
	return ok;
}

/* The node at POSITION as a filter leaves a call out, which it may be. */
static struct arena_node *leave_out(struct arena_build *b, uint32_t position)
{
	struct arena_node *node = arena_build_at(b, position);

	node->self = node->samples = 0;
	node->target = node->parent;
	node->last = ARENA_LEFT_OUT(ARENA_BY_FUNCTION);
	return node;
}

static void contradictions_fail(void)
{
	struct arena_build b = arena_build_sample();
	uint32_t root;

	arena_build_header(&b)->version = 7;
	OK(fails_with(&b, ERROR_VERSION, "version 7 of the format; this prof"),
	   "another version");
	b = arena_build_sample();
	arena_build_header(&b)->mode = 9;
	OK(fails_with(&b, ERROR_FORMAT, "unknown mode 9"), "an unknown mode");
	b = arena_build_sample();
	arena_build_header(&b)->byte_order = 0x04030201;
	OK(fails_with(&b, ERROR_FORMAT, "byte order"), "another byte order");
	b = arena_build_sample();
	b.bytes[2 * ARENA_PAGE] ^= 1;
	OK(fails_with(&b, ERROR_FORMAT, "byte 8192: no chunk begins here"),
	   "a damaged chunk, with its offset");
	b = arena_build_sample();
	b.size -= ARENA_PAGE + 100;
	OK(fails_with(&b, ERROR_TRUNCATED, "past the end of the file"),
	   "a chunk that is cut off");
	b = arena_build_sample();
	root = arena_build_record(&b, 1)->root;
	arena_build_at(&b, root + 3)->parent = root + 3;
	OK(fails_with(&b, ERROR_FORMAT, "whose caller is not one"),
	   "a context that is its own caller");
	b = arena_build_sample();
	arena_build_at(&b, root + 3)->parent = root + 1;
	OK(fails_with(&b, ERROR_FORMAT, "whose caller is not one"),
	   "a caller between two contexts");
	b = arena_build_sample();
	arena_build_at(&b, arena_build_record(&b, 2)->root + 3)->parent = root;
	OK(fails_with(&b, ERROR_FORMAT, "whose caller is not one"),
	   "a caller in another thread");
	b = arena_build_sample();
	arena_build_at(&b, root + 3)->self = UINT64_C(1) << 62;
	OK(fails_with(&b, ERROR_FORMAT, "impossible time"), "146 years");
	b = arena_build_sample();
	leave_out(&b, root + 3)->self = 1;
	OK(fails_with(&b, ERROR_FORMAT, "a context that enters another"),
	   "a call left out that has time of its own");
	b = arena_build_sample();
	leave_out(&b, root + 3)->samples = 1;
	OK(fails_with(&b, ERROR_FORMAT, "a context that enters another"),
	   "or samples");
	b = arena_build_sample();
	leave_out(&b, root + 3);
	arena_build_at(&b, root + 6)->parent = root + 3;
	OK(fails_with(&b, ERROR_FORMAT, "whose caller is not one"),
	   "or calls something");
	b = arena_build_sample();
	arena_build_record(&b, 2)->serial = 1;
	OK(fails_with(&b, ERROR_FORMAT, "used twice"),
	   "two threads of one number");
}

static void salvage_keeps_what_is_whole(void)
{
	struct arena_build b = arena_build_sample();
	struct profile *p;

	b.bytes[2 * ARENA_PAGE] ^= 1; /* the first module */
	p = salvage(&b);
	OK(p && p->module_count == 1 && p->node_count == 104,
	   "one bad chunk is skipped, the rest is there");
	OK(p && p->warnings && strstr(p->warnings, "4096 bytes skipped"),
	   "and a warning says where");
	profile_free(p);
	arena_build_free(&b);
	b = arena_build_sample();
	b.size -= 2 * ARENA_PAGE + 3000; /* in the last chunk of nodes */
	p = salvage(&b);
	OK(p && p->thread_count == 2 && p->node_count > 4, "a cut file");
	profile_free(p);
	arena_build_free(&b);
	b = arena_build_sample();
	arena_build_at(&b, arena_build_record(&b, 1)->root + 3)->parent = 5;
	p = salvage(&b);
	OK(p && p->nodes[1].parent == 0 && profile_total_ns(p) == 600,
	   "a context without its caller hangs below its thread");
	profile_free(p);
	arena_build_free(&b);
}

/* What a reader of a profile relies on. */
static bool is_sound(const struct profile *p)
{
	for (size_t i = 0; i < p->thread_count; i++)
		if (p->threads[i].root >= p->node_count ||
		    p->nodes[p->threads[i].root].parent != PROFILE_NONE)
			return false;
	for (size_t i = 0; i < p->node_count; i++) {
		const struct profile_node *n = &p->nodes[i];

		if (n->thread >= p->thread_count)
			return false;
		if (n->parent == PROFILE_NONE) {
			if (p->threads[n->thread].root != i)
				return false;
		} else if (n->parent >= i ||
			   p->nodes[n->parent].thread != n->thread) {
			return false;
		}
		if ((n->module != PROFILE_NONE &&
		     n->module >= p->module_count) ||
		    (n->site_module != PROFILE_NONE &&
		     n->site_module >= p->module_count))
			return false;
	}
	return profile_total_ns(p) < UINT64_C(1) << 62;
}

/* Read BYTES both ways; whatever is accepted must be sound. A copy of just
 * SIZE bytes lets the sanitizer see a read behind its end. */
static bool survives(const uint8_t *bytes, size_t size, bool *accepted)
{
	uint8_t *copy = malloc(size ? size : 1);
	bool ok = true;

	memcpy(copy, bytes, size);
	for (int salvaging = 0; salvaging < 2; salvaging++) {
		struct profile *p;

		err = (struct error){ 0 };
		p = profile_parse("x", copy, size, salvaging, &err);
		ok = ok && (p ? is_sound(p) : err.code && *err.msg);
		if (!salvaging)
			*accepted = p;
		profile_free(p);
	}
	free(copy);
	return ok;
}

static struct arena_build small_file(void)
{
	static const char text[] = "/x\0/\0x";
	struct arena_build b = arena_build_new(ARENA_MODE_TRACE);
	uint32_t node;

	arena_build_text(&b, text, sizeof(text));
	arena_build_module(&b, 0x1000, 0x3000, 0, "/x");
	node = arena_build_node(&b, 1, arena_build_thread(&b, 1, "x"), 0x1100,
				0x1200);
	arena_build_at(&b, node)->self = 12345;
	arena_build_at(&b, node)->calls = 3;
	node = arena_build_node(&b, 1, node, ARENA_BUILD_REGION, 0x1300);
	arena_build_name(&b, ARENA_BUILD_REGION, "r");
	return b;
}

static void every_truncation_is_survived(void)
{
	struct arena_build b = small_file();
	size_t size, accepted = 0, bad = 0;
	uint8_t *gz = arena_build_gzip(&b, &size);
	bool whole;

	for (size_t n = 0; n < b.size; n += n < 600 ? 1 : 7)
		bad += !survives(b.bytes, n, &whole) || whole;
	IS_U64(bad, 0, "a plain file, cut anywhere, is refused");
	for (size_t n = 0; n < size; n++) {
		bad += !survives(gz, n, &whole);
		accepted += whole;
	}
	IS_U64(bad + accepted, 0, "a gzipped one, cut anywhere, is refused");
	arena_build_free(&b);
	free(gz);
}

/* Some bits do not matter: the time in gzip's header, or how far back a copy
 * of zeros among zeros is taken from. */
static bool inflates_to(const uint8_t *gz, size_t size,
			const struct arena_build *b)
{
	struct inflated in = inflate_gzip(gz, size, ARENA_MAGIC, 8);
	bool same = in.status == INFLATE_OK && in.size == b->size &&
		    !memcmp(in.bytes, b->bytes, b->size);

	free(in.bytes);
	return same;
}

static void every_flipped_bit_is_survived(void)
{
	struct arena_build b = small_file();
	size_t size, bad = 0;
	uint8_t *gz = arena_build_gzip(&b, &size);
	bool accepted;

	for (size_t i = 0; i < b.size; i++) {
		/* Pages are mostly free: there one bit a byte will do. */
		int bits = i % ARENA_PAGE < 512 ? 8 : 1;

		for (int bit = 0; bit < bits; bit++) {
			b.bytes[i] ^= 1 << bit;
			bad += !survives(b.bytes, b.size, &accepted);
			b.bytes[i] ^= 1 << bit;
		}
	}
	IS_U64(bad, 0, "a plain file with any bit flipped does no harm");
	bad = 0;
	for (size_t i = 0; i < size; i++) {
		for (int bit = 0; bit < 8; bit++) {
			gz[i] ^= 1 << bit;
			bad += !survives(gz, size, &accepted) ||
			       (accepted && !inflates_to(gz, size, &b));
			gz[i] ^= 1 << bit;
		}
	}
	IS_U64(bad, 0,
	       "a gzipped one is refused, unless it inflates to the same");
	arena_build_free(&b);
	free(gz);
}

static void random_damage_is_survived(void)
{
	struct arena_build b = arena_build_sample();
	uint8_t *bytes = malloc(b.size);
	size_t bad = 0;
	bool accepted;

	srandom(1);
	for (int round = 0; round < 3000; round++) {
		memcpy(bytes, b.bytes, b.size);
		for (int i = random() % 8 + 1; i > 0; i--) {
			size_t page = random() % (b.size / ARENA_PAGE);
			size_t at = page * ARENA_PAGE + random() % 700;

			at &= ~(size_t)3;
			bytes[at + random() % 4] = (uint8_t)random();
			if (random() % 4 == 0)
				memset(bytes + at, random() % 2 ? 0xff : 0, 4);
		}
		bad += !survives(bytes, b.size, &accepted);
	}
	IS_U64(bad, 0, "3000 random damages do no harm");
	free(bytes);
	arena_build_free(&b);
}

/* A thread that writes as the runtime does: each context below the last one,
 * published by its chunk's used, each chunk below the one before. */
struct writer {
	uint8_t *map;
	size_t size;
	_Atomic bool stop;
};

static void *write_nodes(void *context)
{
	struct writer *w = context;
	struct arena_header *h = (struct arena_header *)w->map;
	uint64_t chunk = h->used_bytes - ARENA_PAGE;
	uint32_t last = ((struct arena_thread *)(w->map + chunk + 64))->root;

	while (!w->stop) {
		struct arena_chunk *c = (struct arena_chunk *)(w->map + chunk);
		uint64_t used = c->used;
		struct arena_node *node;

		if (used + sizeof(*node) > c->size) {
			chunk += c->size;
			if (chunk + ARENA_PAGE > w->size)
				break;
			h->used_bytes += ARENA_PAGE;
			c = (struct arena_chunk *)(w->map + chunk);
			*c = (struct arena_chunk){ .kind = ARENA_CHUNK_NODES,
						   .offset = chunk,
						   .size = ARENA_PAGE,
						   .used = sizeof(*c),
						   .owner = 1 };
			__atomic_store_n(&c->magic, ARENA_CHUNK_MAGIC,
					 __ATOMIC_RELEASE);
			/* A pause now and then, to last through the test. */
			if (chunk / ARENA_PAGE % 4 == 0)
				usleep(100);
			continue;
		}
		node = (struct arena_node *)(w->map + chunk + used);
		node->fn = 0x1000;
		node->parent = last;
		node->self = 1;
		last = (uint32_t)((chunk + used) / ARENA_UNIT);
		node->target = last;
		__atomic_store_n(&c->used, used + sizeof(*node),
				 __ATOMIC_RELEASE);
	}
	return NULL;
}

static void growing_file_is_consistent(void)
{
	struct arena_build b = arena_build_new(ARENA_MODE_COUNT);
	char path[] = "/tmp/profile_damage_test.XXXXXX";
	struct writer w = { .size = 16 << 20 };
	size_t read = 0, grown = 0, last = 0;
	pthread_t thread;
	int fd;

	arena_build_header(&b)->end = ARENA_END_NONE;
	arena_build_thread(&b, 1, "main");
	fd = mkstemp(path);
	if (fd < 0 || write(fd, b.bytes, b.size) != (ssize_t)b.size ||
	    ftruncate(fd, (off_t)w.size))
		exit(1);
	w.map = mmap(NULL, w.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (w.map == MAP_FAILED ||
	    pthread_create(&thread, NULL, write_nodes, &w))
		exit(1);
	for (int i = 0; i < 50; i++) {
		struct profile *p = profile_open(path, false, &err);

		read += p && is_sound(p) && !p->warnings;
		if (!p)
			printf("#   %s\n", err.msg);
		grown += p && p->node_count > last;
		last = p ? p->node_count : last;
		profile_free(p);
	}
	w.stop = true;
	pthread_join(thread, NULL);
	munmap(w.map, w.size);
	unlink(path);
	arena_build_free(&b);
	IS_U64(read, 50, "a file is read whole while it is being written");
	OK(grown > 1, "and it did grow meanwhile");
}

int main(void)
{
	unfinished_chunks_are_no_damage();
	failed_claims_do_not_look_cut();
	contradictions_fail();
	salvage_keeps_what_is_whole();
	every_truncation_is_survived();
	every_flipped_bit_is_survived();
	random_damage_is_survived();
	growing_file_is_consistent();
	return tap_done();
}
