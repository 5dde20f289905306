#include "lib/analysis/merge.h"

#include "lib/analysis/profile_set.h"
#include "lib/base/array.h"
#include "lib/format/member.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define WINDOW_GZIP (15 + 16)
#define MEMORY	    8 /* zlib's default */

/* zlib takes at most this much at once. */
#define PIECE_BYTES ((size_t)1 << 30)

static int compare_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* In order of start. Nothing but equal identities are equal. */
static int compare_process(const struct merge_entry *a,
			   const struct merge_entry *b)
{
	int order = compare_u64(a->start_real_ns, b->start_real_ns);

	if (!order)
		order = compare_u64(a->rank, b->rank);
	if (!order)
		order = strcmp(a->host, b->host);
	if (!order)
		order = compare_u64(a->pid, b->pid);
	if (!order)
		order = strcmp(a->session, b->session);
	return order;
}

/* Of two recordings of one process the one that knows more: the end of it
 * rather than a copy made on the way, and then what came later. */
static int compare_knowledge(const struct merge_entry *a,
			     const struct merge_entry *b)
{
	int order = compare_u64(a->end != ARENA_END_FLUSH,
				b->end != ARENA_END_FLUSH);

	if (!order)
		order = compare_u64(a->end_ticks, b->end_ticks);
	if (!order)
		order = compare_u64(a->raw_size, b->raw_size);
	if (!order)
		order = compare_u64(a->crc, b->crc);
	return order;
}

static int compare(const void *a, const void *b)
{
	const struct merge_entry *x = a, *y = b;
	int order = compare_process(x, y);

	if (!order)
		order = compare_knowledge(y, x);
	/* The same under two names: one of them, whatever the order was. */
	if (!order)
		order = compare_u64(x->size, y->size);
	return order ? order : memcmp(x->member, y->member, x->size);
}

static bool same_process(const struct merge_entry *a,
			 const struct merge_entry *b)
{
	/* Without a time, only equal bytes show that it is the same. */
	return !compare_process(a, b) &&
	       (a->start_real_ns ||
		(a->crc == b->crc && a->raw_size == b->raw_size));
}

static bool deflate_all(z_stream *z, const uint8_t *bytes, size_t size)
{
	int code = Z_OK;

	z->next_in = (uint8_t *)bytes;
	while (code == Z_OK) {
		size_t piece = size < PIECE_BYTES ? size : PIECE_BYTES;
		size_t out = z->avail_out;

		z->avail_in = (uInt)piece;
		code = deflate(z, piece == size ? Z_FINISH : Z_NO_FLUSH);
		size -= piece - z->avail_in;
		if (code == Z_OK && out == z->avail_out && piece == z->avail_in)
			return false;
	}
	return code == Z_STREAM_END;
}

/* Make E's member of the arena BYTES, called NAME. */
static bool compress_member(struct merge_entry *e, const uint8_t *bytes,
			    size_t size, const char *name)
{
	uint8_t extra[MEMBER_EXTRA_SIZE];
	gz_header head = { .time = (uLong)(e->start_real_ns / 1000000000),
			   .os = 3,
			   .extra = extra,
			   .extra_len = sizeof(extra),
			   .name = name[0] ? (Bytef *)name : NULL };
	z_stream z = { 0 };
	uint8_t *smaller;
	size_t room;
	bool ok;

	member_extra(extra);
	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, WINDOW_GZIP,
			 MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	deflateSetHeader(&z, &head);
	room = deflateBound(&z, size);
	e->member = room <= UINT32_MAX ? malloc(room) : NULL;
	z.next_out = e->member;
	z.avail_out = (uInt)room;
	ok = e->member && deflate_all(&z, bytes, size);
	e->size = room - z.avail_out;
	deflateEnd(&z);
	if (!ok)
		return false;
	smaller = realloc(e->member, e->size);
	if (smaller)
		e->member = smaller;
	member_set_size(e->member, e->size);
	return true;
}

static void describe(struct merge_entry *e, const struct profile *p,
		     const uint8_t *bytes, size_t size)
{
	const struct arena_header *h = &p->header;

	*e = (struct merge_entry){
		.start_real_ns = h->start_real_ns,
		.end_ticks = h->end_ticks,
		.pid = h->pid,
		.rank = h->rank,
		.end = p->running ? ARENA_END_FLUSH : h->end,
		.raw_size = size,
		.crc = (uint32_t)crc32_z(crc32(0, NULL, 0), bytes, size),
	};
	memcpy(e->session, h->session, sizeof(e->session));
	memcpy(e->host, h->host, sizeof(e->host));
}

