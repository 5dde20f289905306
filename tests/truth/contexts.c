/* contexts - a sampled profile of a program that was never run.
 *
 *	nm -S PROGRAM | contexts PROGRAM COUNT OUTPUT
 * writes COUNT calling contexts, each at an address of its own choice within
 * PROGRAM's functions, which must not be position independent. The same
 * arguments give the same bytes: for measuring how converting scales.
 */
#include "tests/unit/arena_build.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 60

struct function {
	uint64_t low, size;
};

static struct function *functions;
static size_t function_count, function_capacity;

static uint64_t random_below(uint64_t limit)
{
	static uint64_t state = 88172645463325252;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % limit;
}

static void *grown(void *p, size_t size)
{
	p = realloc(p, size);
	if (!p)
		abort();
	return p;
}

static void read_functions(void)
{
	char line[4096], kind;
	struct function f;

	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "%" SCNx64 " %" SCNx64 " %c", &f.low, &f.size,
			   &kind) != 3 ||
		    !strchr("tTwW", kind) || f.size == 0)
			continue;
		if (function_count == function_capacity) {
			function_capacity = function_capacity * 2 + 1024;
			functions =
				grown(functions, function_capacity * sizeof(f));
		}
		functions[function_count++] = f;
	}
}

static uint64_t random_address(void)
{
	const struct function *f = &functions[random_below(function_count)];

	return f->low + random_below(f->size);
}

static void add_contexts(struct arena_build *b, size_t count)
{
	uint32_t *nodes = grown(NULL, (count + 1) * sizeof(*nodes));
	uint8_t *depth = grown(NULL, count + 1);
	struct arena_node *node;

	nodes[0] = arena_build_thread(b, 1, "main");
	depth[0] = 0;
	for (size_t i = 1; i <= count; i++) {
		/* Mostly the last one's callee, so that stacks are deep. */
		size_t parent = random_below(4) ? i - 1 : random_below(i);

		if (depth[parent] == MAX_DEPTH)
			parent = 0;
		depth[i] = (uint8_t)(depth[parent] + 1);
		nodes[i] = arena_build_node(b, 1, nodes[parent],
					    random_address(), 0);
		node = arena_build_at(b, nodes[i]);
		node->samples = 1 + (uint32_t)random_below(3);
		node->self = 1000000 * node->samples + random_below(1000);
	}
	free(nodes);
	free(depth);
}

static int save(const struct arena_build *b, const char *path)
{
	FILE *f = fopen(path, "w");
	size_t written = f ? fwrite(b->bytes, 1, b->size, f) : 0;

	if (f && fclose(f) == 0 && written == b->size)
		return 0;
	fprintf(stderr, "contexts: %s: %s\n", path, strerror(errno));
	return 1;
}

int main(int argc, char **argv)
{
	struct arena_build b = arena_build_new(ARENA_MODE_SAMPLE);
	struct arena_module *module;
	uint64_t offset;
	size_t count = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
	int status;

	read_functions();
	if (count == 0 || function_count == 0) {
		fprintf(stderr,
			"usage: nm -S PROGRAM | contexts PROGRAM COUNT OUT\n");
		return 2;
	}
	b.node_pages = 16;
	arena_build_header(&b)->clock = ARENA_CLOCK_CPU;
	/* Beyond what the contexts add up to. */
	arena_build_header(&b)->sync[1].mono_ns = UINT64_C(1) << 50;
	offset =
		arena_build_module(&b, 0x400000, UINT64_C(1) << 40, 0, argv[1]);
	module = (struct arena_module *)(arena_build_chunk(&b, offset) + 1);
	module->bias = 0;
	add_contexts(&b, count);
	status = save(&b, argv[3]);
	arena_build_free(&b);
	free(functions);
	return status;
}
