#include "tools/prof/cli/filter.h"
#include "lib/analysis/demangle.h"
#include "lib/analysis/symbol_elf.h"
#include "lib/analysis/symbolize.h"
#include "lib/base/array.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/message.h"
#include "tools/prof/cli/needed.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOOK	 "__cyg_profile_func_enter"
#define PLT	 "@plt"
#define ID_BYTES 32 /* the runtime keeps no longer build-id */

const struct filter_kind filter_include = { true, false };
const struct filter_kind filter_exclude = { false, false };
const struct filter_kind filter_include_file = { true, true };
const struct filter_kind filter_exclude_file = { false, true };

/* A function of the object in hand, and what its names match. */
struct entry {
	uint64_t low, high;
	char *name;
	bool included, excluded;
};

struct writing {
	struct filter_request *request;
	bool any_include;
	FILE *out;
	struct entry *entries; /* by rising address, apart */
	size_t count, capacity;
	size_t listed;	   /* in all objects */
	bool instrumented; /* some object is */
	bool executable;   /* this one has a fixed place in memory */
};

bool filter_apply_pattern(const struct arg_option *self, void *settings,
			  const char *value, struct error *err)
{
	struct filter_request *r = settings;
	struct filter_pattern *grown;

	if (!value[0])
		return error_set(err, ERROR_USAGE,
				 "option '--%s' needs a pattern", self->name);
	grown = reallocarray(r->patterns, r->count + 1, sizeof(*grown));
	if (!grown)
		memory_fail();
	r->patterns = grown;
	r->patterns[r->count++] = (struct filter_pattern){ self, value, false };
	return true;
}

bool filter_apply_object(const struct arg_option *self, void *settings,
			 const char *value, struct error *err)
{
	struct filter_request *r = settings;

	(void)self, (void)err;
	memory_append(&r->objects, &r->object_count, memory_copy(value));
	return true;
}

void filter_free(struct filter_request *r)
{
	for (size_t i = 0; i < r->object_count; i++)
		free(r->objects[i]);
	free(r->objects);
	free(r->patterns);
}

/* --- matching --------------------------------------------------------------
 */

/* NAME without its parameters and what follows them; to be freed. */
static char *without_parameters(const char *name)
{
	const char *end = strrchr(name, ')'), *at = end;
	int depth = 0;

	if (!end)
		return memory_copy(name);
	for (; at > name; at--) {
		depth += *at == ')';
		depth -= *at == '(';
		if (depth == 0)
			break;
	}
	if (at == name)
		return memory_copy(name);
	return memory_format("%.*s", (int)(at - name), name);
}

static bool matches_name(const char *pattern, const char *name)
{
	return name && !fnmatch(pattern, name, 0);
}

/* A path matches as a whole, or from behind any of its slashes on. */
static bool matches_path(const char *pattern, const char *path)
{
	while (path) {
		if (!fnmatch(pattern, path, 0))
			return true;
		path = strchr(path, '/');
		path += path != NULL;
	}
	return false;
}

/* The names that a function has. */
struct names {
	const struct symbol_function *function;
	char *plain; /* the readable one, without parameters */
	char *symbol;
};

static bool matches(const struct filter_pattern *p, const struct names *n)
{
	const struct filter_kind *kind = p->option->data;

	if (kind->file)
		return matches_path(p->text, n->function->file);
	return matches_name(p->text, n->plain) ||
	       matches_name(p->text, n->function->name) ||
	       matches_name(p->text, n->function->linkage) ||
	       matches_name(p->text, n->symbol);
}

/* Note in E what the names N match. */
static void judge(struct filter_request *r, const struct names *n,
		  struct entry *e)
{
	for (size_t i = 0; i < r->count; i++) {
		struct filter_pattern *p = &r->patterns[i];
		const struct filter_kind *kind = p->option->data;

		if (!matches(p, n))
			continue;
		p->matched = true;
		e->included |= kind->include;
		e->excluded |= !kind->include;
	}
}

/* Whether the file lists the function: it is what shall be recorded where
 * there is an --include, else what is left out. */
static bool is_listed(const struct writing *w, const struct entry *e)
{
	return w->any_include ? e->included && !e->excluded : e->excluded;
}

/* --- one object ------------------------------------------------------------
 */

static struct entry *add_entry(struct writing *w)
{
	struct entry *grown = array_grow(w->entries, &w->capacity, w->count + 1,
					 sizeof(*grown));

	if (!grown)
		memory_fail();
	w->entries = grown;
	return &grown[w->count++];
}

/* The address of a library's function may be that of the stub through which a
 * program that has a fixed place calls it; elsewhere a stub is no function. */
static void visit(const struct symbol_named *symbol, void *context)
{
	struct writing *w = context;
	struct entry *e = w->count ? &w->entries[w->count - 1] : NULL;
	size_t length = demangle_base_length(symbol->symbol);
	char *stub = strstr(symbol->symbol, PLT);
	struct names n = { .function = symbol->function };

	if (stub && !w->executable)
		return;
	n.symbol = memory_format(
		"%.*s", stub ? (int)(stub - symbol->symbol) : (int)length,
		symbol->symbol);
	n.plain = without_parameters(symbol->function->name);
	/* A function may have several names at its address. */
	if (!e || e->low != symbol->low) {
		if (e && e->high > symbol->low)
			e->high = symbol->low;
		e = add_entry(w);
		*e = (struct entry){ symbol->low, symbol->high,
				     memory_copy(n.plain), false, false };
	}
	judge(w->request, &n, e);
	free(n.symbol);
	free(n.plain);
}