/* The name of P's file without its directories. */
static const char *base_name(const struct profile *p)
{
	const char *slash = strrchr(p->path, '/');

	return slash ? slash + 1 : p->path;
}

static bool add_process(void *context, struct profile *p, const uint8_t *bytes,
			size_t size, const char *name, struct error *err)
{
	struct merge *merge = context;
	struct merge_entry *list = array_grow(merge->list, &merge->capacity,
					      merge->count + 1, sizeof(*list));
	uint8_t *copy = NULL;
	bool ok = list != NULL;

	if (list)
		merge->list = list;
	if (ok && (p->running || merge->change)) {
		copy = malloc(size);
		ok = copy != NULL;
		if (ok) {
			memcpy(copy, bytes, size);
			bytes = copy;
		}
		/* In the copy the process does not live: it went on. */
		if (ok && p->running)
			((struct arena_header *)copy)->end = ARENA_END_FLUSH;
		if (ok && merge->change)
			ok = merge->change(merge->change_context, p, &copy,
					   &size);
		bytes = copy;
	}
	if (ok) {
		struct merge_entry *e = &list[merge->count];

		describe(e, p, bytes, size);
		ok = compress_member(e, bytes, size,
				     name[0] || merge->change ? name
							      : base_name(p));
		if (ok)
			merge->count++;
		else
			free(e->member);
	}
	free(copy);
	if (!ok)
		error_set(err, ERROR_MEMORY, "%s: out of memory", p->path);
	profile_free(p);
	return ok;
}

static bool add_warnings(struct merge *merge, char *more, struct error *err)
{
	char *both;

	if (!more)
		return true;
	if (asprintf(&both, "%s%s", merge->warnings ? merge->warnings : "",
		     more) < 0)
		return error_set(err, ERROR_MEMORY, "out of memory");
	free(merge->warnings);
	free(more);
	merge->warnings = both;
	return true;
}

bool merge_add(struct merge *merge, const char *path, bool salvage,
	       struct error *err)
{
	char *warnings;
	bool ok = profile_set_walk(path, salvage, add_process, merge, &warnings,
				   err);

	return add_warnings(merge, warnings, err) && ok;
}

void merge_settle(struct merge *merge)
{
	size_t kept = 0;

	if (merge->count)
		qsort(merge->list, merge->count, sizeof(*merge->list), compare);
	for (size_t i = 0; i < merge->count; i++) {
		struct merge_entry *e = &merge->list[i];
		const struct merge_entry *last =
			kept ? &merge->list[kept - 1] : NULL;

		if (!last || !same_process(last, e)) {
			merge->list[kept++] = *e;
			continue;
		}
		if (last->crc == e->crc && last->raw_size == e->raw_size)
			merge->same++;
		else
			merge->earlier++;
		free(e->member);
	}
	merge->count = kept;
}

/* For merge_contains: the merge, and whether all were in it. */
struct search {
	const struct merge *merge;
	bool all;
};

static bool find_process(void *context, struct profile *p, const uint8_t *bytes,
			 size_t size, const char *name, struct error *err)
{
	struct search *s = context;
	struct merge_entry want;
	bool found = false;

	(void)name, (void)err;
	describe(&want, p, bytes, size);
	for (size_t i = 0; !found && i < s->merge->count; i++) {
		const struct merge_entry *e = &s->merge->list[i];

		found = same_process(e, &want) &&
			compare_knowledge(e, &want) >= 0;
	}
	s->all &= found;
	profile_free(p);
	return true;
}

bool merge_contains(const struct merge *merge, const char *path,
		    struct error *err)
{
	struct search s = { merge, true };
	char *warnings;
	bool ok =
		profile_set_walk(path, false, find_process, &s, &warnings, err);

	free(warnings);
	return ok && s.all;
}

void merge_write(const struct merge *merge, FILE *out)
{
	for (size_t i = 0; i < merge->count; i++)
		fwrite(merge->list[i].member, 1, merge->list[i].size, out);
}

void merge_free(struct merge *merge)
{
	for (size_t i = 0; i < merge->count; i++)
		free(merge->list[i].member);
	free(merge->list);
	free(merge->warnings);
	memset(merge, 0, sizeof(*merge));
}
