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

/* A write to the file has failed, and its reason is forgotten: the next one
 * will have the same. The file is not kept. */
static void fail_again(FILE *stream)
{
	clearerr(stream);
	(void)fputc(0, stream);
}

bool sink_finish(struct sink *sink, struct error *err)
{
	const char *name = sink->path ? sink->path : "standard output";
	bool failed = ferror(sink->stream);

	errno = 0;
	if (failed && sink->path)
		fail_again(sink->stream);
	failed |= fflush(sink->stream) != 0;
	if (sink->path)
		failed |= fclose(sink->stream) != 0;
	sink->stream = NULL;
	if (failed)
		error_set(err, ERROR_SYSTEM, "%s: %s", name,
			  errno ? strerror(errno) : "write error");
	return !failed;
}

bool sink_place(struct sink *sink, bool keep, struct error *err)
{
	bool ok = true;

	if (keep && sink->temporary && rename(sink->temporary, sink->path))
		ok = error_set(err, ERROR_SYSTEM, "%s: %s", sink->path,
			       strerror(errno));
	if ((!keep || !ok) && sink->temporary)
		unlink(sink->temporary);
	free(sink->temporary);
	free(sink->path);
	memset(sink, 0, sizeof(*sink));
	return ok;
}

bool sink_close(struct sink *sink, bool keep, struct error *err)
{
	/* Where there is nothing to keep, an error has been told already. */
	bool ok = sink_finish(sink, keep ? err : NULL);

	return sink_place(sink, keep && ok, keep && ok ? err : NULL) &&
	       (ok || !keep);
}
