/* jit - machine code made at run time, and a map of it for perf.
 *
 * jit [nomap]: two functions are written to memory, named in /tmp/perf-PID.map
 * and called; the first takes three times as long as the second.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__x86_64__)
static const uint8_t code[] = {
	0x48, 0x89, 0xf8, /* mov %rdi,%rax */
	0x48, 0xff, 0xc8, /* dec %rax */
	0x75, 0xfb,	  /* jne -5 */
	0xc3,		  /* ret */
};
#elif defined(__aarch64__)
static const uint32_t code[] = {
	0xf1000400, /* subs x0, x0, #1 */
	0x54ffffe1, /* b.ne -4 */
	0xd65f03c0, /* ret */
};
#else
static const uint8_t code[1];
#endif

#define APART 64

static void write_map(const char *memory)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/tmp/perf-%d.map", (int)getpid());
	f = fopen(path, "w");
	if (!f)
		return;
	fprintf(f, "this is no line of it\n");
	fprintf(f, "%" PRIxPTR " %zx jit::first(int) ~a.js:1\n",
		(uintptr_t)memory, sizeof(code));
	fprintf(f, "%" PRIxPTR " %zx \tsecond@x\x1b[31m\n",
		(uintptr_t)memory + APART, sizeof(code));
	fclose(f);
}

int main(int argc, char **argv)
{
	char *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void (*first)(uint64_t) = (void (*)(uint64_t))memory;
	void (*second)(uint64_t) = (void (*)(uint64_t))(memory + APART);

	if (memory == MAP_FAILED || sizeof(code) == 1)
		return 77;
	memcpy(memory, code, sizeof(code));
	memcpy(memory + APART, code, sizeof(code));
	__builtin___clear_cache(memory, memory + 2 * APART);
	if (mprotect(memory, 4096, PROT_READ | PROT_EXEC))
		return 77;
	if (argc < 2 || strcmp(argv[1], "nomap") != 0)
		write_map(memory);
	for (int i = 0; i < 100; i++) {
		first(3000000);
		second(1000000);
	}
	return 0;
}