static void write_identity(const struct symbol_elf *elf, FILE *out)
{
	if (!elf->build_id_size || elf->build_id_size > ID_BYTES) {
		fprintf(out, "file:%" PRIu64 ":%" PRIu64 ":%" PRId64,
			(uint64_t)elf->status.st_ino,
			(uint64_t)elf->status.st_size,
			(int64_t)elf->status.st_mtim.tv_sec);
		return;
	}
	fputs("id:", out);
	for (size_t i = 0; i < elf->build_id_size; i++)
		fprintf(out, "%02x", elf->build_id[i]);
}

static void write_entries(struct writing *w)
{
	for (size_t i = 0; i < w->count; i++) {
		struct entry *e = &w->entries[i];

		for (char *c = e->name; *c; c++)
			*c = *c == '\n' ? '?' : *c;
		if (is_listed(w, e))
			fprintf(w->out, "%" PRIx64 "-%" PRIx64 " %s\n", e->low,
				e->high, e->name);
		w->listed += is_listed(w, e);
		free(e->name);
	}
	w->count = 0;
}

static void write_object(struct writing *w, struct symbolizer *s,
			 const char *path, const struct symbol_elf *elf)
{
	const struct symbol_module module = {
		.path = path,
		.build_id = elf->build_id_size ? elf->build_id : NULL,
		.build_id_size = elf->build_id_size,
	};

	fputs("module ", w->out);
	write_identity(elf, w->out);
	fprintf(w->out, " %s\n", path);
	w->executable = elf->header.e_type == ET_EXEC;
	symbolizer_each(s, symbolizer_module(s, &module), visit, w);
	write_entries(w);
}

/* Write what there is to say of the file NAME. One that was not NAMED by the
 * user is left alone where it is not instrumented, or not there. */
static bool add_object(struct writing *w, struct symbolizer *s,
		       const char *name, bool named, struct error *err)
{
	char *path = realpath(name, NULL);
	struct symbol_elf *elf = path ? symbol_elf_open(path) : NULL;
	bool hooks, ok = true;

	if (!path)
		ok = !named || error_set(err, ERROR_SYSTEM, "%s: %s", name,
					 strerror(errno));
	else if (!elf)
		ok = !named || error_set(err, ERROR_FORMAT,
					 "%s: not a program or library", name);
	else if (strchr(path, '\n'))
		ok = error_set(
			err, ERROR_USAGE,
			"%s: a filter cannot name a path with a line end",
			path);
	/* libc has hooks of its own, which do nothing; a program may have
	 * libprof.a's. */
	hooks = elf && symbol_elf_mentions(elf, HOOK, named);
	w->instrumented |= hooks;
	if (ok && elf && (hooks || named))
		write_object(w, s, path, elf);
	symbol_elf_close(elf);
	free(path);
	return ok;
}

/* --- all of them ------------------------------------------------------------
 */

static bool add_objects(struct writing *w, struct symbolizer *s,
			const char *program, struct error *err)
{
	struct filter_request *r = w->request;
	char **libraries = NULL;
	size_t count = 0;
	bool ok = !program || add_object(w, s, program, true, err);

	if (ok && program)
		needed_libraries(program, &libraries, &count);
	for (size_t i = 0; i < count; i++) {
		ok = ok && add_object(w, s, libraries[i], false, err);
		free(libraries[i]);
	}
	free(libraries);
	for (size_t i = 0; ok && i < r->object_count; i++)
		ok = add_object(w, s, r->objects[i], true, err);
	return ok;
}

static void warn_of_nothing(const struct writing *w, const char *program)
{
	const struct filter_request *r = w->request;

	if (!w->instrumented) {
		message_warn("%s: not compiled with -finstrument-functions: "
			     "there is nothing to leave out",
			     program ? program : r->objects[0]);
		if (!r->object_count)
			message_hint("name what it loads or executes as well");
		return;
	}
	for (size_t i = 0; i < r->count; i++)
		if (!r->patterns[i].matched)
			message_warn("--%s=%s matches no function of what was "
				     "looked into",
				     r->patterns[i].option->name,
				     r->patterns[i].text);
}

bool filter_write(struct filter_request *r, const char *program, FILE *out,
		  struct error *err)
{
	const struct symbolizer_options options = { 0 };
	struct symbolizer *s = symbolizer_new(&options);
	struct writing w = { .request = r, .out = out };
	bool ok;

	if (!s)
		memory_fail();
	for (size_t i = 0; i < r->count; i++) {
		const struct filter_kind *kind = r->patterns[i].option->data;

		w.any_include |= kind->include;
	}
	fprintf(out, "libprof filter 1\nunlisted %s\n",
		w.any_include ? "hide" : "keep");
	ok = add_objects(&w, s, program, err);
	fprintf(out, "end %zu\n", w.listed);
	if (ok)
		warn_of_nothing(&w, program);
	free(w.entries);
	symbolizer_free(s);
	return ok;
}

char *filter_make_file(struct filter_request *r, const char *program,
		       struct error *err)
{
	const char *directory = getenv("TMPDIR");
	char *path = memory_format("%s/prof-filter.XXXXXX",
				   directory && *directory == '/' ? directory
								  : "/tmp");
	int fd = mkstemp(path);
	FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;

	if (!out) {
		error_set(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
		free(path);
		return NULL;
	}
	/* For children that have become another user's. */
	(void)!fchmod(fd, 0644);
	if (filter_write(r, program, out, err) && !fflush(out) && !fclose(out))
		return path;
	if (err->code == ERROR_NONE)
		error_set(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
	filter_remove(path);
	return NULL;
}

void filter_remove(char *path)
{
	if (path)
		unlink(path);
	free(path);
}
