/* profile_test.c - reading profiles: whole ones, and what is left of others. */
#include "lib/analysis/profile.h"
#include "lib/format/inflate.h"
#include "tests/tap.h"
#include "tests/unit/arena_build.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define EPOCH(n)   ((uint64_t)(n) << ARENA_ADDRESS_BITS)
#define REGION_KEY (ARENA_REGION_BIT | 0x1234567890abcdef)

static char scratch[] = "/tmp/profile_test.XXXXXX";
static struct error err;

static char *in_scratch(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", scratch, name);
	return path;
}

static struct profile *parse(const struct arena_build *b)
{
	err = (struct error){0};
	return profile_parse("test", b->bytes, b->size, false, &err);
}

static struct profile *salvage(const struct arena_build *b)
{
	err = (struct error){0};
	return profile_parse("test", b->bytes, b->size, true, &err);
}

/* Parse B, free it, and return the profile, which must be there. */
static struct profile *finish(struct arena_build *b)
{
	struct profile *p = parse(b);

	if (!p) {
		printf("Bail out! %s\n", err.msg);
		exit(1);
	}
	arena_build_free(b);
	return p;
}

/* Something of each kind: two threads, three chunks of nodes, two modules, a
 * region, and a command line. */
static struct arena_build sample_file(void)
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
	node = arena_build_node(&b, 1, node, REGION_KEY, 0x1180);
	arena_build_at(&b, node)->calls = 2;
	root = arena_build_thread(&b, 2, "worker");
	node = root;
	for (int i = 0; i < 100; i++) {
		node = arena_build_node(&b, 2, node, 0x7100 + (uint64_t)i, 0);
		arena_build_at(&b, node)->self = 1;
	}
	arena_build_name(&b, REGION_KEY, "solve");
	return b;
}

static void whole_file_is_read(void)
{
	struct arena_build b = sample_file();
	struct profile *p = finish(&b);

	IS_STR(p->exe, "/bin/x", "the executable's path");
	IS_STR(p->cwd, "/home", "the working directory");
	IS_U64(p->argc, 3, "three arguments");
	IS_STR(p->argc == 3 ? p->argv[2] : NULL, "two words",
	       "the last argument");
	IS_U64(p->thread_count, 2, "two threads");
	IS_U64(p->node_count, 104, "all nodes of all chunks");
	IS_U64(p->nodes[0].parent, PROFILE_NONE, "a root has no parent");
	IS_U64(p->nodes[1].parent, 0, "its child's parent is the root");
	IS_U64(p->nodes[1].module, 0, "the module of a function");
	IS_U64(p->nodes[1].site_module, 1, "the module of a call site");
	IS_U64(p->nodes[2].module, PROFILE_NONE, "a region has no module");
	IS_U64(p->nodes[2].site_module, 0, "but its site has one");
	IS_STR(profile_region_name(p, p->nodes[2].fn), "solve",
	       "a region's name");
	IS_STR(profile_region_name(p, ARENA_REGION_BIT), "region ?",
	       "a region without a name");
	IS_U64(p->threads[1].root, 3, "the second thread's root");
	IS_U64(p->nodes[103].parent, 102, "a parent across chunks");
	IS_U64(p->nodes[103].thread, 1, "a node's thread");
	IS_U64(profile_total_ns(p), 600, "the total");
	IS_U64(p->wall_ns, 1000000000, "wall time from start to end");
	OK(!p->compressed && !p->running && !p->warnings,
	   "not compressed, not running, no warnings");
	profile_free(p);
}

static void gzip_reads_alike(void)
{
	struct arena_build b = sample_file();
	size_t size;
	uint8_t *gz = arena_build_gzip(&b, &size);
	struct profile *raw = finish(&b);
	struct profile *p = profile_parse("test", gz, size, false, &err);

	OK(p && p->compressed, "a gzipped profile is read");
	IS_U64(p ? p->file_bytes : 0, size, "and knows its size on disk");
	OK(p && p->node_count == raw->node_count &&
		   !memcmp(p->nodes, raw->nodes,
			   raw->node_count * sizeof(*raw->nodes)),
	   "its contexts are those of the plain file");
	profile_free(p);
	profile_free(raw);
	free(gz);
}

