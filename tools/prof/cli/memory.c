#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/message.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void memory_fail(void)
{
	/* Not message_die: that allocates. */
	fputs("prof: out of memory\n", stderr);
	exit(STATUS_SYSTEM);
}

void *memory_array(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size ? size : 1);

	if (!p)
		memory_fail();
	return p;
}

char *memory_copy(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		memory_fail();
	return copy;
}

char *memory_format(const char *format, ...)
{
	va_list args;
	char *text;
	int n;

	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		memory_fail();
	return text;
}

void memory_append(char ***list, size_t *count, char *item)
{
	/* Room is doubled whenever the count reaches a power of two. */
	if ((*count & (*count - 1)) == 0) {
		size_t room = *count ? *count * 2 : 1;
		char **grown = realloc(*list, room * sizeof(**list));

		if (!grown)
			memory_fail();
		*list = grown;
	}
	(*list)[(*count)++] = item;
}
