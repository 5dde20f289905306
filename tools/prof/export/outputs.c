#include "tools/prof/export/outputs.h"
#include "lib/base/array.h"
#include "tools/prof/cli/memory.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static FILE *next_output(struct export_parts *self, struct error *err)
{
	struct outputs *o = (struct outputs *)self;
	struct sink *grown;
	char *path;
	bool ok;

	if (o->count && !o->numbered)
		return o->sinks[0].stream;
	if (o->count && !sink_finish(&o->sinks[o->count - 1], err))
		return NULL;
	grown = array_grow(o->sinks, &o->capacity, o->count + 1,
			   sizeof(*grown));
	if (!grown)
		memory_fail();
	o->sinks = grown;
	path = o->numbered ? memory_format("%s-%02zu", o->prefix, o->count + 1)
			   : memory_copy(o->prefix);
	ok = sink_open(&o->sinks[o->count], path, err);
	free(path);
	return ok ? o->sinks[o->count++].stream : NULL;
}

/* Whether PREFIX is a stream, where no file of that name can be made anew. */
static bool is_stream(const char *prefix)
{
	struct stat st;

	return !strcmp(prefix, "-") ||
	       (!stat(prefix, &st) && !S_ISREG(st.st_mode) &&
		!S_ISDIR(st.st_mode));
}

void outputs_begin(struct outputs *o, const char *prefix, bool numbered)
{
	memset(o, 0, sizeof(*o));
	o->parts.next = next_output;
	o->prefix = prefix;
	o->stream = is_stream(prefix);
	o->numbered = numbered && !o->stream;
}

bool outputs_end(struct outputs *o, bool keep, struct error *err)
{
	struct sink *last = o->count ? &o->sinks[o->count - 1] : NULL;

	/* Where it failed before, that message is the one to tell. */
	if (last && last->stream && !sink_finish(last, keep ? err : NULL))
		keep = false;
	for (size_t i = 0; i < o->count; i++)
		keep = sink_place(&o->sinks[i], keep, keep ? err : NULL) &&
		       keep;
	free(o->sinks);
	return keep;
}

/* --- what is there besides -------------------------------------------------
 */

/* Whether PATH is a callgrind file of ours. */
static bool is_ours(const char *path)
{
	static const char start[] = "# callgrind format\nversion: 1\n"
				    "creator: prof ";
	char bytes[sizeof(start) - 1] = "";
	FILE *f = fopen(path, "r");
	bool ours = f && fread(bytes, sizeof(bytes), 1, f) == 1 &&
		    !memcmp(bytes, start, sizeof(bytes));

	if (f)
		fclose(f);
	return ours;
}

/* The number of the part that REST, "-07", says behind the prefix; 0 for the
 * prefix itself; -1 for another file. */
static long part_number(const char *rest)
{
	char *end;
	long number;

	if (!*rest)
		return 0;
	if (rest[0] != '-' || !isdigit((unsigned char)rest[1]) ||
	    !isdigit((unsigned char)rest[2]))
		return -1;
	number = strtol(rest + 1, &end, 10);
	return *end ? -1 : number;
}

char *outputs_tidy(const char *prefix, size_t count)
{
	const char *slash = strrchr(prefix, '/');
	const char *base = slash ? slash + 1 : prefix;
	char *directory = memory_format("%.*s", (int)(base - prefix), prefix);
	DIR *d = opendir(*directory ? directory : ".");
	char *foreign = NULL;
	struct dirent *entry;

	while (d && (entry = readdir(d))) {
		long part = -1;
		char *path;

		if (strncmp(entry->d_name, base, strlen(base)) != 0)
			continue;
		part = part_number(entry->d_name + strlen(base));
		if (count ? part > 0 && (size_t)part <= count : part == 0)
			continue;
		path = memory_format("%s%s", directory, entry->d_name);
		if (part >= 0 && is_ours(path) && unlink(path) == 0) {
			free(path);
			continue;
		}
		free(foreign);
		foreign = path;
	}
	if (d)
		closedir(d);
	free(directory);
	return foreign;
}
