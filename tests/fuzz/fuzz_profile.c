/* fuzz_profile.c - any bytes at all, read as a profile.
 *
 * With clang -fsanitize=fuzzer -DFUZZ_LIBFUZZER a fuzzer; else a program that
 * replays the files named as its arguments, for "make check".
 */
#include "lib/analysis/profile_set.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define CHECK(what)                                                            \
	do {                                                                   \
		if (!(what)) {                                                 \
			fprintf(stderr, "fuzz_profile: not so: %s\n", #what);  \
			abort();                                               \
		}                                                              \
	} while (0)

/* What readers of a profile rely on without looking. */
static void check(const struct profile *p)
{
	CHECK(p->exe && p->cwd && p->argv && !p->argv[p->argc]);
	for (size_t i = 0; i < p->thread_count; i++) {
		CHECK(p->threads[i].root < p->node_count);
		CHECK(p->nodes[p->threads[i].root].thread == i);
	}
	for (size_t i = 0; i < p->node_count; i++) {
		const struct profile_node *n = &p->nodes[i];

		CHECK(n->thread < p->thread_count);
		CHECK(n->module == PROFILE_NONE || n->module < p->module_count);
		CHECK(n->site_module == PROFILE_NONE ||
		      n->site_module < p->module_count);
		if (n->parent == PROFILE_NONE) {
			CHECK(p->threads[n->thread].root == i);
			continue;
		}
		CHECK(n->parent < i);
		CHECK(p->nodes[n->parent].thread == n->thread);
		CHECK(profile_region_name(p, n->fn));
	}
	CHECK(profile_total_ns(p) < UINT64_C(1) << 62);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	for (int salvage = 0; salvage < 2; salvage++) {
		struct error err = { 0 };
		struct profile_set set;
		bool ok = profile_set_parse(&set, "fuzz", bytes, size, salvage,
					    &err);

		CHECK(ok ? set.count > 0 : err.code && *err.msg);
		for (size_t i = 0; ok && i < set.count; i++)
			check(set.list[i]);
		if (ok)
			profile_set_free(&set);
	}
	return 0;
}

#ifndef FUZZ_LIBFUZZER
static bool replay(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = NULL;
	long size = -1;
	bool ok = false;

	if (file && !fseek(file, 0, SEEK_END))
		size = ftell(file);
	if (size >= 0) {
		rewind(file);
		bytes = malloc(size ? (size_t)size : 1);
		ok = bytes &&
		     fread(bytes, 1, (size_t)size, file) == (size_t)size;
	}
	if (ok)
		LLVMFuzzerTestOneInput(bytes, (size_t)size);
	else
		perror(path);
	free(bytes);
	if (file)
		fclose(file);
	return ok;
}

int main(int argc, char **argv)
{
	bool ok = true;

	for (int i = 1; i < argc; i++)
		ok = replay(argv[i]) && ok;
	return ok ? 0 : 1;
}
#endif
