#include "tools/prof/cli/needed.h"
#include "lib/analysis/symbol_elf.h"
#include "tools/prof/cli/memory.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* The program interpreter that the file names; NULL: none. */
static char *find_loader(const char *program)
{
	struct symbol_elf *elf = symbol_elf_open(program);
	struct symbol_bytes name = elf ? symbol_elf_section(elf, ".interp")
				       : (struct symbol_bytes){ NULL, 0 };
	char *loader = NULL;

	if (name.data && name.size && name.data[name.size - 1] == '\0')
		loader = memory_copy((const char *)name.data);
	symbol_elf_close(elf);
	return loader;
}

/* Start "LOADER --list PROGRAM", as ldd does, with its output in *FROM. */
static pid_t ask(const char *loader, const char *program, int *from)
{
	char *argv[] = { (char *)(uintptr_t)loader, (char[]){ "--list" },
			 (char *)(uintptr_t)program, NULL };
	posix_spawn_file_actions_t actions;
	int ends[2], failed;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return -1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
					 O_WRONLY, 0);
	failed = posix_spawn(&pid, loader, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (!failed) {
		*from = ends[0];
		return pid;
	}
	close(ends[0]);
	return -1;
}

/* The path in "\tNAME => PATH (0xADDRESS)" or "\tPATH (0xADDRESS)", cut out of
 * it; NULL: none. */
static char *path_in(char *line)
{
	char *arrow = strstr(line, " => "), *end;
	char *path = arrow ? arrow + 4 : line + strspn(line, "\t ");

	for (end = strstr(path, " (0x"); end && strstr(end + 1, " (0x");)
		end = strstr(end + 1, " (0x");
	if (!end)
		return NULL;
	*end = '\0';
	/* Others are not there: linux-vdso.so.1. */
	return strchr(path, '/') ? path : NULL;
}

void needed_libraries(const char *program, char ***paths, size_t *count)
{
	char *loader = find_loader(program), *line = NULL, *path;
	int from = -1;
	pid_t pid = loader ? ask(loader, program, &from) : -1;
	FILE *answer = pid > 0 ? fdopen(from, "r") : NULL;
	size_t room = 0;

	free(loader);
	while (answer && getline(&line, &room, answer) >= 0)
		if ((path = path_in(line)))
			memory_append(paths, count, memory_copy(path));
	free(line);
	if (answer)
		fclose(answer);
	else if (from >= 0)
		close(from);
	if (pid > 0)
		waitpid(pid, NULL, 0);
}
