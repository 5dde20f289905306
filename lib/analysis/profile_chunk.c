/* profile_chunk.c - from bytes to the header and the chunks after it. */
#include "lib/analysis/profile_parts.h"

#include <inttypes.h>
#include <string.h>

/* Pages in a row that hold nothing usable: one warning for all of them. */
struct skipped {
	uint64_t from, to;
	const char *reason;
};

static bool is_zero(const uint8_t *bytes, size_t size)
{
	return size == 0 ||
	       (bytes[0] == 0 && !memcmp(bytes, bytes + 1, size - 1));
}

static bool check_layout(struct profile_scan *s, const struct arena_header *h)
{
	if (h->byte_order != ARENA_BYTE_ORDER)
		return error_set(s->err, ERROR_FORMAT,
				 "%s: byte 12: written with another byte order",
				 s->name);
	if (h->version != ARENA_VERSION)
		return error_set(s->err, ERROR_VERSION,
				 "%s: written by version %" PRIu32
				 " of the format; this prof reads %u",
				 s->name, h->version, ARENA_VERSION);
	if (h->header_size != sizeof(struct arena_header) ||
	    h->node_size != sizeof(struct arena_node))
		return error_set(s->err, ERROR_FORMAT,
				 "%s: byte 16: records of %" PRIu32
				 " and %" PRIu32 " bytes, not %zu and %zu",
				 s->name, h->header_size, h->node_size,
				 sizeof(struct arena_header),
				 sizeof(struct arena_node));
	return true;
}

static bool check_fields(struct profile_scan *s, const struct arena_header *h)
{
	const char *bad = NULL;
	unsigned int value = 0;

#define KNOWN(field, first, last)                                              \
	if (h->field < (first) || h->field > (last)) {                         \
		bad = #field;                                                  \
		value = h->field;                                              \
	}
	KNOWN(mode, ARENA_MODE_SAMPLE, ARENA_MODE_COUNT)
	KNOWN(clock, ARENA_CLOCK_CPU, ARENA_CLOCK_PAGE_FAULTS)
	KNOWN(ticks, ARENA_TICKS_NS, ARENA_TICKS_TSC)
#undef KNOWN
	/* These only describe; zero is allowed in both. */
	if (h->engine > ARENA_ENGINE_PERF) {
		bad = "engine";
		value = h->engine;
	}
	if (h->end > ARENA_END_SANDBOX) {
		bad = "end";
		value = h->end;
	}
	if (bad)
		return error_set(s->err, ERROR_FORMAT,
				 "%s: byte 32: unknown %s %u in the header",
				 s->name, bad, value);
	return true;
}

bool profile_scan_header(struct profile_scan *s)
{
	struct arena_header *h = &s->profile->header;

	if (!profile_check_magic(s->name, s->bytes, s->size, s->err))
		return false;
	if (s->size < sizeof(*h))
		return error_set(s->err, ERROR_TRUNCATED,
				 "%s: byte %zu: ends within its header",
				 s->name, s->size);
	memcpy(h, s->bytes, sizeof(*h));
	h->session[sizeof(h->session) - 1] = '\0';
	h->host[sizeof(h->host) - 1] = '\0';
	h->program[sizeof(h->program) - 1] = '\0';
	return check_layout(s, h) && check_fields(s, h);
}

const char *profile_chunk_fault(const struct arena_chunk *chunk, uint64_t at,
				uint64_t file_size, enum error_code *code)
{
	*code = ERROR_FORMAT;
	if (chunk->magic != ARENA_CHUNK_MAGIC)
		return "no chunk begins here";
	if (chunk->offset != at)
		return "a chunk that belongs elsewhere";
	if (chunk->kind < ARENA_CHUNK_THREAD || chunk->kind > ARENA_CHUNK_OPEN)
		return "a chunk of unknown kind";
	if (chunk->size == 0 || chunk->size % ARENA_PAGE)
		return "a chunk whose size is no multiple of 4096";
	if (chunk->used < sizeof(*chunk) || chunk->used > chunk->size)
		return "a chunk that uses more than its size";
	if (chunk->size > file_size - at) {
		*code = ERROR_TRUNCATED;
		return "a chunk that reaches past the end of the file";
	}
	return NULL;
}

/* Bytes to step over at AT where no chunk was published: a page that nobody
 * claimed, or a chunk whose writer died, or stood still, before its last step,
 * which is the magic. 0: neither. */
