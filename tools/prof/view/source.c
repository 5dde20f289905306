#include "tools/prof/view/source.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/printable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define TAB	  8
#define MAX_BYTES ((off_t)64 << 20)

/* Only a regular file, of a size that a source may have. */
static char *read_file(const char *path, size_t *size, time_t *modified)
{
	struct stat st;
	FILE *f = stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
				  st.st_size <= MAX_BYTES
			  ? fopen(path, "re")
			  : NULL;
	char *text;

	if (!f)
		return NULL;
	text = memory_array((size_t)st.st_size + 1, 1);
	*size = fread(text, 1, (size_t)st.st_size, f);
	*modified = st.st_mtime;
	fclose(f);
	return text;
}

/* PATH itself, or DIRECTORY with as many of the last components of PATH as
 * possible. */
static char *find_file(const char *path, const char *directory, size_t *size,
		       time_t *modified)
{
	char *text = read_file(path, size, modified);

	for (const char *end = path; directory && !text && end;
	     end = strchr(end + 1, '/')) {
		char *name = memory_format("%s/%s", directory,
					   *end == '/' ? end + 1 : end);

		text = read_file(name, size, modified);
		free(name);
	}
	return text;
}

/* The text of PATH as some profile of M has it. */
static char *find_kept(const struct model *m, const char *path, size_t *size,
		       time_t *modified)
{
	for (size_t i = 0; i < m->process_count; i++) {
		const struct profile *p = m->processes[i].profile;
		const struct image_source *kept =
			p->image ? symbol_image_source(p->image, path) : NULL;
		char *text;

		if (!kept)
			continue;
		text = memory_array(kept->size + 1, 1);
		memcpy(text, kept->text, kept->size);
		*size = kept->size;
		*modified = (time_t)kept->modified;
		return text;
	}
	return NULL;
}

void source_open(struct source *s, const struct model *m, const char *path,
		 const char *directory)
{
	size_t size = 0, line = 0;

	memset(s, 0, sizeof(*s));
	if (path)
		s->text = find_kept(m, path, &size, &s->modified);
	if (path && !s->text)
		s->text = find_file(path, directory, &size, &s->modified);
	if (!s->text)
		return;
	for (size_t i = 0; i < size; i++)
		s->count += s->text[i] == '\n';
	if (size && s->text[size - 1] != '\n')
		s->count++;
	s->lines = memory_array(s->count + 1, sizeof(*s->lines));
	for (char *at = s->text; line < s->count; line++) {
		char *end = memchr(at, '\n', size - (size_t)(at - s->text));

		s->lines[line] = at;
		if (!end)
			break;
		*end = '\0';
		if (end > at && end[-1] == '\r')
			end[-1] = '\0';
		at = end + 1;
	}
}

void source_free(struct source *s)
{
	free(s->text);
	free(s->lines);
	memset(s, 0, sizeof(*s));
}

char *source_line(const struct source *s, uint32_t line)
{
	const char *in;
	char *wide, *out, *shown;

	if (!line || line > s->count)
		return NULL;
	in = s->lines[line - 1];
	wide = out = memory_array(strlen(in) * TAB + 1, 1);
	for (; *in; in++) {
		if (*in != '\t') {
			*out++ = *in;
			continue;
		}
		do
			*out++ = ' ';
		while ((out - wide) % TAB);
	}
	while (out > wide && out[-1] == ' ')
		out--;
	*out = '\0';
	shown = printable(wide);
	free(wide);
	return shown;
}
