#include "lib/analysis/symbol_store.h"

#include "lib/base/array.h"
#include "lib/base/hash.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE (256 * 1024)

struct symbol_block {
	struct symbol_block *next;
	size_t used, size; /* of bytes */
	_Alignas(16) char bytes[];
};

void symbol_store_free(struct symbol_store *store)
{
	struct symbol_block *next;

	for (struct symbol_block *b = store->blocks; b; b = next) {
		next = b->next;
		free(b);
	}
	free(store->strings);
	idmap_free(&store->by_text);
	*store = (struct symbol_store){ 0 };
}

void *symbol_store_alloc(struct symbol_store *store, size_t size)
{
	struct symbol_block *b = store->blocks;
	void *at;

	size = (size + 15) & ~(size_t)15;
	if (!b || b->size - b->used < size) {
		size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;

		b = calloc(1, sizeof(*b) + room);
		if (!b)
			return NULL;
		b->size = room;
		b->next = store->blocks;
		store->blocks = b;
	}
	at = b->bytes + b->used;
	b->used += size;
	return at;
}

const char *symbol_store_string(struct symbol_store *store, const char *text)
{
	uint64_t hash;
	size_t size;
	char **grown, *copy;

	if (!text)
		return NULL;
	hash = hash_string(text);
	IDMAP_EACH(&store->by_text, hash, id)
	if (!strcmp(store->strings[id], text))
		return store->strings[id];
	size = strlen(text) + 1;
	copy = symbol_store_alloc(store, size);
	grown = array_grow(store->strings, &store->string_capacity,
			   store->string_count + 1, sizeof(*grown));
	if (!copy || !grown)
		return NULL;
	store->strings = grown;
	memcpy(copy, text, size);
	store->strings[store->string_count] = copy;
	if (!idmap_add(&store->by_text, hash, (uint32_t)store->string_count))
		return NULL;
	store->string_count++;
	return copy;
}

/* Take the last component off the path that ends at END, if it has one that
 * can be taken off. */
static char *drop_component(char *start, char *end)
{
	char *slash = end;

	while (slash > start && slash[-1] != '/')
		slash--;
	if (slash == end) /* "/" or nothing */
		return *start == '/' && end > start ? end : NULL;
	if (end - slash == 2 && slash[0] == '.' && slash[1] == '.')
		return NULL;
	/* The slash before it goes too, but not the root's. */
	return slash > start + 1 ? slash - 1 : slash;
}

/* Resolve TEXT in place. */
static void normalise(char *text)
{
	char *out = text + (*text == '/');
	const char *in = text;

	while (*in) {
		size_t n = strcspn(in, "/");

		if (n == 2 && in[0] == '.' && in[1] == '.') {
			char *shorter = drop_component(text, out);

			if (shorter) {
				out = shorter;
				n = 0;
				in += 2;
			}
		} else if (n == 1 && *in == '.') {
			n = 0;
			in++;
		}
		if (n) {
			if (out > text && out[-1] != '/')
				*out++ = '/';
			memmove(out, in, n);
			out += n;
			in += n;
		}
		in += strspn(in, "/");
	}
	*out = '\0';
}

const char *symbol_store_path(struct symbol_store *store, const char *directory,
			      const char *path)
{
	size_t first = directory && *path != '/' ? strlen(directory) : 0;
	char *joined = malloc(first + strlen(path) + 2);
	const char *kept;

	if (!joined)
		return NULL;
	if (first) {
		memcpy(joined, directory, first);
		joined[first++] = '/';
	}
	strcpy(joined + first, path);
	normalise(joined);
	kept = symbol_store_string(store, joined);
	free(joined);
	return kept;
}