static uint64_t unpublished(const struct profile_scan *s, uint64_t at,
			    const struct arena_chunk *chunk)
{
	uint64_t rest = s->size - at;
	uint64_t page = rest < ARENA_PAGE ? rest : ARENA_PAGE;

	if (is_zero(s->bytes + at, page))
		return page;
	if (chunk->magic || chunk->kind > ARENA_CHUNK_OPEN ||
	    (chunk->offset && chunk->offset != at) ||
	    !is_zero(chunk->pad, sizeof(chunk->pad)))
		return 0;
	if (chunk->size == 0)
		return page;
	if (chunk->size % ARENA_PAGE || chunk->size > rest)
		return 0;
	return chunk->size;
}

static bool dispatch(struct profile_scan *s, const struct arena_chunk *chunk)
{
	switch (chunk->kind) {
	case ARENA_CHUNK_THREAD:
		return profile_scan_thread(s, chunk);
	case ARENA_CHUNK_NODES:
		return profile_scan_more(s, chunk);
	case ARENA_CHUNK_MODULE:
		return profile_scan_module(s, chunk);
	case ARENA_CHUNK_TEXT:
		return profile_scan_text(s, chunk);
	case ARENA_CHUNK_BLOCKS:
		return profile_scan_blocks(s, chunk);
	case ARENA_CHUNK_DURATIONS:
	case ARENA_CHUNK_OPEN:
		return profile_note_durations(s, chunk);
	case ARENA_CHUNK_SYMBOLS:
		return profile_scan_symbols(s, chunk);
	default:
		return profile_scan_names(s, chunk);
	}
}

/* Say that the pages in SKIP are left out, if any. */
static bool flush_skipped(struct profile_scan *s, struct skipped *skip)
{
	bool ok = true;

	if (skip->to > skip->from)
		ok = profile_damage(s, ERROR_FORMAT, skip->from,
				    "%s; %" PRIu64 " bytes skipped",
				    skip->reason, skip->to - skip->from);
	skip->from = skip->to = 0;
	return ok;
}

/* Take what stands at *AT and move *AT behind it. */
static bool scan_one(struct profile_scan *s, uint64_t *at, struct skipped *skip)
{
	uint64_t rest = s->size - *at;
	struct arena_chunk chunk = { 0 };
	enum error_code code;
	const char *fault;
	uint64_t step;

	memcpy(&chunk, s->bytes + *at,
	       rest < sizeof(chunk) ? rest : sizeof(chunk));
	step = unpublished(s, *at, &chunk);
	if (step) {
		*at += step;
		return flush_skipped(s, skip);
	}
	fault = rest < sizeof(chunk)
			? "a chunk that is cut off"
			: profile_chunk_fault(&chunk, *at, s->size, &code);
	if (rest < sizeof(chunk))
		code = ERROR_TRUNCATED;
	if (fault && !s->salvage)
		return profile_damage(s, code, *at, "%s", fault);
	if (fault && (code != ERROR_TRUNCATED || rest < sizeof(chunk))) {
		if (skip->to == 0)
			*skip = (struct skipped){ *at, *at, fault };
		skip->to += rest < ARENA_PAGE ? rest : ARENA_PAGE;
		*at = skip->to;
		return true;
	}
	if (!flush_skipped(s, skip))
		return false;
	if (fault) {
		profile_damage(s, code, *at, "%s", fault);
		chunk.size = rest;
		chunk.used = chunk.used < rest ? chunk.used : rest;
	}
	*at += chunk.size;
	return dispatch(s, &chunk);
}

/* A file cut between two chunks shows it only by what its header says. But the
 * header also counts claims that could not be served: each is a loss. */
static bool check_size(struct profile_scan *s)
{
	const struct arena_header *h = &s->profile->header;
	uint64_t failed =
		h->losses[ARENA_LOSS_NODE] + h->losses[ARENA_LOSS_THREAD] +
		h->losses[ARENA_LOSS_MODULE] + h->losses[ARENA_LOSS_NAME] +
		h->losses[ARENA_LOSS_BLOCK] + h->losses[ARENA_LOSS_DURATION];

	if (h->used_bytes <= s->size || failed)
		return true;
	return profile_damage(s, ERROR_TRUNCATED, s->size,
			      "the file ends, of %" PRIu64 " bytes in use",
			      h->used_bytes);
}

bool profile_scan_chunks(struct profile_scan *s)
{
	struct skipped skip = { 0 };
	uint64_t at = ARENA_PAGE;

	while (at < s->size)
		if (!scan_one(s, &at, &skip))
			return false;
	return flush_skipped(s, &skip) && check_size(s);
}