static void cycles_become_nanoseconds(void)
{
	struct arena_build b = arena_build_new(ARENA_MODE_TRACE);
	struct arena_header *h = arena_build_header(&b);
	uint32_t root, node;
	struct profile *p;

	h->ticks = ARENA_TICKS_TSC;
	h->sync[1].ticks = h->sync[0].ticks + 2500000000; /* 2.5 GHz, 1 s */
	h->end_ticks = 2500001000;
	root = arena_build_thread(&b, 1, "main");
	node = arena_build_node(&b, 1, root, 0x1000, 0);
	arena_build_at(&b, node)->self = UINT64_C(1) << 61;
	p = finish(&b);
	IS_U64(p->nodes[1].self_ns, UINT64_C(922337203685477580),
	       "cycles are scaled without rounding errors");
	profile_free(p);
}

static void unusable_clock_gives_no_times(void)
{
	struct arena_build b = arena_build_new(ARENA_MODE_TRACE);
	struct arena_header *h = arena_build_header(&b);
	uint32_t node;
	struct profile *p;

	h->ticks = ARENA_TICKS_TSC;
	h->sync[1] = h->sync[0];
	node = arena_build_node(&b, 1, arena_build_thread(&b, 1, "main"),
				0x1000, 0);
	arena_build_at(&b, node)->self = 1000;
	arena_build_at(&b, node)->calls = 7;
	p = finish(&b);
	IS_U64(p->nodes[1].self_ns, 0, "without calibration times are 0");
	IS_U64(p->nodes[1].calls, 7, "but calls are there");
	OK(p->warnings && strstr(p->warnings, "calibrated"),
	   "and a warning says so");
	profile_free(p);
}

static void time_below_zero_is_the_callers(void)
{
	struct arena_build b = arena_build_new(ARENA_MODE_TRACE);
	uint32_t root = arena_build_thread(&b, 1, "main");
	uint32_t up = arena_build_node(&b, 1, root, 0x1000, 0);
	uint32_t down = arena_build_node(&b, 1, up, 0x1100, 0);
	struct profile *p;

	arena_build_at(&b, up)->self = 1000;
	arena_build_at(&b, down)->self = -UINT64_C(30);
	p = finish(&b);
	IS_U64(p->nodes[2].self_ns, 0, "a time below 0 reads as 0");
	IS_U64(p->nodes[1].self_ns, 970, "and is taken off its caller");
	profile_free(p);
}

/* MODE and CLOCK with 1000 ns between the last event and the end. */
static uint64_t pending_ns(enum arena_mode mode, enum arena_clock clock,
			   enum arena_thread_state state)
{
	struct arena_build b = arena_build_new(mode);
	uint32_t root = arena_build_thread(&b, 1, "main");
	uint32_t node = arena_build_node(&b, 1, root, 0x1000, 0);
	struct arena_thread *t = arena_build_record(&b, 1);
	struct profile *p;
	uint64_t ns;

	arena_build_header(&b)->clock = (uint8_t)clock;
	arena_build_header(&b)->end_ticks = 6000;
	t->state = state;
	t->pending = node;
	t->pending_ticks = 5000;
	p = finish(&b);
	ns = p->nodes[1].self_ns;
	profile_free(p);
	return ns;
}

static void pending_time_is_booked(void)
{
	IS_U64(pending_ns(ARENA_MODE_TRACE, ARENA_CLOCK_WALL,
			  ARENA_THREAD_LIVE),
	       1000, "time up to the end is the active context's");
	IS_U64(pending_ns(ARENA_MODE_TRACE, ARENA_CLOCK_WALL,
			  ARENA_THREAD_DONE),
	       0, "not in a thread that ended");
	IS_U64(pending_ns(ARENA_MODE_TRACE, ARENA_CLOCK_CPU, ARENA_THREAD_LIVE),
	       0, "not on CPU clocks, which are one a thread");
	IS_U64(pending_ns(ARENA_MODE_COUNT, ARENA_CLOCK_WALL,
			  ARENA_THREAD_LIVE),
	       0, "not where time comes from samples");
}

