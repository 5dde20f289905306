#include "tools/prof/cli/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile pid_t forward_to;

static void forward(int signal_number)
{
	int saved = errno;

	if (forward_to > 0)
		kill(forward_to, signal_number);
	errno = saved;
}

/* What to do with these signals while the child runs. */
static const struct {
	int number;
	void (*handler)(int);
} rules[] = {
	{ SIGINT, SIG_IGN },
	{ SIGQUIT, SIG_IGN },
	{ SIGTERM, forward },
	{ SIGHUP, forward },
};

#define RULE_COUNT (sizeof(rules) / sizeof(rules[0]))

static void set_rules(struct sigaction *old)
{
	struct sigaction action = { .sa_flags = SA_RESTART };

	for (size_t i = 0; i < RULE_COUNT; i++) {
		sigaction(rules[i].number, NULL, &old[i]);
		/* What nohup ignores stays ignored, here and in the child. */
		if (old[i].sa_handler == SIG_IGN)
			continue;
		action.sa_handler = rules[i].handler;
		sigaction(rules[i].number, &action, NULL);
	}
}

static void restore(const struct sigaction *old)
{
	for (size_t i = 0; i < RULE_COUNT; i++)
		sigaction(rules[i].number, &old[i], NULL);
}

/* In the child: become PATH, or tell the parent through FD why not. execvp
 * gives a file without any magic to the shell, as every shell does. */
static void __attribute__((noreturn))
become(const char *path, char **argv, const struct sigaction *old,
       const sigset_t *mask, int fd)
{
	int reason;
	ssize_t ignored;

	restore(old);
	sigprocmask(SIG_SETMASK, mask, NULL);
	execvp(path, argv);
	reason = errno;
	ignored = write(fd, &reason, sizeof(reason));
	(void)ignored;
	_exit(127);
}

static int wait_for(pid_t pid, struct child_end *end)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return errno;
	end->pid = pid;
	end->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	end->status = end->signal ? 128 + end->signal : WEXITSTATUS(status);
	return 0;
}

int child_run(const char *path, char **argv, struct child_end *end,
	      int *exec_failed)
{
	struct sigaction old[RULE_COUNT];
	sigset_t blocked, mask;
	int ends[2], reason = 0, error;
	pid_t pid;

	memset(end, 0, sizeof(*end));
	*exec_failed = 0;
	if (pipe2(ends, O_CLOEXEC))
		return errno;
	fflush(NULL);
	/* No signal may come between the fork and knowing whom to pass it. */
	sigfillset(&blocked);
	sigprocmask(SIG_SETMASK, &blocked, &mask);
	set_rules(old);
	pid = fork();
	error = pid < 0 ? errno : 0;
	if (pid == 0)
		become(path, argv, old, &mask, ends[1]);
	forward_to = pid;
	sigprocmask(SIG_SETMASK, &mask, NULL);
	close(ends[1]);
	if (pid > 0) {
		*exec_failed = read(ends[0], &reason, sizeof(reason)) ==
			       (ssize_t)sizeof(reason);
		error = wait_for(pid, end);
	}
	close(ends[0]);
	forward_to = 0;
	restore(old);
	return *exec_failed ? reason : error;
}
