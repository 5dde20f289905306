/* rt_cfi_test.c - reading stacks and unwind information that may be wrong:
 * expressions, guarded reads, and damaged tables. */
#include "lib/runtime/signal/cfi.h"
#include "lib/runtime/signal/modules.h"
#include "tests/tap.h"

#include <gnu/libc-version.h>
#include <link.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { PAGE = 4096 };

/* COUNT pages that can be read, between two that cannot. */
static char *guarded(size_t count)
{
	char *p = mmap(NULL, (count + 2) * PAGE, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mprotect(p + PAGE, count * PAGE, PROT_READ | PROT_WRITE))
		exit(1);
	return p + PAGE;
}

static void reads_end_where_the_stack_does(void)
{
	char *page = guarded(3);
	uintptr_t start = (uintptr_t)page, end = start + 3 * PAGE, word = 0;
	struct stackmem s;

	OK(stackmem_probe(start), "a page can be read");
	OK(!stackmem_probe(end), "the one after the stack cannot");
	OK(!stackmem_probe(64), "nor the one at 0");
	*(uintptr_t *)(end - 8) = 42;

	stackmem_open(&s, start + 100 * 8, 0, 0);
	OK(stackmem_read(&s, end - 8, &word) && word == 42,
	   "a stack of unknown size is read to its last word");
	OK(!stackmem_read(&s, end, &word), "and not beyond");
	OK(!stackmem_read(&s, start - 8, &word), "nor below the stack pointer");
	stackmem_open(&s, start + 100 * 8, 0, 0);
	OK(!stackmem_read(&s, start + (64 << 20), &word),
	   "a frame of 64 MiB is not believed");
	OK(!stackmem_read(&s, start + 1001, &word), "nor an odd address");

	stackmem_open(&s, start + 1024, start, start + 2048);
	OK(stackmem_read(&s, start + 2040, &word) &&
		   stackmem_read(&s, start + 1024 - STACKMEM_RED_ZONE, &word),
	   "a stack of known bounds is read up to these");
	OK(!stackmem_read(&s, start + 2048, &word) &&
		   !stackmem_read(&s, start + 2044, &word) &&
		   !stackmem_read(&s, start + 512, &word),
	   "and not beyond, though it could be");
	stackmem_open(&s, start, start, start + 2048);
	OK(!stackmem_read(&s, start - 8, &word), "not even for its red zone");
	munmap(page - PAGE, 5 * PAGE);
}

/* Evaluate the SIZE bytes, whose length comes first. */
static bool evaluate(const uint8_t *bytes, size_t size, uintptr_t *out)
{
	static const uintptr_t registers[CFI_REGISTERS] = {
		[CFI_RSP] = 1000, [CFI_RA] = 0x40f
	};
	uintptr_t word = 77, first = 5;
	uintptr_t room[CFI_STACK_MAX];
	struct stackmem s;

	(void)word;
	stackmem_open(&s, (uintptr_t)&word, 0, 0);
	return cfi_evaluate((uintptr_t)bytes, (uintptr_t)bytes + size,
			    registers, &first, &s, room, out);
}

#define GIVES(want, name, ...)                                                 \
	do {                                                                   \
		const uint8_t bytes[] = { __VA_ARGS__ };                       \
		uintptr_t got = 0;                                             \
                                                                               \
		OK(evaluate(bytes, sizeof(bytes), &got), name);                \
		IS_U64(got, want, name);                                       \
	} while (0)

#define FAILS(name, ...)                                                       \
	do {                                                                   \
		const uint8_t bytes[] = { __VA_ARGS__ };                       \
		uintptr_t got = 0;                                             \
                                                                               \
		OK(!evaluate(bytes, sizeof(bytes), &got), name);               \
	} while (0)

