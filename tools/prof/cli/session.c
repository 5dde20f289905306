#include "tools/prof/cli/session.h"
#include "lib/format/arena.h"
#include "lib/format/member.h"
#include "tools/prof/cli/memory.h"

#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

struct candidate {
	const char *path; /* in the glob_t */
	uint64_t start_ns, end_ticks;
	uint32_t pid;
	bool flushed; /* an intermediate copy */
	bool merged;  /* several; what is here is of the one started last */
	char id[33];
};

struct candidates {
	struct candidate *list;
	size_t count;
	char *skipped;
	glob_t files;
};

/* Where in FD the member begins that was started last: 0, or in a merged file
 * the last one's offset. */
static uint64_t last_member(int fd, uint64_t file_size)
{
	uint8_t head[1024];
	uint64_t at = 0;
	struct member m;

	for (;;) {
		ssize_t got = pread(fd, head, sizeof(head), (off_t)at);

		if (got <= 0 || !member_read(head, (size_t)got, &m) ||
		    m.size == 0 || m.size >= file_size - at)
			return at;
		at += m.size;
	}
}

/* Read the header of the arena, plain or compressed, that starts at byte AT of
 * FD, which this closes. */
static bool read_header(int fd, uint64_t at, struct arena_header *h)
{
	gzFile f =
		lseek(fd, (off_t)at, SEEK_SET) < 0 ? NULL : gzdopen(fd, "rb");
	bool ok;

	if (!f) {
		close(fd);
		return false;
	}
	ok = gzread(f, h, sizeof(*h)) == (int)sizeof(*h) &&
	     !memcmp(h->magic, ARENA_MAGIC, sizeof(h->magic));
	gzclose(f);
	return ok;
}

/* Whether FD starts with a member as 'prof merge' writes it. */
static bool is_merged(int fd)
{
	uint8_t head[1024];
	ssize_t got = pread(fd, head, sizeof(head), 0);
	struct member m;

	return got > 0 && member_read(head, (size_t)got, &m) && m.size > 0;
}

/* Read what tells the profile PATH from others. */
static bool peek(const char *path, struct candidate *c)
{
	struct arena_header *h;
	struct stat st;
	bool ok;
	/* A FIFO by that name must not block us. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return false;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return false;
	}
	h = memory_array(1, sizeof(*h));
	c->merged = is_merged(fd);
	ok = read_header(fd, last_member(fd, (uint64_t)st.st_size), h);
	if (ok) {
		c->path = path;
		c->start_ns = h->start_real_ns;
		c->end_ticks = h->end_ticks;
		c->pid = h->pid;
		c->flushed = h->end == ARENA_END_FLUSH;
		if (!c->merged)
			memcpy(c->id, h->session, sizeof(h->session));
		c->id[sizeof(c->id) - 1] = '\0';
	}
	free(h);
	return ok;
}

static int by_start(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->start_ns != y->start_ns)
		return x->start_ns < y->start_ns ? -1 : 1;
	/* The last one is taken: rather a session than what it was merged
	 * into. */
	if (x->merged != y->merged)
		return x->merged ? -1 : 1;
	return strcmp(x->path, y->path);
}

static void gather(const char *pattern, struct candidates *all)
{
	memset(all, 0, sizeof(*all));
	if (glob(pattern, 0, NULL, &all->files))
		return;
	all->list = memory_array(all->files.gl_pathc, sizeof(*all->list));
	for (size_t i = 0; i < all->files.gl_pathc; i++) {
		const char *path = all->files.gl_pathv[i];

		if (peek(path, &all->list[all->count]))
			all->count++;
		else if (!all->skipped)
			all->skipped = memory_copy(path);
	}
	if (all->count)
		qsort(all->list, all->count, sizeof(*all->list), by_start);
}

/* Whether another file of the same process holds at least what C holds: what
 * prof_flush wrote is contained in what came later. */
static bool superseded(const struct candidates *all, const struct candidate *c)
{
	for (size_t i = 0; i < all->count; i++) {
		const struct candidate *o = &all->list[i];

		if (o != c && c->flushed && o->pid == c->pid &&
		    o->start_ns == c->start_ns && !strcmp(o->id, c->id) &&
		    (!o->flushed || o->end_ticks > c->end_ticks))
			return true;
	}
	return false;
}

/* Move to SESSION what belongs to it; ONLY is the one file of a session
 * without an id, or NULL. */
static void select_files(struct candidates *all, const char *id,
			 const struct candidate *only, struct session *session)
{
	memset(session, 0, sizeof(*session));
	snprintf(session->id, sizeof(session->id), "%s", id);
	for (size_t i = 0; i < all->count; i++) {
		const struct candidate *c = &all->list[i];

		if (only ? c == only
			 : !strcmp(c->id, id) && !superseded(all, c))
			memory_append(&session->paths, &session->count,
				      memory_copy(c->path));
	}
	session->skipped = all->skipped;
	free(all->list);
	globfree(&all->files);
}

bool session_newest(const char *pattern, struct session *session,
		    struct error *err)
{
	struct candidates all;
	const struct candidate *newest;
	char id[33];

	gather(pattern, &all);
	if (all.count == 0) {
		error_set(err, ERROR_NOT_FOUND,
			  all.skipped ? "%s: not a profile, and there is no "
					"other one here"
				      : "no profile (%s) in this directory",
			  all.skipped ? all.skipped : pattern);
		select_files(&all, "", NULL, session);
		return false;
	}
	newest = &all.list[all.count - 1];
	memcpy(id, newest->id, sizeof(id));
	select_files(&all, id, id[0] ? NULL : newest, session);
	return true;
}

void session_find(const char *pattern, const char *id, struct session *session)
{
	struct candidates all;

	gather(pattern, &all);
	select_files(&all, id, NULL, session);
}

void session_free(struct session *session)
{
	for (size_t i = 0; i < session->count; i++)
		free(session->paths[i]);
	free(session->paths);
	free(session->skipped);
	memset(session, 0, sizeof(*session));
}

char *session_glob(const char *output)
{
	char *result = memory_array(2 * strlen(output) + 2, 1), *out = result;
	const char *slash = strrchr(output, '/');
	const char *dot = strrchr(slash ? slash : output, '.');

	for (; *output; output++) {
		if (output == dot)
			*out++ = '*';
		if (*output == '%' && output[1] && output[1] != '%') {
			output++;
			*out++ = '*';
			continue;
		}
		if (*output == '%' && output[1] == '%')
			output++;
		if (strchr("*?[\\", *output))
			*out++ = '\\';
		*out++ = *output;
	}
	if (!dot)
		*out = '*';
	return result;
}
