#include "tools/prof/view/annotate.h"
#include "lib/analysis/insn_flow.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/printable.h"
#include "tools/prof/view/disassembly.h"
#include "tools/prof/view/interval.h"
#include "tools/prof/view/source.h"
#include "tools/prof/view/view.h"

#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Columns before an instruction. */
#define USED_COLUMNS 50

struct annotation {
	const struct lines_view *view;
	const struct lines_function *f;
	struct symbolizer *symbolizer;
	uint32_t module;
	struct symbol_code code;
	struct disassembly text;
	struct model_cost *own;	   /* of each line of the text */
	struct model_cost *called; /* by it */
	struct model_cost own_total, called_total;
	struct flow flow; /* no nodes: blocks are not counted */
	struct source source;
	const char *source_file;
	bool thin;
};

/* Index of the instruction at ADDRESS, or text.count. */
static size_t find_line(const struct annotation *a, uint64_t address)
{
	for (size_t i = 0; i < a->text.count; i++)
		if (a->text.list[i].address == address)
			return i;
	return a->text.count;
}

static bool in_code(const struct annotation *a, uint64_t address)
{
	for (size_t i = 0; i < a->code.part_count; i++)
		if (address - a->code.parts[i].low < a->code.parts[i].size)
			return true;
	return false;
}

static void add(struct model_cost *to, const struct model_cost *cost)
{
	to->ns += cost->ns;
	to->samples += cost->samples;
}

/* Costs of addresses in this code: its own, inlined functions' as well, and of
 * what is called from there. */
static void gather(struct annotation *a)
{
	const struct model *m = a->view->model;
	const char *module = a->f->symbol->module;

	for (size_t i = 0; i < m->line_count; i++) {
		const struct model_line *l = &m->lines[i];
		size_t at;

		if (strcmp(m->functions[l->function].symbol->module, module) ||
		    !in_code(a, l->position.address))
			continue;
		at = find_line(a, l->position.address);
		if (at == a->text.count)
			continue;
		add(&a->own[at], &l->self);
		add(&a->own_total, &l->self);
	}
	for (size_t i = 0; i < m->edge_count; i++) {
		const struct model_edge *e = &m->edges[i];
		size_t at;

		if (e->inlined ||
		    strcmp(m->functions[e->caller].symbol->module, module) ||
		    !in_code(a, e->site.address))
			continue;
		at = find_line(a, e->site.address);
		if (at == a->text.count)
			continue;
		add(&a->called[at], &e->cumulative);
		add(&a->called_total, &e->cumulative);
	}
}

static void print_cost(struct annotation *a, const struct model_cost *cost)
{
	char text[32] = "";
	bool thin = a->view->model->sampled && cost->samples &&
		    cost->samples < INTERVAL_THIN;

	if (cost->ns)
		snprintf(text, sizeof(text), "%s%" PRIu64, thin ? "~" : "",
			 cost->ns);
	a->thin |= thin;
	fprintf(a->view->out, " %12s", text);
}

static void print_hits(const struct annotation *a, uint64_t address)
{
	for (size_t i = 0; i < a->flow.node_count; i++) {
		const struct flow_node *n = &a->flow.nodes[i];

		if (address < n->start || address >= n->end)
			continue;
		if (n->known)
			fprintf(a->view->out, "%10" PRIu64, n->count);
		else
			fprintf(a->view->out, "%10s", "?");
		return;
	}
	fprintf(a->view->out, "%10s", "");
}

/* Where a jump or call leads to, by name. */
static void print_target(const struct annotation *a, uint64_t address)
{
	const struct symbol_location *l;
	const struct symbol_function *f;
	struct insn insn;
	char *name;

	for (size_t i = 0; i < a->code.part_count; i++) {
		const struct symbol_part *p = &a->code.parts[i];
		size_t at = address - p->low;

		if (at >= p->size || a->code.machine != EM_X86_64 ||
		    !insn_flow_x86_64(p->bytes + at, p->size - at, address,
				      &insn) ||
		    !insn.target || in_code(a, insn.target))
			continue;
		l = symbolizer_lookup(a->symbolizer, a->module, 0, insn.target);
		f = l->frames[l->frame_count - 1].function;
		name = printable(f->name);
		fprintf(a->view->out, "  <%s>", name);
		free(name);
	}
}

