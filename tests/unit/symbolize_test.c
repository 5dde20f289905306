/* Addresses become functions, files and lines. The programs looked at are
 * compiled here and now, from tests/unit/fixtures, by the compiler of $CC. */

#include "lib/analysis/symbol_table.h"
#include "lib/analysis/symbolize.h"
#include "tests/tap.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIXTURES "tests/unit/fixtures/"

static char work[PATH_MAX]; /* where everything is made */
static char source_directory[PATH_MAX];

/* --- making programs --------------------------------------------------------
 */

static bool shell(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

static bool shell(const char *format, ...)
{
	char command[8 * PATH_MAX];
	va_list list;

	va_start(list, format);
	vsnprintf(command, sizeof(command), format, list);
	va_end(list);
	if (system(command) == 0)
		return true;
	printf("# failed: %s\n", command);
	return false;
}

/* The path of NAME there, in one of a few buffers: not to be kept. */
static const char *in_work(const char *name)
{
	static char paths[8][2 * PATH_MAX];
	static unsigned next;
	char *path = paths[next++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/%s", work, name);
	return path;
}

static bool compile_c(const char *flags, const char *output)
{
	return shell("${CC:-cc} %s -o %s/%s %schain.c %sother.c", flags, work,
		     output, FIXTURES, FIXTURES);
}

/* The address of symbol NAME in PATH, as nm tells it; 0: none. */
static uint64_t address_of(const char *path, const char *name)
{
	char command[2 * PATH_MAX], line[512], symbol[256], type;
	unsigned long long value, found = 0;
	FILE *pipe;

	snprintf(command, sizeof(command), "nm %s", path);
	pipe = popen(command, "r");
	while (pipe && fgets(line, sizeof(line), pipe))
		if (sscanf(line, "%llx %c %255s", &value, &type, symbol) == 3 &&
		    !strcmp(symbol, name))
			found = value;
	if (pipe)
		pclose(pipe);
	return found;
}

/* The line of FILE that ends in the comment NAME. */
static uint32_t line_of(const char *file, const char *name)
{
	char path[PATH_MAX], line[512], comment[128];
	uint32_t number = 0, found = 0;
	FILE *f;

	snprintf(path, sizeof(path), FIXTURES "%s", file);
	snprintf(comment, sizeof(comment), "/* %s */\n", name);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f)) {
		size_t n = strlen(line), m = strlen(comment);

		number++;
		if (n >= m && !strcmp(line + n - m, comment))
			found = number;
	}
	if (f)
		fclose(f);
	return found;
}

