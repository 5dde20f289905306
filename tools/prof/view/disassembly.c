#include "tools/prof/view/disassembly.h"
#include "lib/base/array.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/printable.h"

#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What sh says where there is no such program. */
#define NOT_FOUND 127

static const char *objdump_machine(unsigned machine)
{
	switch (machine) {
	case EM_X86_64:
		return "i386:x86-64";
	case EM_AARCH64:
		return "aarch64";
	default:
		return NULL;
	}
}

static bool write_part(const struct symbol_part *part, char *path,
		       struct error *err)
{
	int fd = mkstemp(path);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
	bool ok = f && fwrite(part->bytes, 1, part->size, f) == part->size;

	if (f)
		ok &= fclose(f) == 0;
	if (ok)
		return true;
	if (fd >= 0)
		unlink(path);
	return error_set(err, ERROR_SYSTEM, "%s: cannot be written", path);
}

/* "  1139:\tpush   %rbp" */
static void add_line(struct disassembly *d, const char *line)
{
	char *end, *raw, *comment;
	uint64_t address = strtoull(line, &end, 16);
	struct disassembly_line *grown;

	if (end == line || end[0] != ':' || end[1] != '\t')
		return;
	grown = array_grow(d->list, &d->capacity, d->count + 1, sizeof(*grown));
	if (!grown)
		memory_fail();
	d->list = grown;
	raw = memory_copy(end + 2);
	raw[strcspn(raw, "\n")] = '\0';
	/* "# 0x4010": said again, by name, where it matters. */
	comment = strchr(raw, '#');
	if (comment)
		*comment = '\0';
	for (size_t n = strlen(raw); n && raw[n - 1] == ' ';)
		raw[--n] = '\0';
	grown[d->count++] =
		(struct disassembly_line){ address, printable(raw) };
	free(raw);
}

static bool run_objdump(struct disassembly *d, const char *path,
			const char *machine, uint64_t low, struct error *err)
{
	char *command = memory_format(
		"LC_ALL=C objdump -D -b binary -m %s --no-show-raw-insn "
		"--adjust-vma=0x%" PRIx64 " '%s' 2>/dev/null",
		machine, low, path);
	FILE *in = popen(command, "re");
	char *line = NULL;
	size_t size = 0;
	int status;

	free(command);
	if (!in)
		return error_set(err, ERROR_SYSTEM, "objdump cannot be run");
	while (getline(&line, &size, in) > 0)
		add_line(d, line);
	free(line);
	status = pclose(in);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND)
		return error_set(err, ERROR_NOT_FOUND,
				 "objdump, which takes machine code apart, is "
				 "not installed");
	if (status)
		return error_set(err, ERROR_SYSTEM,
				 "objdump failed; does it know the machine "
				 "%s?",
				 machine);
	return true;
}

bool disassembly_make(struct disassembly *d, const struct symbol_code *code,
		      struct error *err)
{
	const char *machine = objdump_machine(code->machine);
	const char *directory = "/tmp";
	bool ok = true;

	memset(d, 0, sizeof(*d));
	if (!machine)
		return error_set(err, ERROR_NOT_FOUND,
				 "code of ELF machine %u cannot be taken "
				 "apart here",
				 code->machine);
	for (size_t i = 0; i < code->part_count && ok; i++) {
		const struct symbol_part *part = &code->parts[i];
		char *path = memory_format("%s/prof.XXXXXX", directory);

		ok = write_part(part, path, err);
		if (ok) {
			ok = run_objdump(d, path, machine, part->low, err);
			unlink(path);
		}
		free(path);
	}
	if (!ok)
		disassembly_free(d);
	return ok;
}

void disassembly_free(struct disassembly *d)
{
	for (size_t i = 0; i < d->count; i++)
		free(d->list[i].text);
	free(d->list);
	memset(d, 0, sizeof(*d));
}
