#include "tools/prof/cli/target.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/message.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define DEFAULT_PATH "/usr/local/bin:/usr/bin:/bin"
#define SCRIPT_LINE  256 /* what the kernel reads of a #! line */
#define SCRIPTS_DEEP 4	 /* scripts that interpret scripts */

static const struct {
	const char *problem, *remedy;
} words[] = {
	[TARGET_FINE] = { NULL, NULL },
	[TARGET_STATIC] = { "is statically linked, so that nothing can be "
			    "preloaded",
			    "link it without -static" },
	[TARGET_PRIVILEGED] = { "runs with other rights than yours (setuid, "
				"setgid or "
				"capabilities), so that nothing is preloaded",
				"profile a copy of the file: cp keeps no such "
				"rights" },
	[TARGET_FOREIGN] = { "is for another machine or word size than "
			     "libprof.so",
			     "build the program for this machine, or "
			     "libprof.so for the "
			     "program's" },
	[TARGET_NO_INTERPRETER] = { "is a script whose interpreter cannot be "
				    "found",
				    "correct its first line" },
};

const char *target_problem(enum target_obstacle obstacle)
{
	return words[obstacle].problem;
}

const char *target_remedy(enum target_obstacle obstacle)
{
	return words[obstacle].remedy;
}

/* Whether PATH may be executed; errno says why not. */
static bool executable(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return false;
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return false;
	}
	return !access(path, X_OK);
}

/* Find NAME in PATH as execvp does; NULL and errno otherwise. */
static char *search(const char *name)
{
	const char *at = getenv("PATH");
	int reason = ENOENT;

	for (at = at ? at : DEFAULT_PATH;;) {
		size_t length = strcspn(at, ":");
		char *path = memory_format("%.*s%s%s", length ? (int)length : 1,
					   length ? at : ".", "/", name);

		if (executable(path))
			return path;
		/* What is there without being executable tells more. */
		if (errno == EACCES)
			reason = EACCES;
		free(path);
		if (!at[length]) {
			errno = reason;
			return NULL;
		}
		at += length + 1;
	}
}

/* Whether libprof was linked into the static program ELF. */
static bool holds_libprof(Elf *elf)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	GElf_Sym symbol;

	while ((section = elf_nextscn(elf, section))) {
		Elf_Data *data;

		if (!gelf_getshdr(section, &header) ||
		    header.sh_type != SHT_SYMTAB || header.sh_entsize == 0)
			continue;
		data = elf_getdata(section, NULL);
		for (size_t i = 0;
		     data && i < header.sh_size / header.sh_entsize; i++) {
			const char *name;

			if (!gelf_getsym(data, (int)i, &symbol) ||
			    symbol.st_shndx == SHN_UNDEF)
				continue;
			name = elf_strptr(elf, header.sh_link, symbol.st_name);
			if (name && !strcmp(name, "libprof_version"))
				return true;
		}
	}
	return false;
}

static bool has_interpreter(Elf *elf)
{
	size_t count = 0;
	GElf_Phdr header;

	elf_getphdrnum(elf, &count);
	for (size_t i = 0; i < count; i++)
		if (gelf_getphdr(elf, (int)i, &header) &&
		    header.p_type == PT_INTERP)
			return true;
	return false;
}

/* Machine and word size of the file EHDR is the head of are prof's own. */
static bool is_native(const GElf_Ehdr *ehdr)
{
	GElf_Ehdr own;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	Elf *elf = fd >= 0 ? elf_begin(fd, ELF_C_READ, NULL) : NULL;
	bool same = true;

	if (elf && gelf_getehdr(elf, &own))
		same = own.e_machine == ehdr->e_machine &&
		       own.e_ident[EI_CLASS] == ehdr->e_ident[EI_CLASS] &&
		       own.e_ident[EI_DATA] == ehdr->e_ident[EI_DATA];
	elf_end(elf);
	if (fd >= 0)
		close(fd);
	return same;
}

static enum target_obstacle look_at_elf(int fd)
{
	enum target_obstacle obstacle = TARGET_FINE;
	GElf_Ehdr ehdr;
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	/* What we do not understand, the kernel will judge. */
	if (elf && gelf_getehdr(elf, &ehdr)) {
		if (!is_native(&ehdr))
			obstacle = TARGET_FOREIGN;
		else if (!has_interpreter(elf) && !holds_libprof(elf))
			obstacle = TARGET_STATIC;
	}
	elf_end(elf);
	return obstacle;
}

/* Whether the loader will distrust the environment when FD is executed. */
static bool is_privileged(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return false;
	if ((st.st_mode & S_ISUID) && st.st_uid != getuid())
		return true;
	if ((st.st_mode & S_ISGID) && (st.st_mode & S_IXGRP) &&
	    st.st_gid != getgid())
		return true;
	return getuid() != 0 &&
	       fgetxattr(fd, "security.capability", NULL, 0) > 0;
}

/* The interpreter that the #! LINE names, cut out of it; NULL: none. */
static char *interpreter(char *line)
{
	char *start = line + 2 + strspn(line + 2, " \t");

	start[strcspn(start, " \t\r\n")] = '\0';
	return *start ? start : NULL;
}

static enum target_obstacle look_at(struct target *target, const char *path,
				    int depth)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char line[SCRIPT_LINE + 1] = "", *next;
	enum target_obstacle obstacle = TARGET_FINE;
	ssize_t n;

	free(target->file);
	target->file = memory_copy(path);
	/* A program that may be executed but not read: nothing to see. */
	if (fd < 0)
		return TARGET_FINE;
	n = pread(fd, line, SCRIPT_LINE, 0);
	if (n >= 2 && line[0] == '#' && line[1] == '!') {
		close(fd);
		next = interpreter(line);
		if (!next || depth == SCRIPTS_DEEP || access(next, X_OK))
			return TARGET_NO_INTERPRETER;
		return look_at(target, next, depth + 1);
	}
	if (n >= SELFMAG && !memcmp(line, ELFMAG, SELFMAG))
		obstacle = look_at_elf(fd);
	if (obstacle == TARGET_FINE && is_privileged(fd))
		obstacle = TARGET_PRIVILEGED;
	close(fd);
	return obstacle;
}

int target_find(struct target *target, const char *name)
{
	bool has_slash = strchr(name, '/') != NULL;

	memset(target, 0, sizeof(*target));
	if (has_slash)
		target->path = executable(name) ? memory_copy(name) : NULL;
	else if (name[0])
		target->path = search(name);
	else
		errno = ENOENT;
	if (target->path) {
		target->obstacle = look_at(target, target->path, 0);
		return 0;
	}
	if (errno != ENOENT && errno != ENOTDIR) {
		message_error("%s: %s", name, strerror(errno));
		return STATUS_NOT_EXECUTABLE;
	}
	if (has_slash)
		message_error("%s: %s", name, strerror(errno));
	else
		message_error("%s: command not found", name);
	return STATUS_NOT_FOUND;
}

void target_free(struct target *target)
{
	free(target->path);
	free(target->file);
	memset(target, 0, sizeof(*target));
}
