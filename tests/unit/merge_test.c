/* merge_test.c - several profiles in one file: a union, and readable when it is
 * damaged. */
#include "lib/analysis/merge.h"
#include "lib/analysis/profile_set.h"
#include "tests/tap.h"
#include "tests/unit/arena_build.h"

#include <stdlib.h>
#include <unistd.h>

static struct error err;
static char directory[] = "/tmp/prof-merge.XXXXXX";

static void need(bool ok)
{
	if (!ok)
		abort();
}

static char *path_of(const char *name)
{
	char *path;

	need(asprintf(&path, "%s/%s", directory, name) > 0);
	return path;
}

static void write_file(const char *name, const void *bytes, size_t size)
{
	char *path = path_of(name);
	FILE *f = fopen(path, "wb");

	need(f && fwrite(bytes, 1, size, f) == size && !fclose(f));
	free(path);
}

static uint8_t *read_file(const char *name, size_t *size)
{
	char *path = path_of(name);
	FILE *f = fopen(path, "rb");
	uint8_t *bytes = malloc(1 << 20);

	need(f && bytes);
	*size = fread(bytes, 1, 1 << 20, f);
	fclose(f);
	free(path);
	return bytes;
}

/* The profile of process PID, started at START, as the file NAME. */
static void make_profile(const char *name, uint32_t pid, uint64_t start,
			 enum arena_end end)
{
	struct arena_build b = arena_build_sample();
	struct arena_header *h = arena_build_header(&b);
	size_t size;
	uint8_t *packed;

	h->pid = pid;
	h->start_real_ns = start;
	h->end = (uint8_t)end;
	h->end_ticks = end == ARENA_END_FLUSH ? 1000 : 2000;
	h->rank = pid % 4;
	packed = arena_build_gzip(&b, &size);
	write_file(name, packed, size);
	free(packed);
	arena_build_free(&b);
}

/* Merge the files named in INPUTS, separated by spaces, into OUTPUT. */
static struct merge merge_files(const char *output, const char *inputs)
{
	struct merge m = { 0 };
	char *list = strdup(inputs), *save = NULL, *path = path_of(output);
	FILE *f;

	for (char *name = strtok_r(list, " ", &save); name;
	     name = strtok_r(NULL, " ", &save)) {
		char *input = path_of(name);

		need(merge_add(&m, input, false, &err));
		free(input);
	}
	merge_settle(&m);
	f = fopen(path, "wb");
	need(f != NULL);
	merge_write(&m, f);
	fclose(f);
	free(list);
	free(path);
	return m;
}

static void merge_quietly(const char *output, const char *inputs)
{
	struct merge m = merge_files(output, inputs);

	merge_free(&m);
}

static bool same_files(const char *a, const char *b)
{
	size_t x_size, y_size;
	uint8_t *x = read_file(a, &x_size), *y = read_file(b, &y_size);
	bool same = x_size == y_size && !memcmp(x, y, x_size);

	free(x);
	free(y);
	return same;
}

static void merging_is_a_union(void)
{
	struct merge m;

	make_profile("a", 1, 100, ARENA_END_EXIT);
	make_profile("b", 2, 300, ARENA_END_EXIT);
	make_profile("c", 3, 200, ARENA_END_EXIT);
	merge_quietly("ab", "a b");
	merge_quietly("ab_c", "ab c");
	merge_quietly("bc", "b c");
	merge_quietly("a_bc", "a bc");
	merge_quietly("cba", "c b a");
	OK(same_files("ab_c", "a_bc"), "(a + b) + c = a + (b + c)");
	OK(same_files("ab_c", "cba"), "a + b + c = c + b + a");
	m = merge_files("again", "ab_c a b ab");
	IS_U64(m.count, 3, "what is there twice is taken once");
	IS_U64(m.same, 4, "and counted");
	OK(same_files("again", "cba"), "merging again changes nothing");
	merge_free(&m);
}

static void names_do_not_matter(void)
{
	size_t size;
	uint8_t *bytes = read_file("a", &size);

	write_file("copy", bytes, size);
	free(bytes);
	merge_quietly("x", "a copy b");
	merge_quietly("y", "b copy a");
	OK(same_files("x", "y"),
	   "of two names of one profile the same is kept in any order");
}

