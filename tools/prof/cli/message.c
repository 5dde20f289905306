#include "tools/prof/cli/message.h"
#include "tools/prof/cli/printable.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void say(const char *kind, const char *format, va_list args)
{
	char *text = NULL;

	/* The report so far belongs before what is said about it. */
	fflush(stdout);
	if (vasprintf(&text, format, args) < 0) {
		fputs("prof: out of memory\n", stderr);
		return;
	}
	fprintf(stderr, "prof: %s", kind);
	printable_put(stderr, text);
	fputc('\n', stderr);
	free(text);
}

void message_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("", format, args);
	va_end(args);
}

void message_warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("warning: ", format, args);
	va_end(args);
}

void message_hint(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("hint: ", format, args);
	va_end(args);
}

void message_die(int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("", format, args);
	va_end(args);
	exit(status);
}

int message_status(enum error_code code)
{
	static const int status[] = {
		[ERROR_NONE] = STATUS_OK,
		[ERROR_SYSTEM] = STATUS_SYSTEM,
		[ERROR_NOT_FOUND] = STATUS_PROFILE,
		[ERROR_FORMAT] = STATUS_PROFILE,
		[ERROR_TRUNCATED] = STATUS_PROFILE,
		[ERROR_VERSION] = STATUS_PROFILE,
		[ERROR_USAGE] = STATUS_USAGE,
		[ERROR_MEMORY] = STATUS_SYSTEM,
	};

	if ((size_t)code >= sizeof(status) / sizeof(status[0]))
		return STATUS_SYSTEM;
	return status[code];
}
