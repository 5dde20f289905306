#include "lib/analysis/profile.h"

#include "lib/analysis/profile_parts.h"
#include "lib/analysis/profile_set.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WARNING_LINES 50 /* more would say no more */

bool profile_no_memory(struct profile_scan *s)
{
	return error_set(s->err, ERROR_MEMORY, "%s: out of memory", s->name);
}

static void add_warning(struct profile_scan *s, const char *line)
{
	struct profile *p = s->profile;
	size_t length = strlen(line);
	char *text;

	if (s->warning_count > WARNING_LINES)
		return;
	if (s->warning_count++ == WARNING_LINES) {
		line = "more like this";
		length = strlen(line);
	}
	text = realloc(p->warnings, s->warning_bytes + length + 2);
	if (!text)
		return;
	p->warnings = text;
	memcpy(text + s->warning_bytes, line, length);
	s->warning_bytes += length;
	text[s->warning_bytes++] = '\n';
	text[s->warning_bytes] = '\0';
}

void profile_warn(struct profile_scan *s, const char *format, ...)
{
	char line[256];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	add_warning(s, line);
}

bool profile_damage(struct profile_scan *s, enum error_code code,
		    uint64_t offset, const char *format, ...)
{
	const char *of = s->profile->compressed ? " of the inflated file" : "";
	char what[200], line[256];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	snprintf(line, sizeof(line), "byte %" PRIu64 "%s: %s", offset, of,
		 what);
	if (s->salvage) {
		add_warning(s, line);
		return true;
	}
	return error_set(s->err, code, "%s: %s", s->name, line);
}

static int compare_names(const void *a, const void *b)
{
	const struct profile_name *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

/* What the file need not hold still is never NULL. */
static bool fill_gaps(struct profile_scan *s)
{
	struct profile *p = s->profile;

	if (!p->exe)
		p->exe = strdup(p->header.program);
	if (!p->cwd)
		p->cwd = strdup("");
	if (!p->argv)
		p->argv = calloc(1, sizeof(*p->argv));
	if (!p->exe || !p->cwd || !p->argv)
		return profile_no_memory(s);
	if (p->name_count)
		qsort(p->names, p->name_count, sizeof(*p->names),
		      compare_names);
	return true;
}

static bool scan(struct profile_scan *s)
{
	return profile_scan_header(s) && profile_scan_chunks(s) &&
	       profile_scan_nodes(s) && profile_scan_times(s) &&
	       profile_find_empty(s) && profile_scan_durations(s) &&
	       profile_scan_modules(s) && profile_drop_left_out(s) &&
	       fill_gaps(s);
}

struct profile *profile_make(const char *name, const struct profile_bytes *in,
			     bool salvage, struct error *err)
{
	struct profile_scan s = { .name = name,
				  .bytes = in->bytes,
				  .size = in->size,
				  .salvage = salvage,
				  .err = err };
	struct profile *p = calloc(1, sizeof(*p));
	bool ok;

	s.profile = p;
	if (!p || !(p->path = strdup(name))) {
		profile_no_memory(&s);
		free(p);
		return NULL;
	}
	p->compressed = in->compressed;
	p->file_bytes = in->file_bytes;
	if (in->warning)
		add_warning(&s, in->warning);
	ok = scan(&s);
	free(s.spans);
	free(s.epochs);
	free(s.targets);
	free(s.left_out);
	free(s.pairs);
	free(s.block_epochs);
	free(s.parts);
	idmap_free(&s.serials);
	if (ok)
		return p;
	profile_free(p);
	return NULL;
}

/* The one profile of SET, which is then empty. */
static struct profile *only_one(struct profile_set *set, const char *name,
				struct error *err)
{
	struct profile *p = set->list[0];

	if (set->count == 1)
		set->count = 0;
	else
		p = NULL;
	if (!p)
		error_set(err, ERROR_FORMAT, "%s: holds %zu profiles, not one",
			  name, set->count);
	profile_set_free(set);
	return p;
}

struct profile *profile_parse(const char *name, const uint8_t *bytes,
			      size_t size, bool salvage, struct error *err)
{
	struct profile_set set;

	if (!profile_set_parse(&set, name, bytes, size, salvage, err))
		return NULL;
	return only_one(&set, name, err);
}

/* When process PID started, as /proc says: field 22; 0 where there is none. */
static uint64_t boot_ticks(uint32_t pid)
{
	char path[64], stat[1024], *at;
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	got = read(fd, stat, sizeof(stat) - 1);
	close(fd);
	if (got <= 0)
		return 0;
	stat[got] = '\0';
	at = strrchr(stat, ')'); /* the name in field 2 may hold anything */
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at + 1, NULL, 10) : 0;
}

void profile_look_for_process(struct profile *p)
{
	const struct arena_header *h = &p->header;
	struct timespec now;
	uint64_t now_ns;

	if (p->compressed || h->end != ARENA_END_NONE || !h->start_boot_ticks ||
	    boot_ticks(h->pid) != h->start_boot_ticks)
		return;
	p->running = true;
	clock_gettime(CLOCK_MONOTONIC, &now);
	now_ns = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	if (now_ns > h->sync[0].mono_ns &&
	    now_ns - h->sync[0].mono_ns > p->wall_ns)
		p->wall_ns = now_ns - h->sync[0].mono_ns;
}

struct profile *profile_open(const char *path, bool salvage, struct error *err)
{
	struct profile_set set;

	if (!profile_set_open(&set, path, salvage, err))
		return NULL;
	return only_one(&set, path, err);
}

void profile_free(struct profile *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->module_count; i++)
		free(p->modules[i].path);
	for (size_t i = 0; i < p->name_count; i++)
		free(p->names[i].text);
	for (int i = 0; i < p->argc; i++)
		free(p->argv[i]);
	free(p->path);
	free(p->exe);
	free(p->cwd);
	free(p->argv);
	free(p->threads);
	free(p->nodes);
	free(p->blocks);
	free(p->durations);
	free(p->buckets);
	free(p->calls);
	symbol_image_free(p->image);
	free(p->modules);
	free(p->names);
	free(p->warnings);
	free(p);
}

const char *profile_region_name(const struct profile *p, uint64_t key)
{
	const struct profile_name want = { .key = key };
	const struct profile_name *found =
		p->name_count ? bsearch(&want, p->names, p->name_count,
					sizeof(want), compare_names)
			      : NULL;

	return found ? found->text : "region ?";
}

uint64_t profile_total_ns(const struct profile *p)
{
	uint64_t total = 0;

	for (size_t i = 0; i < p->node_count; i++)
		total += p->nodes[i].self_ns;
	for (size_t i = 0; i < p->thread_count; i++)
		total += p->threads[i].record.unsampled_ns;
	return total;
}