static const char *source_of(const char *file)
{
	static char path[2 * PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", source_directory, file);
	return path;
}

static struct symbolizer *new_symbolizer(bool inlines, const char *directories)
{
	const struct symbolizer_options options = {
		.debug_dirs = directories,
		.inlines = inlines,
		.exact_instructions = true,
	};

	return symbolizer_new(&options);
}

static uint32_t add_file(struct symbolizer *s, const char *path)
{
	const struct symbol_module module = { .path = path };

	return symbolizer_module(s, &module);
}

/* --- debugging information ---------------------------------------------------
 */

static void inlined_calls_are_frames(const char *path)
{
	struct symbolizer *s = new_symbolizer(true, NULL);
	uint64_t mark = address_of(path, "mark_innermost");
	const uint64_t bias = 0x7f0000000000;
	const struct symbol_location *l =
		symbolizer_lookup(s, add_file(s, path), bias, bias + mark + 2);

	IS_U64(l->frame_count, 3, "an address of inlined code has its chain");
	if (l->frame_count == 3) {
		IS_STR(l->frames[0].function->name, "innermost", "innermost");
		IS_U64(l->frames[0].line, line_of("chain.c", "innermost"),
		       "at its line");
		IS_STR(l->frames[0].file, source_of("chain.c"),
		       "of its file, by an absolute path");
		OK(l->frames[0].file == l->frames[2].file,
		   "of which there is one copy");
		IS_STR(l->frames[1].function->name, "middle", "within");
		IS_U64(l->frames[1].line, line_of("chain.c", "middle"),
		       "at the line of the call");
		IS_STR(l->frames[2].function->name, "outermost", "within");
		IS_U64(l->frames[2].line, line_of("chain.c", "outermost"),
		       "at the line of the call");
		IS_U64(l->frames[2].function->low,
		       address_of(path, "outermost"),
		       "the outermost knows where its code starts");
		OK(l->frames[2].function->high > mark, "and where it ends");
		IS_U64(l->frames[0].function->high, 0,
		       "what is only inlined has no code of its own");
		IS_STR(l->frames[0].function->module, path, "the module");
		IS_STR(l->frames[0].function->linkage, "innermost",
		       "in C the name is the linkage name too");
	}
	IS_U64(l->address, mark + 2, "the address without the bias is kept");
	IS_U64(l->instruction, mark, "and the instruction's start is found");
	OK(symbolizer_lookup(s, 0, 0, mark + 2) == l,
	   "asked again, the answer is the same one");
	OK(!symbolizer_warnings(s), "and nothing is missing");
	symbolizer_free(s);
}

static void inlining_may_be_left_out(const char *path)
{
	struct symbolizer *s = new_symbolizer(false, NULL);
	const struct symbol_location *l = symbolizer_lookup(
		s, add_file(s, path), 0, address_of(path, "mark_innermost"));

	IS_U64(l->frame_count, 1, "without inlined functions: one frame");
	IS_STR(l->frames[0].function->name, "outermost", "the outermost");
	IS_U64(l->frames[0].line, line_of("chain.c", "outermost"),
	       "at the line of its own");
	symbolizer_free(s);
}

static void statics_are_apart(const char *path)
{
	struct symbolizer *s = new_symbolizer(true, NULL);
	uint32_t m = add_file(s, path);
	const struct symbol_frame *one =
		symbolizer_lookup(s, m, 0, address_of(path, "mark_helper"))
			->frames;
	const struct symbol_frame *two =
		symbolizer_lookup(s, m, 0, address_of(path, "mark_other"))
			->frames;

	IS_STR(one->function->name, "helper", "a static function");
	IS_STR(two->function->name, "helper", "another of the same name");
	OK(one->function != two->function, "are two functions");
	IS_STR(one->function->file, source_of("chain.c"), "of one file");
	IS_STR(two->function->file, source_of("other.c"), "and of another");
	IS_U64(two->line, line_of("other.c", "other"), "with its line");
	symbolizer_free(s);
}

static void no_line_is_the_line_before(const char *path)
{
	struct symbolizer *s = new_symbolizer(true, NULL);
	const struct symbol_location *l = symbolizer_lookup(
		s, add_file(s, path), 0, address_of(path, "mark_zero"));

	IS_U64(l->frames[0].line, line_of("other.c", "before_zero"),
	       "code of line 0 has the line before it");
	symbolizer_free(s);
}

static void copies_are_one_function(const char *path)
{
	struct symbolizer *s = new_symbolizer(true, NULL);
	uint32_t m = add_file(s, path);
	uint64_t low = address_of(path, "twice");
	const struct symbol_function *apart =
		symbolizer_lookup(s, m, 0, low)->frames[0].function;
	uint64_t main_low = address_of(path, "main");
	const struct symbol_function *inlined = NULL;

	for (uint64_t at = main_low; at < main_low + 400 && !inlined; at++) {
		const struct symbol_location *l =
			symbolizer_lookup(s, m, 0, at);

		if (l->frame_count == 2 &&
		    !strcmp(l->frames[0].function->name, "twice"))
			inlined = l->frames[0].function;
	}
	IS_STR(apart->name, "twice", "a function that exists out of line");
	OK(inlined == apart, "is the same one where it is inlined");
	IS_U64(apart->low, low, "and knows its code");
	symbolizer_free(s);
}

static void is_function(struct symbolizer *s, const char *path,
			const char *mark, const char *name)
{
	char symbol[64];
	const struct symbol_location *l;

	snprintf(symbol, sizeof(symbol), "mark_%s", mark);
	l = symbolizer_lookup(s, add_file(s, path), 0,
			      address_of(path, symbol));
	IS_STR(l->frames[0].function->name, name, name);
	IS_U64(l->frames[0].line, line_of("names.cc", mark), "with its line");
}

static void cxx_names(const char *flags)
{
	const char *path = in_work("names");
	struct symbolizer *s = new_symbolizer(true, NULL);

	if (!OK(shell("${CXX:-c++} -O1 %s -o %s %snames.cc", flags, path,
		      FIXTURES),
		flags))
		return;
	is_function(s, path, "area", "outer::shape::area(int) const");
	is_function(s, path, "largest", "outer::largest<int>(int, int)");
	is_function(s, path, "plain_c", "plain_c");
	symbolizer_free(s);
}

static void local_cxx_names(void)
{
	const char *path = in_work("names");
	struct symbolizer *s = new_symbolizer(true, NULL);
	uint32_t m = add_file(s, path);
	const struct symbol_location *hidden =
		symbolizer_lookup(s, m, 0, address_of(path, "mark_hidden"));
	const struct symbol_location *lambda =
		symbolizer_lookup(s, m, 0, address_of(path, "mark_lambda"));

	OK(!strncmp(hidden->frames[0].function->name,
		    "outer::(anonymous namespace)::hidden::get", 41),
	   "an inlined function of an anonymous namespace is qualified");
	OK(strstr(lambda->frames[0].function->name, "operator()") &&
		   !strncmp(lambda->frames[0].function->name, "main::", 6),
	   "so is a lambda");
	IS_STR(lambda->frames[0].function->file, source_of("names.cc"),
	       "which is of a file");
	symbolizer_free(s);
}

/* --- symbols only ------------------------------------------------------------
 */

static void symbols_name_functions(void)
{
	struct symbolizer *s = new_symbolizer(true, NULL);
	const char *path = in_work("symbols");
	const struct symbol_location *l;
	uint64_t low;

	if (!OK(compile_c("-O1 -Wl,--build-id", "symbols"), "no -g"))
		return;
	low = address_of(path, "plain");
	l = symbolizer_lookup(s, add_file(s, path), 0, low);
	IS_STR(l->frames[0].function->name, "plain", "symbols have names");
	IS_U64(l->frames[0].function->low, low, "and an address");
	IS_U64(l->frames[0].line, 0, "but no lines");
	OK(!l->frames[0].file, "and no files");
	symbolizer_free(s);
}

static void stubs_have_names(void)
{
	struct symbolizer *s = new_symbolizer(true, NULL);
	struct symbol_store store = { 0 };
	struct symbol_table table = { 0 };
	const char *path = in_work("symbols");
	struct symbol_elf *elf = symbol_elf_open(path);
	uint64_t stub = 0;

	if (elf)
		symbol_plt_read(&table, elf, &store);
	for (size_t i = 0; i < table.count; i++)
		if (!strcmp(table.list[i].name, "abort@plt"))
			stub = table.list[i].low;
	if (stub)
		IS_STR(symbolizer_lookup(s, add_file(s, path), 0, stub)
			       ->frames[0]
			       .function->name,
		       "abort@plt", "the stub of a call to another object");
	symbol_table_free(&table);
	symbol_elf_close(elf);
	symbol_store_free(&store);
	symbolizer_free(s);
}

static void clones_keep_the_name(void)
{
	struct symbolizer *s = new_symbolizer(true, NULL);
	const char *path = in_work("clones");
	const struct symbol_function *f, *cold;

	if (!shell("printf '.text\\n.globl _Z3fooi\\n.type _Z3fooi,@function\\n"
		   "_Z3fooi: nop; nop\\n.size _Z3fooi,2\\n"
		   ".type _Z3fooi.cold,@function\\n_Z3fooi.cold: nop; nop\\n"
		   ".size _Z3fooi.cold,2\\n"
		   ".type bar.part.0,@function\\nbar.part.0: nop; nop\\n"
		   ".size bar.part.0,2\\nunsized: nop\\n' >%s.s && "
		   "${CC:-cc} -shared -nostdlib -o %s %s.s",
		   path, path, path))
		return;
	f = symbolizer_lookup(s, add_file(s, path), 0,
			      address_of(path, "_Z3fooi"))
		    ->frames[0]
		    .function;
	cold = symbolizer_lookup(s, 0, 0, address_of(path, "_Z3fooi.cold"))
		       ->frames[0]
		       .function;
	IS_STR(f->name, "foo(int)", "a symbol is demangled");
	OK(cold == f, "and its cold part belongs to it");
	f = symbolizer_lookup(s, 0, 0, address_of(path, "bar.part.0"))
		    ->frames[0]
		    .function;
	IS_STR(f->name, "bar", "a part without a whole keeps the name");
	f = symbolizer_lookup(s, 0, 0, address_of(path, "unsized"))
		    ->frames[0]
		    .function;
	IS_STR(f->name, "unsized", "a symbol need not have a size");
	symbolizer_free(s);
}

static void stripped_gives_offsets(void)
{
	struct symbolizer *s = new_symbolizer(true, NULL);
	const char *path = in_work("stripped.so");
	uint64_t low = address_of(in_work("symbols"), "mark_helper");
	const struct symbol_location *l;
	char prefix[] = "stripped.so+0x";

	if (!OK(shell("strip -o %s %s", path, in_work("symbols")), "strip"))
		return;
	l = symbolizer_lookup(s, add_file(s, path), 0, low);
	IS_U64(l->frame_count, 1, "without names there is a frame");
	OK(!strncmp(l->frames[0].function->name, prefix, sizeof(prefix) - 1),
	   "named by module and offset");
	OK(strtoull(l->frames[0].function->name + sizeof(prefix) - 1, NULL,
		    16) <= low,
	   "of where its code starts");
	symbolizer_free(s);
}

/* --- separate files ----------------------------------------------------------
 */

static void is_separate(const char *path, const char *directories, bool found,
			const char *name)
{
	struct symbolizer *s = new_symbolizer(true, directories);
	uint64_t mark = address_of(in_work("full"), "mark_innermost");
	const struct symbol_location *l =
		symbolizer_lookup(s, add_file(s, path), 0, mark);

	IS_U64(l->frame_count, found ? 3 : 1, name);
	if (found)
		IS_U64(l->instruction, mark, "the code is the object's own");
	symbolizer_free(s);
}

static void make_separate(const char *id_flag)
{
	char flags[128];

	snprintf(flags, sizeof(flags), "-g -O2 -Wl,--build-id=%s", id_flag);
	OK(compile_c(flags, "full") &&
		   shell("cd %s && rm -rf .debug debug debug2 && "
			 "mkdir -p .debug debug2 && "
			 "objcopy --only-keep-debug full lean.debug && "
			 "objcopy --strip-all full lean && "
			 "objcopy --add-gnu-debuglink=lean.debug lean",
			 work),
	   "a program and its separate debugging information");
}

static void debug_links(void)
{
	make_separate("sha1");
	is_separate(in_work("lean"), "/nonexistent", true,
		    "beside the program");
	shell("cd %s && mv lean.debug .debug", work);
	is_separate(in_work("lean"), "/nonexistent", true,
		    "in .debug beside it");
	shell("cd %s && mkdir -p debug2%s && mv .debug/lean.debug debug2%s",
	      work, work, work);
	is_separate(in_work("lean"), "/nonexistent", false,
		    "elsewhere it is not found");
	is_separate(in_work("lean"), in_work("debug2"), true,
		    "but in a debug directory");
	/* The debugging information of another build. */
	OK(compile_c("-g -O0 -Wl,--build-id=sha1", "new") &&
		   shell("objcopy --only-keep-debug %s/new %s/lean.debug", work,
			 work),
	   "another build");
	is_separate(in_work("lean"), "/nonexistent", false, "is not used");
}

static void build_id_directories(void)
{
	struct symbol_elf *elf;
	char id[3 * SYMBOL_BUILD_ID_MAX] = "", directories[2 * PATH_MAX];

	make_separate("sha1");
	elf = symbol_elf_open(in_work("full"));
	if (!OK(elf && elf->build_id_size == 20, "it has a build-id"))
		return;
	for (size_t i = 0; i < elf->build_id_size; i++)
		sprintf(id + strlen(id), i ? "%02x" : "%02x/",
			elf->build_id[i]);
	shell("cd %s && mkdir -p debug/.build-id/%.2s && "
	      "mv lean.debug debug/.build-id/%s.debug",
	      work, id, id);
	snprintf(directories, sizeof(directories), "/nonexistent:%s/debug",
		 work);
	is_separate(in_work("lean"), directories, true,
		    "the build-id leads to the file");
	shell("cd %s && cp lean debug/.build-id/%s.debug", work, id);
	is_separate(in_work("lean"), directories, false,
		    "a file without debugging information does no harm");
	symbol_elf_close(elf);
}

static void checksums(void)
{
	make_separate("none");
	is_separate(in_work("lean"), "/nonexistent", true,
		    "without build-ids the checksum decides");
	shell("printf x >>%s/lean.debug", work);
	is_separate(in_work("lean"), "/nonexistent", false,
		    "a file with another one is not used");
}

/* --- files that are not what they were ---------------------------------------
 */

static void rebuilt_files_are_not_used(void)
{
	struct symbolizer *s = new_symbolizer(true, NULL);
	const uint8_t id[20] = { 1, 2, 3 };
	struct symbol_module module = {
		.path = in_work("full"),
		.build_id = id,
		.build_id_size = sizeof(id),
	};
	const struct symbol_location *l;
	uint32_t one, two;

	OK(compile_c("-g -O2 -Wl,--build-id=sha1", "full"), "a program");
	one = symbolizer_module(s, &module);
	l = symbolizer_lookup(s, one, 0, address_of(module.path, "plain"));
	OK(strstr(l->frames[0].function->name, "full+0x"),
	   "a file with another build-id gives no names");
	OK(symbolizer_warnings(s) &&
		   strstr(symbolizer_warnings(s), "full: build-id differs"),
	   "and there is a warning");
	symbolizer_lookup(s, one, 0, 1);
	OK(!strchr(strchr(symbolizer_warnings(s), '\n') + 1, '\n'), "only one");
	IS_U64(symbolizer_module(s, &module), one,
	       "the same module gives the same number");
	module.build_id_size = 0;
	module.file_size = 1;
	two = symbolizer_module(s, &module);
	OK(two != one, "another build of it another one");
	l = symbolizer_lookup(s, two, 0, address_of(module.path, "plain"));
	OK(strstr(l->frames[0].function->name, "full+0x"),
	   "nor does one of another size");
	OK(strstr(symbolizer_warnings(s), "size differs"), "with a warning");
	symbolizer_free(s);
}

static void missing_files_are_named(void)
{
	struct symbolizer *s = new_symbolizer(true, NULL);
	const struct symbol_location *l = symbolizer_lookup(
		s, add_file(s, "/nonexistent/libx.so.1"), 0x1000, 0x2234);

	IS_STR(l->frames[0].function->name, "libx.so.1+0x1234",
	       "a missing file gives module and offset");
	IS_STR(symbolizer_warnings(s),
	       "/nonexistent/libx.so.1: No such file or directory\n",
	       "and a warning");
	symbolizer_free(s);
}

static void write_file(const char *path, const void *bytes, size_t size)
{
	FILE *f = fopen(path, "w");

	if (!f)
		return;
	fwrite(bytes, 1, size, f);
	fclose(f);
}

static void look_around(const char *path)
{
	struct symbolizer *s = new_symbolizer(true, "/nonexistent");
	uint32_t m = add_file(s, path);

	for (uint64_t at = 0x1000; at < 0x1400; at += 7)
		symbolizer_lookup(s, m, 0, at);
	symbolizer_free(s);
}

static void garbage_does_no_harm(void)
{
	const char *path = in_work("garbage");
	static uint8_t bytes[1 << 20], broken[1 << 20];
	FILE *f = fopen(in_work("full"), "r");
	size_t size = f ? fread(bytes, 1, sizeof(bytes), f) : 0;
	struct symbolizer *s;

	if (f)
		fclose(f);
	srandom(1);
	for (int i = 0; i < 300 && size; i++) {
		size_t length = i % 4 ? size : (size_t)random() % size;

		memcpy(broken, bytes, size);
		/* Most of the file is debugging information. */
		for (int n = 0; n < 20; n++)
			broken[(size_t)random() % size] = (uint8_t)random();
		write_file(path, broken, length);
		look_around(path);
	}
	OK(size, "broken files do no harm");
	write_file(path, "garbage\n", 8);
	s = new_symbolizer(true, NULL);
	symbolizer_lookup(s, add_file(s, path), 0, 0x1234);
	OK(symbolizer_warnings(s) &&
		   strstr(symbolizer_warnings(s), "not an ELF file"),
	   "a file that is none is named");
	symbolizer_free(s);
	s = new_symbolizer(true, NULL);
	symbolizer_lookup(s, add_file(s, work), 0, 0x1234);
	OK(symbolizer_warnings(s), "so is a directory");
	symbolizer_free(s);
}

/* --- what is no file
 * ---------------------------------------------------------- */

static void the_vdso_has_names(void)
{
	const Elf64_Ehdr *image = (void *)getauxval(AT_SYSINFO_EHDR);
	struct symbolizer *s = new_symbolizer(true, NULL);
	struct symbol_module module = { .path = "[vdso]" };
	struct symbol_table table = { 0 };
	struct symbol_elf *elf =
		image ? symbol_elf_memory(image,
					  image->e_shoff +
						  (size_t)image->e_shnum *
							  image->e_shentsize)
		      : NULL;
	const struct symbol_location *l;

	if (!elf || !elf->build_id_size ||
	    !symbol_table_read(&table, elf, SHT_DYNSYM) || !table.count) {
		OK(true, "# SKIP no vdso");
		symbol_elf_close(elf);
		symbolizer_free(s);
		return;
	}
	module.build_id = elf->build_id;
	module.build_id_size = elf->build_id_size;
	l = symbolizer_lookup(s, symbolizer_module(s, &module), 0x5000,
			      0x5000 + table.list[0].low);
	OK(l->frames[0].function->low == table.list[0].low,
	   "functions of the vdso are found");
	OK(l->frames[0].function->name[0] != '[', "and have names");
	module.build_id_size--;
	l = symbolizer_lookup(s, symbolizer_module(s, &module), 0, 0x123);
	IS_STR(l->frames[0].function->name, "[vdso]",
	       "another kernel's vdso has none");
	OK(!symbolizer_warnings(s), "which is no reason to warn");
	symbol_table_free(&table);
	symbol_elf_close(elf);
	symbolizer_free(s);
}

static void what_is_no_file_is_named(void)
{
	struct symbolizer *s = new_symbolizer(true, NULL);
	uint32_t jit = add_file(s, "[jit]");
	const struct symbol_function *f =
		symbolizer_lookup(s, jit, 0, 0x1000)->frames[0].function;

	IS_STR(f->name, "[jit]", "code without a file is named so");
	OK(symbolizer_lookup(s, jit, 0, 0x2000)->frames[0].function == f,
	   "and is one function");
	IS_STR(symbolizer_lookup(s, UINT32_MAX, 0, 1)->frames[0].function->name,
	       "???", "an address of no module");
	symbolizer_free(s);
}

static void synthetic_functions(void)
{
	struct symbolizer *s = new_symbolizer(true, NULL);
	const struct symbol_location *a =
		symbolizer_synthetic(s, "region", "load");
	const struct symbol_location *b =
		symbolizer_synthetic(s, "thread", "load");

	IS_STR(a->frames[0].function->name, "load", "a region has its name");
	IS_STR(a->frames[0].function->module, "[region]", "and kind");
	OK(symbolizer_synthetic(s, "region", "load") == a, "there is one");
	OK(b->frames[0].function != a->frames[0].function,
	   "a thread of that name is another");
	symbolizer_free(s);
}

int main(void)
{
	char directory[] = "/tmp/symbolize_test.XXXXXX";

	if (!mkdtemp(directory) || !realpath(directory, work) ||
	    !realpath(FIXTURES, source_directory)) {
		printf("Bail out! %s\n", strerror(errno));
		return 1;
	}
	if (OK(compile_c("-g -O2", "full"), "the fixtures compile")) {
		inlined_calls_are_frames(in_work("full"));
		inlining_may_be_left_out(in_work("full"));
		statics_are_apart(in_work("full"));
		copies_are_one_function(in_work("full"));
		no_line_is_the_line_before(in_work("full"));
	}
	if (OK(compile_c("-gdwarf-4 -O2 -gz", "old"), "compressed DWARF 4"))
		inlined_calls_are_frames(in_work("old"));
	if (OK(compile_c("-g -O2 -flto", "lto"), "optimised when linking"))
		inlined_calls_are_frames(in_work("lto"));
	cxx_names("-g");
	local_cxx_names();
	cxx_names("-gdwarf-4 -fdebug-types-section");
	symbols_name_functions();
	stubs_have_names();
	clones_keep_the_name();
	stripped_gives_offsets();
	debug_links();
	build_id_directories();
	checksums();
	rebuilt_files_are_not_used();
	missing_files_are_named();
	garbage_does_no_harm();
	the_vdso_has_names();
	what_is_no_file_is_named();
	synthetic_functions();
	shell("rm -rf %s", work);
	return tap_done();
}