static void hook_costs_are_taken_out(void)
{
	struct arena_build b = arena_build_new(ARENA_MODE_TRACE);
	struct arena_header *h = arena_build_header(&b);
	uint32_t root, f, g, again;
	struct profile *p;

	h->hook_inside_ps[0] = 10000; /* 12 ns in the mean */
	h->hook_inside_ps[1] = 14000;
	h->hook_outside_ps[0] = 20000; /* 20 ns */
	h->hook_outside_ps[1] = 20000;
	root = arena_build_thread(&b, 1, "main");
	f = arena_build_node(&b, 1, root, 0x1000, 0);
	g = arena_build_node(&b, 1, f, 0x1100, 0);
	arena_build_at(&b, root)->self = 100;
	arena_build_at(&b, f)->calls = 2;
	arena_build_at(&b, f)->self = 10000;
	arena_build_at(&b, g)->calls = 100;
	arena_build_at(&b, g)->self = 1000;
	again = arena_build_node(&b, 1, g, 0x1000, 0);
	arena_build_at(&b, again)->calls = 5;
	arena_build_at(&b, again)->target = f;
	p = finish(&b);
	IS_U64(p->nodes[0].self_ns, 100 - 2 * 20, "outside cost is the root's");
	IS_U64(p->nodes[1].self_ns, 10000 - 2 * 12 - 5 * 12 - 100 * 20,
	       "inside cost lies where a folded call entered");
	IS_U64(p->nodes[2].self_ns, 0, "a cost above the time leaves 0");
	IS_U64(p->clamped, 1, "and is counted");
	IS_U64(p->overhead_ns, 40 + 84 + 2000 + 1000, "what was taken out");
	IS_U64(p->overhead_error_ns, 107 * 2,
	       "half the measurements' difference is the uncertainty");
	profile_free(p);
}

static void epochs_choose_among_modules(void)
{
	struct arena_build b = arena_build_new(ARENA_MODE_SAMPLE);
	uint32_t root;
	struct profile *p;

	arena_build_module(&b, 0x1000, 0x9000, 0, "/lib/a");
	arena_build_module(&b, 0x2000, 0x4000, 3, "/lib/b");
	arena_build_module(&b, 0x2000, 0x3000, 7, "/lib/c");
	root = arena_build_thread(&b, 1, "main");
	arena_build_node(&b, 1, root, EPOCH(2) | 0x2500, 0);
	arena_build_node(&b, 1, root, EPOCH(3) | 0x2500, 0);
	arena_build_node(&b, 1, root, EPOCH(9) | 0x2500, 0);
	arena_build_node(&b, 1, root, EPOCH(9) | 0x3500, 0);
	arena_build_node(&b, 1, root, EPOCH(9) | 0x4500, 0);
	arena_build_node(&b, 1, root, EPOCH(9) | 0x9000, 0);
	p = finish(&b);
	IS_U64(p->nodes[1].module, 0, "before the address was used again");
	IS_U64(p->nodes[2].module, 1, "from the epoch on in which it was");
	IS_U64(p->nodes[3].module, 2, "after it was used a third time");
	IS_U64(p->nodes[4].module, 1, "beside the third module");
	IS_U64(p->nodes[5].module, 0, "beside the second module");
	IS_U64(p->nodes[6].module, PROFILE_NONE, "behind all modules");
	IS_U64(p->nodes[3].fn, 0x2500, "the epoch is not in the address");
	profile_free(p);
}