static void print_instruction(struct annotation *a, size_t i)
{
	const struct disassembly_line *line = &a->text.list[i];
	FILE *out = a->view->out;

	print_hits(a, line->address);
	print_cost(a, &a->own[i]);
	print_cost(a, &a->called[i]);
	if (a->own[i].ns && a->own_total.ns)
		fprintf(out, " %6.1f",
			100.0 * (double)a->own[i].ns / (double)a->own_total.ns);
	else
		fprintf(out, " %6s", "");
	fprintf(out, "  %6" PRIx64 "  %s", line->address, line->text);
	print_target(a, line->address);
	fputc('\n', out);
}

static void print_source_line(struct annotation *a,
			      const struct symbol_frame *frame)
{
	const char *slash = frame->file ? strrchr(frame->file, '/') : NULL;
	size_t width = a->view->settings->width;
	char *name, *text;

	if (frame->file != a->source_file) {
		source_free(&a->source);
		source_open(&a->source, a->view->model, frame->file,
			    a->view->settings->source_directory);
		a->source_file = frame->file;
	}
	name = printable(slash ? slash + 1 : frame->file ? frame->file : "?");
	text = source_line(&a->source, frame->line);
	if (text && width > 40)
		printable_cut(text, width - 20);
	fprintf(a->view->out, "%s:%" PRIu32 "  %s\n", name, frame->line,
		text ? text + strspn(text, " ") : "");
	free(text);
	free(name);
}

static void print_code(struct annotation *a)
{
	const char *file = NULL;
	uint32_t line = 0;

	for (size_t i = 0; i < a->text.count; i++) {
		const struct symbol_frame *frame =
			&symbolizer_lookup(a->symbolizer, a->module, 0,
					   a->text.list[i].address)
				 ->frames[0];

		if (frame->file && (frame->file != file || frame->line != line))
			print_source_line(a, frame);
		file = frame->file;
		line = frame->line;
		print_instruction(a, i);
	}
}

static void print_all(struct annotation *a)
{
	const struct symbol_function *s = a->f->symbol;
	FILE *out = a->view->out;
	char *name = printable(s->name), *module = printable(s->module);

	fprintf(out, "Own: %g", view_seconds(a->own_total.ns));
	if (a->view->model->sampled)
		fprintf(out, ", %" PRIu64 " samples", a->own_total.samples);
	fprintf(out,
		"; of what it calls: %g\nFunction: %s in %s\n\n"
		"%10s %12s %12s %6s  %6s  Instruction\n",
		view_seconds(a->called_total.ns), name, module, "Hits", "Own",
		"Called", "% Own", "Addr");
	fputs("============================================================"
	      "==\n",
	      out);
	print_code(a);
	if (a->thin)
		fprintf(out, "   ~ fewer than %d samples\n", INTERVAL_THIN);
	fputc('\n', out);
	free(name);
	free(module);
}

bool annotate_print(const struct lines_view *view,
		    const struct lines_function *f, struct error *err)
{
	struct annotation a = { .view = view,
				.f = f,
				.symbolizer = view->model->symbolizer };

	if (!symbolizer_function_code(a.symbolizer, f->symbol, &a.module,
				      &a.code))
		return error_set(
			err, f->symbol->high ? ERROR_NOT_FOUND : ERROR_USAGE,
			"%s: its machine code is not there%s", f->symbol->name,
			f->symbol->high ? "" : ": it is inlined only");
	if (!disassembly_make(&a.text, &a.code, err)) {
		symbol_code_free(&a.code);
		return false;
	}
	a.own = memory_array(a.text.count, sizeof(*a.own));
	a.called = memory_array(a.text.count, sizeof(*a.called));
	if (!hits_flow(view->hits, a.module, &a.code, &a.flow))
		a.flow = (struct flow){ 0 };
	gather(&a);
	print_all(&a);
	source_free(&a.source);
	flow_free(&a.flow);
	free(a.own);
	free(a.called);
	disassembly_free(&a.text);
	symbol_code_free(&a.code);
	return true;
}
