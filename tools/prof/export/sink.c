#include "tools/prof/export/sink.h"
#include "tools/prof/cli/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file that an interrupt would leave behind is at least named so that one
 * sees what it was. */
static int open_temporary(struct sink *sink, const char *path)
{
	mode_t mask = umask(0);
	int fd;

	umask(mask);
	sink->temporary = memory_format("%s.XXXXXX", path);
	fd = mkstemp(sink->temporary);
	if (fd >= 0)
		fchmod(fd, 0666 & ~mask);
	return fd;
}

bool sink_open(struct sink *sink, const char *path, struct error *err)
{
	struct stat st;
	int fd;

	memset(sink, 0, sizeof(*sink));
	if (!strcmp(path, "-")) {
		sink->stream = stdout;
		return true;
	}
	sink->path = memory_copy(path);
	if (!stat(path, &st) && !S_ISREG(st.st_mode))
		fd = open(path, O_WRONLY | O_CLOEXEC); /* a device, a pipe */
	else
		fd = open_temporary(sink, path);
	if (fd >= 0)
		sink->stream = fdopen(fd, "w");
	if (sink->stream)
		return true;
	error_set(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	free(sink->temporary);
	free(sink->path);
	memset(sink, 0, sizeof(*sink));
	return false;
}

bool sink_close(struct sink *sink, bool keep, struct error *err)
{
	const char *name = sink->path ? sink->path : "standard output";
	bool failed = ferror(sink->stream), ok;

	errno = 0;
	failed |= fflush(sink->stream) != 0;
	if (sink->path)
		failed |= fclose(sink->stream) != 0;
	if (failed)
		error_set(err, ERROR_SYSTEM, "%s: %s", name,
			  errno ? strerror(errno) : "write error");
	ok = keep && !failed;
	if (ok && sink->temporary && rename(sink->temporary, sink->path)) {
		error_set(err, ERROR_SYSTEM, "%s: %s", name, strerror(errno));
		ok = false;
	}
	if (!ok && sink->temporary)
		unlink(sink->temporary);
	free(sink->temporary);
	free(sink->path);
	memset(sink, 0, sizeof(*sink));
	return keep ? ok : true;
}