static void unfinished_chunks_are_no_damage(void)
{
	struct arena_build b = sample_file();
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
	struct arena_build b = sample_file();
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

static void contradictions_fail(void)
{
	struct arena_build b = sample_file();
	uint32_t root;

	arena_build_header(&b)->version = 7;
	OK(fails_with(&b, ERROR_VERSION, "version 7 of the format; this prof"),
	   "another version");
	b = sample_file();
	arena_build_header(&b)->mode = 9;
	OK(fails_with(&b, ERROR_FORMAT, "unknown mode 9"), "an unknown mode");
	b = sample_file();
	arena_build_header(&b)->byte_order = 0x04030201;
	OK(fails_with(&b, ERROR_FORMAT, "byte order"), "another byte order");
	b = sample_file();
	b.bytes[2 * ARENA_PAGE] ^= 1;
	OK(fails_with(&b, ERROR_FORMAT, "byte 8192: no chunk begins here"),
	   "a damaged chunk, with its offset");
	b = sample_file();
	b.size -= ARENA_PAGE + 100;
	OK(fails_with(&b, ERROR_TRUNCATED, "past the end of the file"),
	   "a chunk that is cut off");
	b = sample_file();
	root = arena_build_record(&b, 1)->root;
	arena_build_at(&b, root + 3)->parent = root + 3;
	OK(fails_with(&b, ERROR_FORMAT, "whose caller is not one"),
	   "a context that is its own caller");
	b = sample_file();
	arena_build_at(&b, root + 3)->parent = root + 1;
	OK(fails_with(&b, ERROR_FORMAT, "whose caller is not one"),
	   "a caller between two contexts");
	b = sample_file();
	arena_build_at(&b, arena_build_record(&b, 2)->root + 3)->parent = root;
	OK(fails_with(&b, ERROR_FORMAT, "whose caller is not one"),
	   "a caller in another thread");
	b = sample_file();
	arena_build_at(&b, root + 3)->self = UINT64_C(1) << 62;
	OK(fails_with(&b, ERROR_FORMAT, "impossible time"), "146 years");
	b = sample_file();
	arena_build_record(&b, 2)->serial = 1;
	OK(fails_with(&b, ERROR_FORMAT, "used twice"),
	   "two threads of one number");
}

static void salvage_keeps_what_is_whole(void)
{
	struct arena_build b = sample_file();
	struct profile *p;

	b.bytes[2 * ARENA_PAGE] ^= 1; /* the first module */
	p = salvage(&b);
	OK(p && p->module_count == 1 && p->node_count == 104,
	   "one bad chunk is skipped, the rest is there");
	OK(p && p->warnings && strstr(p->warnings, "4096 bytes skipped"),
	   "and a warning says where");
	profile_free(p);
	arena_build_free(&b);
	b = sample_file();
	b.size -= 2 * ARENA_PAGE + 3000; /* in the last chunk of nodes */
	p = salvage(&b);
	OK(p && p->thread_count == 2 && p->node_count > 4, "a cut file");
	profile_free(p);
	arena_build_free(&b);
	b = sample_file();
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

		err = (struct error){0};
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
	node = arena_build_node(&b, 1, node, REGION_KEY, 0x1300);
	arena_build_name(&b, REGION_KEY, "r");
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
	struct arena_build b = sample_file();
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

static void bombs_do_not_go_off(void)
{
	struct arena_build b = arena_build_new(ARENA_MODE_TRACE);
	size_t size;
	uint8_t *gz;
	struct profile *p;

	b.bytes[0] = 'x';
	arena_build_claim(&b, ARENA_CHUNK_NODES, 64 << 20, 0);
	gz = arena_build_gzip(&b, &size);
	p = profile_parse("bomb", gz, size, false, &err);
	OK(!p && strstr(err.msg, "gzip of something else"),
	   "other files are refused by their first bytes");
	profile_free(p);
	arena_build_free(&b);
	free(gz);
}

static void write_file(const char *path, const void *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
		exit(1);
	close(fd);
}

/* What profile_open says of PATH, after the name. */
static const char *refusal(const char *path, enum error_code code)
{
	struct profile *p = profile_open(path, false, &err);
	size_t length = strlen(path);

	if (p || err.code != code || strncmp(err.msg, path, length)) {
		profile_free(p);
		return err.msg;
	}
	return err.msg + length;
}

static void other_files_are_named(void)
{
	char *path = in_scratch("file");

	IS_STR(refusal("/nonexistent", ERROR_NOT_FOUND),
	       ": cannot open: No such file or directory", "no file");
	IS_STR(refusal("/tmp", ERROR_FORMAT), ": is a directory, not a profile",
	       "a directory");
	IS_STR(refusal("/dev/null", ERROR_FORMAT), ": not a regular file",
	       "a device");
	write_file(path, "", 0);
	IS_STR(refusal(path, ERROR_FORMAT), ": empty file", "an empty file");
	write_file(path, "#!/bin/sh\n", 10);
	IS_STR(refusal(path, ERROR_FORMAT),
	       ": not a libprof profile (starts with \"#!/bin/s\")",
	       "a script");
	write_file(path, "\177ELF\002", 5);
	IS_STR(refusal(path, ERROR_FORMAT),
	       ": not a libprof profile (starts with 7f 45 4c 46 02)",
	       "a binary");
	write_file(path, "\211PRF\n\032\n", 7);
	IS_STR(refusal(path, ERROR_FORMAT), ": damaged by a transfer as text",
	       "a file that lost its carriage returns");
	write_file(path, "\211PRF\r\n", 6);
	IS_STR(refusal(path, ERROR_TRUNCATED), ": only 6 bytes of a profile",
	       "a part of the magic");
	unlink(path);
	if (!mkfifo(path, 0600))
		IS_STR(refusal(path, ERROR_FORMAT), ": not a regular file",
		       "a FIFO does not block");
	unlink(path);
}

static void own_process_is_running(void)
{
	struct arena_build b = sample_file();
	char *path = in_scratch("running"), stat[1024], *at;
	int fd = open("/proc/self/stat", O_RDONLY);
	ssize_t got = read(fd, stat, sizeof(stat) - 1);
	struct profile *p;

	close(fd);
	stat[got > 0 ? got : 0] = '\0';
	at = strrchr(stat, ')');
	for (int i = 2; i < 22 && at; i++)
		at = strchr(at + 1, ' ');
	arena_build_header(&b)->end = ARENA_END_NONE;
	arena_build_header(&b)->pid = (uint32_t)getpid();
	arena_build_header(&b)->start_boot_ticks = at ? strtoull(at, 0, 10) : 0;
	write_file(path, b.bytes, b.size);
	p = profile_open(path, false, &err);
	OK(p && p->running, "a living process's profile says so");
	OK(p && p->wall_ns > 1000000000, "and has run until now");
	profile_free(p);
	arena_build_header(&b)->start_boot_ticks++;
	write_file(path, b.bytes, b.size);
	p = profile_open(path, false, &err);
	OK(p && !p->running, "another process of its number is not it");
	profile_free(p);
	arena_build_free(&b);
	unlink(path);
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
			*c = (struct arena_chunk){.kind = ARENA_CHUNK_NODES,
						  .offset = chunk,
						  .size = ARENA_PAGE,
						  .used = sizeof(*c),
						  .owner = 1};
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
	char *path = in_scratch("growing");
	struct writer w = {.size = 16 << 20};
	size_t read = 0, grown = 0, last = 0;
	pthread_t thread;
	int fd;

	arena_build_header(&b)->end = ARENA_END_NONE;
	arena_build_thread(&b, 1, "main");
	write_file(path, b.bytes, b.size);
	fd = open(path, O_RDWR);
	if (ftruncate(fd, (off_t)w.size))
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
	if (!mkdtemp(scratch))
		return 1;
	whole_file_is_read();
	gzip_reads_alike();
	cycles_become_nanoseconds();
	unusable_clock_gives_no_times();
	time_below_zero_is_the_callers();
	pending_time_is_booked();
	hook_costs_are_taken_out();
	epochs_choose_among_modules();
	unfinished_chunks_are_no_damage();
	failed_claims_do_not_look_cut();
	contradictions_fail();
	salvage_keeps_what_is_whole();
	every_truncation_is_survived();
	every_flipped_bit_is_survived();
	random_damage_is_survived();
	bombs_do_not_go_off();
	other_files_are_named();
	own_process_is_running();
	growing_file_is_consistent();
	rmdir(scratch);
	return tap_done();
}
