#include "tools/prof/cli/screen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

/* The alternate screen, without a cursor; and back. */
#define ENTER "\033[?1049h\033[?25l"
#define LEAVE "\033[?25h\033[?1049l"

static struct termios saved;
static bool is_open;
static volatile sig_atomic_t ended, stopped, resized;

static void on_signal(int number)
{
	if (number == SIGTSTP)
		stopped = 1;
	else if (number == SIGWINCH)
		resized = 1;
	else
		ended = number;
}

static void put(const char *text, size_t length)
{
	while (length) {
		ssize_t n = write(STDOUT_FILENO, text, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		text += n;
		length -= (size_t)n;
	}
}

static void watch_for(int number)
{
	struct sigaction action = { .sa_handler = on_signal };

	/* Without SA_RESTART: poll shall end. */
	sigaction(number, &action, NULL);
}

void screen_catch_signals(void)
{
	watch_for(SIGINT);
	watch_for(SIGTERM);
	watch_for(SIGHUP);
	watch_for(SIGQUIT);
}

static void enter(void)
{
	struct termios raw = saved;

	/* Keys at once and unseen; ^C and ^Z stay signals. */
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
	put(ENTER, sizeof(ENTER) - 1);
	is_open = true;
}

void screen_close(void)
{
	if (!is_open)
		return;
	is_open = false;
	put(LEAVE, sizeof(LEAVE) - 1);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &saved);
}

bool screen_open(void)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) ||
	    tcgetattr(STDIN_FILENO, &saved))
		return false;
	atexit(screen_close);
	screen_catch_signals();
	watch_for(SIGTSTP);
	watch_for(SIGWINCH);
	enter();
	return true;
}

/* ^Z: give the terminal back, and take it again when we go on. */
static void stop(void)
{
	stopped = 0;
	screen_close();
	signal(SIGTSTP, SIG_DFL);
	raise(SIGTSTP);
	watch_for(SIGTSTP);
	enter();
}

void screen_show(const char *text, size_t length)
{
	const char *end = text + length;

	put("\033[H", 3);
	while (text < end) {
		size_t line = (size_t)(end - text);
		const char *newline = memchr(text, '\n', line);

		if (newline)
			line = (size_t)(newline - text);
		put(text, line);
		put("\033[K", 3);
		text += line;
		/* No newline at the end: it would scroll a full screen. */
		if (newline && ++text < end)
			put("\r\n", 2);
	}
	put("\033[J", 3);
}

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

enum screen_event screen_wait(double seconds, char *key, int *number)
{
	struct pollfd input = { .fd = is_open ? STDIN_FILENO : -1,
				.events = POLLIN };
	double until = now_s() + seconds, left;

	while (!ended && (left = until - now_s()) > 0) {
		int ready = poll(&input, 1, (int)(left * 1000) + 1);

		if (stopped)
			stop();
		if (resized) {
			resized = 0;
			return SCREEN_RESIZED;
		}
		if (ready > 0 && read(STDIN_FILENO, key, 1) == 1)
			return SCREEN_KEY;
		if (ready > 0) {
			*number = 0;
			return SCREEN_END;
		}
		if (ready < 0 && errno != EINTR)
			break;
	}
	*number = ended;
	return ended ? SCREEN_END : SCREEN_TIMEOUT;
}

size_t screen_lines(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		return 0;
	return size.ws_row ? size.ws_row : 24;
}
