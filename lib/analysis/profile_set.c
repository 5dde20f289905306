#include "lib/analysis/profile_set.h"

#include "lib/analysis/profile_parts.h"
#include "lib/base/array.h"
#include "lib/format/inflate.h"
#include "lib/format/member.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A file on its way to those who want its profiles. */
struct walk {
	const char *path;
	const uint8_t *bytes;
	size_t size;
	bool salvage;
	bool from_file; /* whose process may live still */
	profile_set_visit *visit;
	void *context;
	struct error *err;
	size_t shown;	/* profiles, so far */
	bool stopped;	/* by VISIT: no damage to step over */
	char *warnings; /* what was left out, a line each; NULL: nothing */
};

static bool no_memory(const struct walk *w)
{
	return error_set(w->err, ERROR_MEMORY, "%s: out of memory", w->path);
}

/* What a profile is called in messages: "all.prof(basel.12.prof)", or by its
 * number where the file has several without names. */
static char *full_name(const struct walk *w, const struct member *m,
		       bool several)
{
	char *name = NULL;
	int length;

	if (m->name[0])
		length = asprintf(&name, "%s(%s)", w->path, m->name);
	else if (several)
		length = asprintf(&name, "%s(%zu)", w->path, w->shown + 1);
	else
		return strdup(w->path);
	return length < 0 ? NULL : name;
}

/* Parse the arena IN, which took FILE_BYTES of the file, and show it. */
static bool show(struct walk *w, const struct member *m,
		 const struct profile_bytes *in, bool several)
{
	char *name = full_name(w, m, several);
	struct profile *p;

	if (!name)
		return no_memory(w);
	p = profile_make(name, in, w->salvage, w->err);
	free(name);
	if (!p)
		return false;
	if (w->from_file)
		profile_look_for_process(p);
	w->shown++;
	w->stopped =
		!w->visit(w->context, p, in->bytes, in->size, m->name, w->err);
	return !w->stopped;
}

/* A member that cannot be read, at byte *AT: an error, or with salvage a
 * warning, and *AT moves on: to the next member where the head of this says how
 * long it is, else to the end. */
static bool step_over(struct walk *w, const struct member *m, size_t *at)
{
	bool known = m->size > 0 && m->size <= w->size - *at;
	char *lines;

	if (!w->salvage || w->stopped || w->err->code == ERROR_MEMORY)
		return false;
	if (asprintf(&lines, "%s%s; %s\n", w->warnings ? w->warnings : "",
		     w->err->msg,
		     known ? "left out" : "it and what follows are left out") <
	    0)
		return no_memory(w);
	free(w->warnings);
	w->warnings = lines;
	*at = known ? *at + (size_t)m->size : w->size;
	return true;
}

/* Show the member at *AT and move *AT behind it. */
static bool take_member(struct walk *w, size_t *at)
{
	size_t left = w->size - *at;
	struct profile_bytes in = { 0 };
	struct member m;
	bool ok;

	member_read(w->bytes + *at, left, &m);
	ok = profile_unpack(w->path, w->bytes + *at, left, *at, w->salvage, &in,
			    w->err);
	/* Where a damaged member ends its head knows better. */
	if (in.warning && m.size > 0 && m.size <= left)
		in.file_bytes = m.size;
	ok = ok && show(w, &m, &in, *at > 0 || in.file_bytes < left);
	free(in.bytes);
	free(in.warning);
	if (!ok)
		return step_over(w, &m, at);
	*at += in.file_bytes;
	return true;
}

static bool walk_bytes(struct walk *w)
{
	static const struct member nameless;
	struct error own = { 0 };
	struct error *err = w->err;
	bool ok = true;

	w->err = &own;
	if (inflate_is_gzip(w->bytes, w->size)) {
		for (size_t at = 0; ok && at < w->size;)
			ok = take_member(w, &at);
	} else {
		struct profile_bytes in = { .bytes = (uint8_t *)w->bytes,
					    .size = w->size,
					    .file_bytes = w->size };
		ok = show(w, &nameless, &in, false);
	}
	w->err = err;
	/* Of several that could not be read, the last one's reason stands. */
	if (ok && w->shown > 0)
		return true;
	return error_set(err, own.code, "%s", own.msg);
}

bool profile_set_walk(const char *path, bool salvage, profile_set_visit *visit,
		      void *context, char **warnings, struct error *err)
{
	struct walk w = { .path = path,
			  .salvage = salvage,
			  .from_file = true,
			  .visit = visit,
			  .context = context,
			  .err = err };
	uint8_t *bytes;
	bool ok;

	*warnings = NULL;
	if (!profile_read(path, &bytes, &w.size, err))
		return false;
	w.bytes = bytes;
	ok = walk_bytes(&w);
	free(bytes);
	*warnings = w.warnings;
	return ok;
}

static bool keep(void *context, struct profile *p, const uint8_t *bytes,
		 size_t size, const char *name, struct error *err)
{
	struct profile_set *set = context;
	struct profile **list = array_grow(set->list, &set->capacity,
					   set->count + 1, sizeof(*list));

	(void)bytes, (void)size, (void)name;
	if (!list) {
		profile_free(p);
		return error_set(err, ERROR_MEMORY, "out of memory");
	}
	set->list = list;
	list[set->count++] = p;
	return true;
}

bool profile_set_parse(struct profile_set *set, const char *name,
		       const uint8_t *bytes, size_t size, bool salvage,
		       struct error *err)
{
	struct walk w = { .path = name,
			  .bytes = bytes,
			  .size = size,
			  .salvage = salvage,
			  .visit = keep,
			  .context = set,
			  .err = err };
	bool ok;

	memset(set, 0, sizeof(*set));
	ok = walk_bytes(&w);
	set->warnings = w.warnings;
	if (!ok)
		profile_set_free(set);
	return ok;
}

bool profile_set_open(struct profile_set *set, const char *path, bool salvage,
		      struct error *err)
{
	char *warnings;
	bool ok;

	memset(set, 0, sizeof(*set));
	ok = profile_set_walk(path, salvage, keep, set, &warnings, err);
	set->warnings = warnings;
	if (!ok)
		profile_set_free(set);
	return ok;
}

void profile_set_free(struct profile_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		profile_free(set->list[i]);
	free(set->list);
	free(set->warnings);
	memset(set, 0, sizeof(*set));
}
