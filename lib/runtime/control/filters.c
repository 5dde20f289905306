#include "lib/runtime/control/filters.h"

#include "lib/runtime/signal/raw.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define FIRST_LINE "libprof filter 1"

enum {
	SIZE_MAX_BYTES = 256 * 1024 * 1024,
	LINE_MIN = 4, /* "1-2\n": no shorter line names a function */
};

/* The file in memory, whose line ends become NULs as it is read. */
struct reading {
	char *text, *end; /* a NUL is at the end */
	char *next;	  /* the line to be read */
	unsigned line;	  /* number of the one read last */
	struct filter *filter;
	struct filter_module *modules;
	struct filter_range *ranges;
	size_t range_count;
	bool ended; /* by the line that says so */
	char *why;
	size_t why_size;
};

/* Say what is wrong with the line read last; false. */
static bool wrong(struct reading *r, const char *what)
{
	snprintf(r->why, r->why_size, "line %u: %s", r->line, what);
	return false;
}

static bool next_line(struct reading *r, char **line)
{
	char *end;

	if (r->next == r->end)
		return false;
	*line = r->next;
	r->line++;
	end = memchr(r->next, '\n', (size_t)(r->end - r->next));
	r->next = end ? end + 1 : r->end;
	if (end)
		*end = '\0';
	return true;
}

/* Read the number at *AT in BASE, of digits only. */
static bool number(char **at, unsigned base, uint64_t *value)
{
	static const char digits[] = "0123456789abcdef";
	const char *start = *at, *digit;

	for (*value = 0; **at; (*at)++) {
		digit = memchr(digits, **at, base);
		if (!digit)
			break;
		if (*value > UINT64_MAX / base - 1)
			return false;
		*value = *value * base + (uint64_t)(digit - digits);
	}
	return *at > start;
}

static bool read_module(struct reading *r, char *identity)
{
	struct filter_module *m = &r->modules[r->filter->module_count];
	char *path = strchr(identity, ' ');

	if (!path || path[1] != '/' ||
	    (strncmp(identity, "id:", 3) && strncmp(identity, "file:", 5)))
		return wrong(r, "not 'module id:BUILD-ID /PATH' or 'module "
				"file:INODE:SIZE:TIME /PATH'");
	*path = '\0';
	m->identity = identity;
	m->path = path + 1;
	m->ranges = &r->ranges[r->range_count];
	m->count = 0;
	r->filter->module_count++;
	return true;
}

static bool read_range(struct reading *r, char *at)
{
	struct filter_range *range = &r->ranges[r->range_count];
	struct filter_module *m;

	if (!number(&at, 16, &range->low) || *at++ != '-' ||
	    !number(&at, 16, &range->high) || (*at && *at != ' '))
		return wrong(r, "not 'LOW-HIGH NAME' with hexadecimal "
				"addresses");
	if (range->low >= range->high)
		return wrong(r, "a function that ends where it starts, or "
				"before");
	if (!r->filter->module_count)
		return wrong(r, "a function before the first module");
	m = &r->modules[r->filter->module_count - 1];
	if (m->count && range[-1].high > range->low)
		return wrong(r, "a function that lies before the end of the "
				"last one");
	m->count++;
	r->range_count++;
	return true;
}

static bool read_line(struct reading *r, char *line)
{
	uint64_t count;

	if (r->line == 1)
		return !strcmp(line, FIRST_LINE) ||
		       wrong(r, "not '" FIRST_LINE "': no filter file, or "
				"another version's");
	if (r->line == 2) {
		r->filter->hide_unlisted = !strcmp(line, "unlisted hide");
		return r->filter->hide_unlisted ||
		       !strcmp(line, "unlisted keep") ||
		       wrong(r, "not 'unlisted keep' or 'unlisted hide'");
	}
	if (r->ended)
		return wrong(r, "text after the end");
	if (!strncmp(line, "module ", 7))
		return read_module(r, line + 7);
	if (strncmp(line, "end ", 4) != 0)
		return read_range(r, line);
	line += 4;
	r->ended = true;
	return (number(&line, 10, &count) && !*line &&
		count == r->range_count) ||
	       wrong(r, "the number of functions differs from what is there");
}

static bool read_lines(struct reading *r)
{
	char *line;

	if (memchr(r->text, '\0', (size_t)(r->end - r->text)))
		return wrong(r, "not a text");
	while (next_line(r, &line))
		if (!read_line(r, line))
			return false;
	r->line++;
	return r->ended || wrong(r, "it ends without its last line, 'end'");
}

/* Read all SIZE bytes of FD. */
static bool read_text(int fd, char *text, size_t size)
{
	size_t used = 0;

	while (used < size) {
		long got = raw_read(fd, text + used, size - used);

		if (got <= 0)
			return false;
		used += (size_t)got;
	}
	return true;
}

/* Map room for the text and what will be made of it. */
static bool prepare(struct reading *r, size_t size)
{
	size_t lines = size / LINE_MIN + 1;

	r->filter = raw_map_private(sizeof(*r->filter));
	r->text = raw_map_private(size + 1);
	r->modules = raw_map_private(lines * sizeof(*r->modules));
	r->ranges = raw_map_private(lines * sizeof(*r->ranges));
	if (!r->filter || !r->text || !r->modules || !r->ranges) {
		snprintf(r->why, r->why_size, "out of memory");
		return false;
	}
	r->filter->modules = r->modules;
	r->next = r->text;
	r->end = r->text + size;
	return true;
}

static bool load(struct reading *r, const char *path)
{
	int fd = raw_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
	bool ok = false;
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		snprintf(r->why, r->why_size, "%s", strerror(errno));
	else if (!S_ISREG(st.st_mode) || st.st_size > SIZE_MAX_BYTES)
		snprintf(r->why, r->why_size, "not a filter file");
	else if (!prepare(r, (size_t)st.st_size))
		;
	else if (!read_text(fd, r->text, (size_t)st.st_size))
		snprintf(r->why, r->why_size, "cannot be read");
	else
		ok = read_lines(r);
	if (fd >= 0)
		raw_close(fd);
	return ok;
}

const struct filter *filters_load(const char *path, char *why, size_t why_size)
{
	char reason[256] = "";
	struct reading r = { .why = reason, .why_size = sizeof(reason) };

	if (load(&r, path))
		return r.filter;
	snprintf(why, why_size, "PROF_FILTER=%.200s: %s; nothing is left out",
		 path, reason);
	return NULL;
}
