#include "tools/prof/cli/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define FIRST_SHOWN_S 1.0
#define STEP_S	      0.2

size_t terminal_width(FILE *f)
{
	struct winsize size;

	if (!isatty(fileno(f)))
		return 0;
	if (ioctl(fileno(f), TIOCGWINSZ, &size) || size.ws_col == 0)
		return 80;
	return size.ws_col;
}

int terminal_colour_parse(const char *word, enum terminal_colour *when)
{
	static const char *const words[] = { "auto", "always", "never" };

	for (int i = 0; i < 3; i++)
		if (!strcmp(words[i], word)) {
			*when = (enum terminal_colour)i;
			return 1;
		}
	return 0;
}

int terminal_colour(FILE *f, enum terminal_colour when)
{
	const char *none = getenv("NO_COLOR"), *term = getenv("TERM");

	if (when != COLOUR_AUTO)
		return when == COLOUR_ALWAYS;
	return isatty(fileno(f)) && !(none && *none) && term &&
	       strcmp(term, "dumb") != 0;
}

/* The first of these that is set and not empty decides, as in setlocale(3). */
int terminal_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (int i = 0; i < 3; i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return strcasestr(value, "utf-8") ||
			       strcasestr(value, "utf8");
	}
	return 0;
}

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void terminal_progress_start(struct terminal_progress *p, const char *what)
{
	p->what = what;
	p->start = p->last = now_s();
	p->shown = 0;
}

void terminal_progress_step(void *context, size_t done, size_t total)
{
	struct terminal_progress *p = context;
	double now = now_s();

	if (now - p->start < FIRST_SHOWN_S || now - p->last < STEP_S ||
	    total == 0 || !isatty(STDERR_FILENO))
		return;
	p->last = now;
	p->shown = 1;
	fprintf(stderr, "\rprof: %s: %3.0f %%", p->what,
		100.0 * (double)done / (double)total);
	fflush(stderr);
}

void terminal_progress_end(struct terminal_progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = 0;
}
