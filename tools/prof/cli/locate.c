#include "tools/prof/cli/locate.h"
#include "lib/format/arena.h"
#include "tools/prof/cli/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether the file at PATH is a regular one that starts as an arena does. */
static bool is_arena(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char magic[8];
	struct stat st;
	bool ok;

	if (fd < 0)
		return false;
	ok = !fstat(fd, &st) && S_ISREG(st.st_mode) &&
	     pread(fd, magic, sizeof(magic), 0) == (ssize_t)sizeof(magic) &&
	     !memcmp(magic, ARENA_MAGIC, sizeof(magic));
	close(fd);
	return ok;
}

/* In a line of /proc/PID/maps, the path of a shared writable mapping; NULL for
 * anything else. */
static char *shared_path(char *line)
{
	char *rights = strchr(line, ' '), *path = strchr(line, '/');

	if (!rights || !path || strncmp(rights, " rw-s ", 6) != 0)
		return NULL;
	path[strcspn(path, "\n")] = '\0';
	return path;
}

char *locate_arena(pid_t pid, struct error *err)
{
	char *name = memory_format("/proc/%d/maps", (int)pid), *line = NULL;
	char *found = NULL;
	size_t size = 0;
	FILE *maps = fopen(name, "r");

	free(name);
	if (!maps && errno == ENOENT) {
		error_set(err, ERROR_NOT_FOUND, "there is no process %d",
			  (int)pid);
		return NULL;
	}
	while (maps && !found && getline(&line, &size, maps) > 0) {
		char *path = shared_path(line);

		if (path && is_arena(path))
			found = memory_copy(path);
	}
	if (!found && (!maps || ferror(maps)))
		error_set(err, ERROR_SYSTEM, "process %d: %s", (int)pid,
			  strerror(errno));
	else if (!found)
		error_set(err, ERROR_NOT_FOUND,
			  "process %d is not being profiled, or has recorded "
			  "nothing yet",
			  (int)pid);
	if (maps)
		fclose(maps);
	free(line);
	return found;
}