static void expressions(void)
{
	/* breg7 8, breg16 0, lit15, and, lit11, ge, lit3, shl, plus */
	GIVES(1016, "a PLT entry's, after its push", 11, 0x77, 8, 0x80, 0, 0x3f,
	      0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22);
	GIVES(5, "what is on the stack at first", 1, 0x96);
	GIVES(3, "drop, constants, minus", 4, 0x13, 0x37, 0x34, 0x1c);
	GIVES(~UINT64_C(0), "signed constants", 2, 0x09, 0xff);
	GIVES(128, "a number in two bytes", 3, 0x10, 0x80, 0x01);
	GIVES(2, "a branch taken", 7, 0x31, 0x28, 1, 0, 0x31, 0x32, 0x96);
	GIVES(9, "over, swap, pick", 7, 0x34, 0x14, 0x16, 0x15, 1, 0x13, 0x22);
	FAILS("nothing on the stack", 2, 0x13, 0x13);
	FAILS("too much on the stack", 17, 0x12, 0x12, 0x12, 0x12, 0x12, 0x12,
	      0x12, 0x12, 0x12, 0x12, 0x12, 0x12, 0x12, 0x12, 0x12, 0x12, 0x12);
	FAILS("a loop without end", 3, 0x2f, 0xfd, 0xff);
	FAILS("a jump before the start", 3, 0x2f, 0x00, 0x80);
	FAILS("an operand that is cut off", 2, 0x0a, 1);
	FAILS("longer than what holds it", 9, 0x31);
	FAILS("a register that is none", 3, 0x92, 99, 0);
	FAILS("an operation that is none", 1, 0xff);
	FAILS("a word at 0", 3, 0x30, 0x06, 0x96);
}

static uintptr_t copied_start, copied_end;

static bool open_copy(struct cfi_module *m, uintptr_t header)
{
	uintptr_t frame = cfi_open(m, header, copied_end);

	m->start = copied_start;
	m->end = copied_end;
	return frame >= copied_start && frame < copied_end;
}

struct wanted {
	uintptr_t header, start, size;
};

static int find_header(struct dl_phdr_info *info, size_t size, void *data)
{
	struct wanted *w = data;
	int i;

	(void)size;
	if (!strstr(info->dlpi_name, "libc.so"))
		return 0;
	for (i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_GNU_EH_FRAME)
			w->header =
				info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
	for (i = 0; i < info->dlpi_phnum; i++) {
		uintptr_t start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;

		if (info->dlpi_phdr[i].p_type == PT_LOAD &&
		    w->header - start < info->dlpi_phdr[i].p_filesz) {
			w->start = start;
			w->size = info->dlpi_phdr[i].p_filesz;
		}
	}
	return 1;
}

/* libc's own tables, copied to where no byte after them can be read, so that
 * their last one is the last of a page; then damaged at random. */
static void damaged_tables(void)
{
	static struct cfi_work work;
	struct wanted w = { 0, 0, 0 };
	struct cfi_module m;
	size_t pages, round, found[3] = { 0, 0, 0 }, opened = 0;
	uintptr_t shift;
	char *copy, *at;

	dl_iterate_phdr(find_header, &w);
	if (!OK(w.size > 0, "libc's unwind tables are there"))
		return;
	pages = (w.size + PAGE - 1) / PAGE;
	copy = guarded(pages);
	at = copy + pages * PAGE - w.size;
	at = (char *)((uintptr_t)at & ~(uintptr_t)7);
	memcpy(at, (const void *)w.start, w.size);
	shift = (uintptr_t)at - w.start;
	copied_start = (uintptr_t)at;
	copied_end = (uintptr_t)at + w.size;
	OK(open_copy(&m, w.header + shift), "a copy of them opens");
	OK(cfi_rules_at(&m, (uintptr_t)gnu_get_libc_version + shift + 1,
			&work) == CFI_FOUND &&
		   work.rules.how[CFI_RA] == CFI_SAVED,
	   "and says how to leave a function");
	IS_U64(cfi_rules_at(&m, w.header + shift, &work), CFI_NONE,
	       "and nothing of what is no code");
	srand(1);
	for (round = 0; round < 100000; round++) {
		uintptr_t pc = (uintptr_t)gnu_get_libc_version + shift -
			       500000 + (uintptr_t)rand() % 1000000;
		int i;

		for (i = 0; i < 50; i++)
			at[(size_t)(w.header - w.start) +
			   (size_t)rand() % (w.size - (w.header - w.start))] =
				(char)rand();
		if (round % 100 == 99) {
			opened += open_copy(&m, w.header + shift);
			memcpy(at, (const void *)w.start, w.size);
			(void)open_copy(&m, w.header + shift);
		}
		found[cfi_rules_at(&m, pc, &work)]++;
	}
	printf("# %zu found, %zu not, %zu bad; opened %zu of 1000\n",
	       found[CFI_FOUND], found[CFI_NONE], found[CFI_BAD], opened);
	OK(found[CFI_BAD] > 500 && found[CFI_FOUND] > 1000,
	   "damaged at random, they are read no further than they go");
}

int main(void)
{
	reads_end_where_the_stack_does();
	expressions();
	damaged_tables();
	return tap_done();
}
