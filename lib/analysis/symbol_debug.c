#include "lib/analysis/symbol_debug.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Call TRY with each of DIRECTORIES until it returns an object. */
static struct symbol_elf *each_directory(
	const char *directories,
	struct symbol_elf *(*attempt)(const char *directory,
				      const void *context),
	const void *context)
{
	char directory[PATH_MAX];

	while (directories && *directories) {
		size_t length = strcspn(directories, ":");
		struct symbol_elf *found;

		if (length && length < sizeof(directory)) {
			memcpy(directory, directories, length);
			directory[length] = '\0';
			found = attempt(directory, context);
			if (found)
				return found;
		}
		directories += length;
		directories += *directories == ':';
	}
	return NULL;
}

struct id {
	const uint8_t *bytes;
	size_t size;
};

static struct symbol_elf *open_if_id(const char *path, const uint8_t *id,
				     size_t size)
{
	struct symbol_elf *o = symbol_elf_open(path);

	if (o && symbol_elf_has_id(o, id, size))
		return o;
	symbol_elf_close(o);
	return NULL;
}

static struct symbol_elf *try_id(const char *directory, const void *context)
{
	const struct id *id = context;
	char path[PATH_MAX + 2 * SYMBOL_BUILD_ID_MAX + 32];
	int at = sprintf(path, "%s/.build-id/", directory);

	for (size_t i = 0; i < id->size; i++)
		at += sprintf(path + at, i ? "%02x" : "%02x/", id->bytes[i]);
	strcpy(path + at, ".debug");
	return open_if_id(path, id->bytes, id->size);
}

struct symbol_elf *symbol_debug_by_id(const char *directories,
				      const uint8_t *id, size_t size)
{
	const struct id context = { id, size };

	if (size < 2 || size > SYMBOL_BUILD_ID_MAX)
		return NULL;
	return each_directory(directories, try_id, &context);
}

/* What .gnu_debuglink says, and where to look for it. */
struct link {
	const struct symbol_elf *object;
	const char *name;
	uint32_t checksum;
	const char *directory; /* of the object */
};

static bool checksum_is(const struct symbol_elf *o, uint32_t want)
{
	size_t size;
	const char *raw = elf_rawfile(o->elf, &size);

	return raw && crc32_z(0, (const Bytef *)raw, size) == want;
}

static struct symbol_elf *open_linked(const char *path, const struct link *l)
{
	struct symbol_elf *o = symbol_elf_open(path);
	const struct symbol_elf *object = l->object;
	bool right;

	if (!o)
		return NULL;
	if (object->build_id_size && o->build_id_size)
		right = symbol_elf_has_id(o, object->build_id,
					  object->build_id_size);
	else
		right = checksum_is(o, l->checksum);
	/* A link may lead to the object itself. */
	if (right && (o->status.st_dev != object->status.st_dev ||
		      o->status.st_ino != object->status.st_ino))
		return o;
	symbol_elf_close(o);
	return NULL;
}

static struct symbol_elf *try_link(const char *directory, const void *context)
{
	const struct link *l = context;
	struct symbol_elf *o;
	char *path;

	if (asprintf(&path, "%s%s/%s", directory, l->directory, l->name) < 0)
		return NULL;
	o = open_linked(path, l);
	free(path);
	return o;
}

/* Beside the object, in .debug there, and below the DIRECTORIES. */
static struct symbol_elf *search_link(struct link *l, const char *directories)
{
	static const char *const beside[] = { "", "/.debug" };
	struct symbol_elf *o = NULL;
	char *path;

	for (size_t i = 0; i < 2 && !o; i++) {
		if (asprintf(&path, "%s%s/%s", l->directory, beside[i],
			     l->name) < 0)
			return NULL;
		o = open_linked(path, l);
		free(path);
	}
	return o ? o : each_directory(directories, try_link, l);
}

static struct symbol_elf *find_linked(struct symbol_elf *object,
				      const char *directories)
{
	struct symbol_bytes section =
		symbol_elf_section(object, ".gnu_debuglink");
	struct link l = { object, (const char *)section.data, 0, "" };
	struct symbol_elf *o;
	size_t length;
	char *directory, *slash;

	if (!section.data || !object->path)
		return NULL;
	length = strnlen(l.name, section.size);
	if (!length || strchr(l.name, '/') || section.size < length + 5)
		return NULL;
	length = (length + 4) & ~(size_t)3;
	if (section.size < length + 4)
		return NULL;
	memcpy(&l.checksum, section.data + length, sizeof(l.checksum));
	directory = realpath(object->path, NULL);
	slash = directory ? strrchr(directory, '/') : NULL;
	if (!slash) {
		free(directory);
		return NULL;
	}
	*slash = '\0';
	l.directory = directory;
	o = search_link(&l, directories);
	/* Debian's files may be filed under /lib where /usr/lib is meant. */
	if (!o && !strncmp(directory, "/usr/", 5)) {
		l.directory = directory + 4;
		o = search_link(&l, directories);
	}
	free(directory);
	return o;
}

struct symbol_elf *symbol_debug_find(struct symbol_elf *object,
				     const char *directories)
{
	struct symbol_elf *o = symbol_debug_by_id(directories, object->build_id,
						  object->build_id_size);

	return o ? o : find_linked(object, directories);
}

struct symbol_elf *symbol_debug_alt(struct symbol_elf *debug,
				    const char *directories)
{
	struct symbol_bytes section =
		symbol_elf_section(debug, ".gnu_debugaltlink");
	const char *name = (const char *)section.data;
	struct symbol_elf *o = NULL;
	size_t length;
	char *real, *path, *slash;

	if (!name)
		return NULL;
	length = strnlen(name, section.size) + 1;
	if (length >= section.size)
		return NULL;
	real = debug->path ? realpath(debug->path, NULL) : NULL;
	slash = real ? strrchr(real, '/') : NULL;
	if (slash) {
		*slash = '\0';
		if (asprintf(&path, "%s%s%s", *name == '/' ? "" : real,
			     *name == '/' ? "" : "/", name) >= 0) {
			o = open_if_id(path, section.data + length,
				       section.size - length);
			free(path);
		}
	}
	free(real);
	return o ? o
		 : symbol_debug_by_id(directories, section.data + length,
				      section.size - length);
}
