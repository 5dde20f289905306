#include "tools/prof/cli/pager.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/message.h"
#include "tools/prof/cli/output.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t pager_pid;

/* The child: the pager, or a plain copy where it is not there. */
static void __attribute__((noreturn)) be_pager(const char *command)
{
	/* 127 is the shell's word for a command that it cannot find. */
	char *line = memory_format("%s\n[ $? -ne 127 ] || cat", command);

	/* Leave at once if it fits; pass colours; keep the screen. */
	setenv("LESS", "FRX", 0);
	execl("/bin/sh", "sh", "-c", line, (char *)NULL);
	_exit(127);
}

void pager_start(void)
{
	const char *command = getenv("PAGER");
	int ends[2];

	if (!isatty(STDOUT_FILENO))
		return;
	if (!command)
		command = "less 2>/dev/null";
	if (!command[0] || !strcmp(command, "cat") || pipe(ends))
		return;
	fflush(stdout);
	pager_pid = fork();
	if (pager_pid == 0) {
		dup2(ends[0], STDIN_FILENO);
		close(ends[0]);
		close(ends[1]);
		be_pager(command);
	}
	if (pager_pid > 0) {
		dup2(ends[1], STDOUT_FILENO);
		/* The terminal's interrupt is for the pager. */
		signal(SIGINT, SIG_IGN);
		signal(SIGPIPE, SIG_IGN);
	}
	close(ends[0]);
	close(ends[1]);
}

int pager_end(void)
{
	int ignored;

	if (pager_pid <= 0)
		return output_close();
	/* It reads until no writer is left. That the reader did not want to
	 * see all of it is no error. */
	fclose(stdout);
	while (waitpid(pager_pid, &ignored, 0) < 0 && errno == EINTR)
		;
	return STATUS_OK;
}
