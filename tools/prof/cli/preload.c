#include "tools/prof/cli/preload.h"
#include "lib/base/options.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/message.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define LIBRARY "libprof.so"

#if defined(__x86_64__)
#define MULTIARCH "x86_64-linux-gnu"
#elif defined(__aarch64__)
#define MULTIARCH "aarch64-linux-gnu"
#else
#define MULTIARCH "."
#endif

static const char *const places[] = {
	"",
	"../lib/",
	"../lib/" MULTIARCH "/",
	"../lib64/",
};

char *preload_find(struct error *err)
{
	char own[PATH_MAX], *slash;
	ssize_t n = readlink("/proc/self/exe", own, sizeof(own) - 1);

	if (n < 0) {
		error_set(err, ERROR_SYSTEM, "/proc/self/exe: %s",
			  strerror(errno));
		return NULL;
	}
	own[n] = '\0';
	slash = strrchr(own, '/');
	*slash = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		char *path = memory_format("%s/%s" LIBRARY, own, places[i]);
		char *real = realpath(path, NULL);

		free(path);
		if (real)
			return real;
	}
	error_set(err, ERROR_NOT_FOUND,
		  LIBRARY " is neither in %s nor in ../lib from there", own);
	return NULL;
}

static uint64_t random_number(void)
{
	struct timespec now;
	uint64_t x;

	if (getrandom(&x, sizeof(x), GRND_NONBLOCK) == (ssize_t)sizeof(x))
		return x;
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec +
	       ((uint64_t)getpid() << 40);
}

static void warn_of_value(const char *variable, const char *line)
{
	message_warn("%s", line);
	unsetenv(variable);
}

static void warn_of_name(const char *variable, const char *line)
{
	(void)variable;
	message_warn("%s", line);
}

void preload_check_variables(void)
{
	struct options unused;

	options_read(&unused, getenv, warn_of_value);
	options_misspelt(environ, warn_of_name);
}

bool preload_set(const char *library, char *id, struct error *err)
{
	const char *others = getenv("LD_PRELOAD");
	bool any = others && others[0];
	size_t length = strlen(library);
	char *list;
	int failed;

	/* The loader takes both for separators, and knows no quotes. */
	if (strpbrk(library, ": "))
		return error_set(err, ERROR_USAGE,
				 "%s: LD_PRELOAD cannot name a path with a "
				 "blank or a colon",
				 library);
	list = any ? memory_format("%s:%s", library, others)
		   : memory_copy(library);
	/* It is there already where this is not the first session. */
	if (any && !strncmp(others, library, length) &&
	    (!others[length] || others[length] == ':'))
		memmove(list, list + length + 1, strlen(others) + 1);
	failed = setenv("LD_PRELOAD", list, 1);
	free(list);
	snprintf(id, 17, "%016" PRIx64, random_number());
	failed |= setenv(OPTIONS_SESSION, id, 1);
	if (failed)
		return error_set(err, ERROR_SYSTEM, "setenv: %s",
				 strerror(errno));
	return true;
}