static void the_end_replaces_copies(void)
{
	struct merge m;
	struct profile_set set;
	char *path = path_of("out");

	make_profile("flushed", 1, 100, ARENA_END_FLUSH);
	m = merge_files("out", "flushed b a");
	IS_U64(m.count, 2, "a copy made on the way is left out");
	IS_U64(m.earlier, 1, "and counted");
	need(profile_set_open(&set, path, false, &err));
	OK(set.count == 2 && set.list[0]->header.end == ARENA_END_EXIT,
	   "what is left is the whole process");
	profile_set_free(&set);
	merge_free(&m);
	free(path);
}

static void members_are_whole_and_in_order(void)
{
	struct profile_set set;
	char *path = path_of("cba"), *name;

	need(profile_set_open(&set, path, false, &err));
	OK(set.count == 3 && set.list[0]->header.pid == 1 &&
		   set.list[1]->header.pid == 3 && set.list[2]->header.pid == 2,
	   "processes come in order of their start");
	need(asprintf(&name, "%s(b)", path) > 0);
	IS_STR(set.list[2]->path, name, "each remembers its file's name");
	IS_U64(set.list[2]->node_count, 104, "and has all its contexts");
	OK(set.list[2]->compressed && !set.warnings, "without a warning");
	profile_set_free(&set);
	OK(!profile_open(path, false, &err) && err.code == ERROR_FORMAT,
	   "profile_open, which opens one, refuses three");
	free(path);
	free(name);
}

static void plain_concatenation_reads(void)
{
	size_t a_size, b_size;
	uint8_t *a = read_file("a", &a_size), *b = read_file("b", &b_size);
	uint8_t *both = malloc(a_size + b_size);
	struct profile_set set;

	need(both != NULL);
	memcpy(both, a, a_size);
	memcpy(both + a_size, b, b_size);
	need(profile_set_parse(&set, "x", both, a_size + b_size, false, &err));
	IS_U64(set.count, 2,
	       "gzipped profiles put together by cat read as well");
	IS_STR(set.list[1]->path, "x(2)", "and are called by number");
	profile_set_free(&set);
	OK(!profile_set_parse(&set, "x", both, a_size + b_size - 9, false,
			      &err) &&
		   err.code == ERROR_TRUNCATED,
	   "cut in the second, it is an error");
	free(a);
	free(b);
	free(both);
}

/* The merged file with byte AT changed, or cut there. */
static bool read_damaged(const uint8_t *whole, size_t size, size_t at, bool cut,
			 bool salvage, struct profile_set *set)
{
	uint8_t *bytes = malloc(size);
	bool ok;

	need(bytes != NULL);
	memcpy(bytes, whole, size);
	if (!cut)
		bytes[at] ^= 0x10;
	err = (struct error){ 0 };
	ok = profile_set_parse(set, "x", bytes, cut ? at : size, salvage, &err);
	free(bytes);
	return ok;
}

static void damage_stays_in_its_member(void)
{
	size_t size, at;
	uint8_t *whole = read_file("cba", &size);
	struct profile_set set;

	at = size / 2; /* in the second of three */
	OK(!read_damaged(whole, size, at, false, false, &set) && err.msg[0],
	   "a damaged member is an error");
	need(read_damaged(whole, size, at, false, true, &set));
	OK(set.count >= 2 && set.list[0]->header.pid == 1 &&
		   set.list[set.count - 1]->header.pid == 2,
	   "salvaged, those before and after it are there");
	OK(set.warnings || (set.count == 3 && set.list[1]->warnings),
	   "and a warning");
	profile_set_free(&set);
	free(whole);
}

static void any_damage_is_survived(void)
{
	size_t size, silent = 0;
	uint8_t *whole = read_file("cba", &size);
	struct profile_set set;

	for (size_t at = 0; at < size; at++)
		for (int way = 0; way < 4; way++) {
			bool ok = read_damaged(whole, size, at, way & 1,
					       way & 2, &set);

			silent += !ok && !err.msg[0];
			silent += ok && set.count == 0;
			if (ok)
				profile_set_free(&set);
		}
	IS_U64(silent, 0, "every cut and every changed byte is survived");
	free(whole);
}

int main(void)
{
	char *remove;

	need(mkdtemp(directory) != NULL);
	merging_is_a_union();
	names_do_not_matter();
	the_end_replaces_copies();
	members_are_whole_and_in_order();
	plain_concatenation_reads();
	damage_stays_in_its_member();
	any_damage_is_survived();
	need(asprintf(&remove, "rm -r %s", directory) > 0 && !system(remove));
	free(remove);
	return tap_done();
}
