#include "lib/analysis/symbol_perfmap.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Files may grow without bounds: each recompilation adds a line. */
#define MAX_FUNCTIONS 10000000

/* How far a file's time may lag behind the clock, where it is in seconds. */
#define COARSE_NS 2000000000

/* Anybody may make a file in /tmp. One that is not ours, or that was written
 * before the process started, is about something else. */
static const char *objection(const struct symbol_jit *jit,
			     const struct stat *st)
{
	uint64_t written_ns = (uint64_t)st->st_mtim.tv_sec * 1000000000 +
			      (uint64_t)st->st_mtim.tv_nsec;
	uid_t user = geteuid();

	if (!S_ISREG(st->st_mode))
		return "not a file";
	if (user && st->st_uid && st->st_uid != user)
		return "belongs to another user";
	if (written_ns + COARSE_NS < jit->start_ns)
		return "written before the process started";
	return NULL;
}

static FILE *open_map(const struct symbol_jit *jit, char **problem)
{
	char host[256] = "", path[64];
	const char *why = NULL;
	struct stat st;
	int fd;

	/* On another machine the number is another process's. */
	if (*jit->host && !gethostname(host, sizeof(host) - 1) &&
	    strncmp(host, jit->host, strlen(jit->host)) != 0)
		return NULL;
	snprintf(path, sizeof(path), "/tmp/perf-%" PRIu32 ".map", jit->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return NULL;
	if (fd < 0 || fstat(fd, &st))
		why = strerror(errno);
	else
		why = objection(jit, &st);
	if (!why)
		return fdopen(fd, "r");
	if (fd >= 0)
		close(fd);
	if (asprintf(problem, "%s: %s: not used", path, why) < 0)
		*problem = NULL;
	return NULL;
}

/* "START SIZE name", the numbers hexadecimal; the name is the rest. */
static bool read_line(char *line, struct symbol_entry *entry)
{
	char *end;
	uint64_t size;

	line[strcspn(line, "\n")] = '\0';
	entry->low = strtoull(line, &end, 16);
	if (end == line || *end != ' ')
		return false;
	size = strtoull(end, &end, 16);
	if (*end != ' ' || !size ||
	    __builtin_add_overflow(entry->low, size, &entry->high))
		return false;
	entry->name = end + 1;
	return *entry->name != '\0';
}

void symbol_perfmap_read(struct symbol_table *symbols,
			 const struct symbol_jit *jit,
			 struct symbol_store *store, char **problem)
{
	FILE *f = open_map(jit, problem);
	char *line = NULL;
	size_t room = 0;

	while (f && symbols->count < MAX_FUNCTIONS &&
	       getline(&line, &room, f) > 0) {
		struct symbol_entry entry = { .sized = true };

		if (!read_line(line, &entry))
			continue;
		entry.name = symbol_store_string(store, entry.name);
		if (entry.name)
			symbol_table_add(symbols, &entry);
	}
	free(line);
	if (f)
		fclose(f);
}
