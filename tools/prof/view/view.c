#include "tools/prof/view/view.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/printable.h"
#include "tools/prof/view/shorten.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A name narrower than this tells nothing: let the line wrap instead. */
#define NARROWEST_NAME 20

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* Without a file: "{libfoo.so:name}", as pstats shows what is built in. A name
 * that says where it comes from by itself, as an address without a symbol and a
 * thread do, stays alone: "{libfoo.so+0x12}", "{thread 1 (main)}". */
static char *name_without_file(const struct symbol_function *s)
{
	const char *module = s->module ? base_name(s->module) : "???";
	size_t length = strlen(module);

	/* "[region]" and the like */
	if (length > 2 && module[0] == '[' && module[length - 1] == ']') {
		module++;
		length -= 2;
	}
	if (!strncmp(s->name, module, length) &&
	    (s->name[length] == '+' || s->name[length] == ' '))
		return memory_format("{%s}", s->name);
	return memory_format("{%.*s:%s}", (int)length, module, s->name);
}

/* "file.c:12(name)" */
static char *make_name(const struct symbol_function *s, bool full_paths)
{
	char *raw, *shown;

	if (s->file)
		raw = memory_format("%s:%" PRIu32 "(%s)",
				    full_paths ? s->file : base_name(s->file),
				    s->line, s->name);
	else
		raw = name_without_file(s);
	shown = printable(raw);
	free(raw);
	return shown;
}

void view_prepare(struct view *view, const struct model *model)
{
	view->model = model;
	if (model->exact_calls)
		view->kind = model->sampled ? VIEW_COUNTED : VIEW_EXACT;
	else
		view->kind = model->calls ? VIEW_MIXED : VIEW_SAMPLED;
	view->names = memory_array(model->function_count, sizeof(char *));
	view->is_root = memory_array(model->function_count, sizeof(bool));
	for (size_t i = 0; i < model->function_count; i++)
		view->names[i] =
			make_name(model->functions[i].symbol, view->full_paths);
	for (size_t i = 0; i < model->thread_count; i++)
		view->is_root[model->nodes[model->threads[i].root].function] =
			true;
}

void view_free(struct view *view)
{
	for (size_t i = 0; view->names && i < view->model->function_count; i++)
		free(view->names[i]);
	free(view->names);
	free(view->is_root);
	view->names = NULL;
	view->is_root = NULL;
}

bool view_shows(const struct view *view, uint32_t function)
{
	const struct model_function *f = &view->model->functions[function];

	/* No group of those compared knows it. */
	if (view->excess && view->excess[function] < 0)
		return false;
	if (view->is_root[function])
		return view->threads;
	return f->calls || f->cumulative.ns || f->cumulative.samples;
}

const char *view_file(const struct view *view, uint32_t function)
{
	const char *file = view->model->functions[function].symbol->file;

	if (!file)
		return "~";
	return view->full_paths ? file : base_name(file);
}

static void print_fitted(const struct view *view, const char *text, size_t used,
			 void (*fit)(char *text, size_t width))
{
	size_t left = view->width > used ? view->width - used : 0;
	char *copy = memory_copy(text);

	if (view->width)
		fit(copy, left > NARROWEST_NAME ? left : NARROWEST_NAME);
	fprintf(view->out, "%s\n", copy);
	free(copy);
}

void view_print_name(const struct view *view, const char *name, size_t used)
{
	print_fitted(view, name, used, shorten);
}

void view_print_text(const struct view *view, const char *text)
{
	print_fitted(view, text, 0, printable_cut);
}

void view_print_text_after(const struct view *view, const char *text,
			   size_t used)
{
	print_fitted(view, text, used, printable_cut);
}

double view_seconds(uint64_t ns)
{
	return (double)ns * 1e-9;
}
