#include "tools/prof/view/top.h"
#include "tools/prof/cli/memory.h"
#include "tools/prof/cli/printable.h"
#include "tools/prof/view/colour.h"
#include "tools/prof/view/facts.h"
#include "tools/prof/view/sort.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A function in a frame: what it had then. */
struct past {
	const struct symbol_function *symbol;
	uint64_t self_ns, count; /* calls, or samples where there are none */
};

struct top {
	struct past *list; /* sorted by symbol */
	size_t count;
	double at_s;
	bool any; /* there was a frame */
};

/* A function in the frame to come. */
struct now {
	uint32_t function;
	uint64_t self_ns, count; /* since the last frame */
};

struct frame {
	struct view view;
	const struct top_settings *settings;
	struct now *list;
	size_t count;
	uint64_t self_ns, events; /* of all, since the last frame */
	double seconds;		  /* between; 0: there is no last frame */
};

struct top *top_new(void)
{
	return memory_array(1, sizeof(struct top));
}

void top_free(struct top *top)
{
	free(top->list);
	free(top);
}

static uint64_t count_of(const struct model_function *f)
{
	return f->calls ? f->calls : f->self.samples;
}

static int by_symbol(const void *a, const void *b)
{
	uintptr_t x = (uintptr_t)((const struct past *)a)->symbol;
	uintptr_t y = (uintptr_t)((const struct past *)b)->symbol;

	return (x > y) - (x < y);
}

static const struct past *find(const struct top *top,
			       const struct symbol_function *symbol)
{
	static const struct past none;
	const struct past want = { .symbol = symbol };
	const struct past *found =
		top->count ? bsearch(&want, top->list, top->count, sizeof(want),
				     by_symbol)
			   : NULL;

	return found ? found : &none;
}

static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

static void remember(struct top *top, const struct model *m, double at_s)
{
	free(top->list);
	top->list = memory_array(m->function_count, sizeof(*top->list));
	top->count = m->function_count;
	for (size_t i = 0; i < m->function_count; i++) {
		const struct model_function *f = &m->functions[i];

		top->list[i] =
			(struct past){ f->symbol, f->self.ns, count_of(f) };
	}
	if (top->count)
		qsort(top->list, top->count, sizeof(*top->list), by_symbol);
	top->at_s = at_s;
	top->any = true;
}

static void gather(struct frame *f, const struct top *top)
{
	const struct model *m = f->view.model;

	f->list = memory_array(m->function_count, sizeof(*f->list));
	for (uint32_t i = 0; i < m->function_count; i++) {
		const struct model_function *own = &m->functions[i];
		const struct past *past = find(top, own->symbol);
		struct now *now = &f->list[f->count];

		now->function = i;
		now->self_ns = minus(own->self.ns, past->self_ns);
		now->count = minus(count_of(own), past->count);
		f->self_ns += now->self_ns;
		f->events += now->count;
		if (view_shows(&f->view, i))
			f->count++;
	}
}

static int compare_u64(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b); /* largest first */
}

static int compare(const void *a, const void *b, void *context)
{
	const struct now *x = a, *y = b;
	const struct frame *f = context;
	const struct model_function *p = &f->view.model->functions[x->function];
	const struct model_function *q = &f->view.model->functions[y->function];
	int order = 0;

	switch (f->settings->order) {
	case TOP_CUMULATIVE:
		order = compare_u64(p->cumulative.ns, q->cumulative.ns);
		break;
	case TOP_CALLS:
		order = compare_u64(x->count, y->count);
		break;
	case TOP_NOW:
		order = compare_u64(x->self_ns, y->self_ns);
		break;
	default:
		break;
	}
	if (!order)
		order = compare_u64(p->self.ns, q->self.ns);
	return order ? order
		     : sort_compare_nodes(&f->view, x->function, y->function);
}

/* "1.25M": a number in six columns. */
static void format_rate(char cell[16], double rate)
{
	static const char units[] = " kMGT";
	size_t unit = 0;

	while (rate >= 9999.5 && unit + 2 < sizeof(units)) {
		rate /= 1000;
		unit++;
	}
	if (unit)
		snprintf(cell, 16, "%.*f%c",
			 rate < 9.995	? 2
			 : rate < 99.95 ? 1
					: 0,
			 rate, units[unit]);
	else
		snprintf(cell, 16, "%.0f", rate);
}

static void format_share(char cell[16], uint64_t ns, uint64_t total)
{
	cell[0] = '\0';
	if (total)
		snprintf(cell, 16, "%.1f", 100.0 * (double)ns / (double)total);
}

static void print_row(const struct frame *f, const struct now *now)
{
	const struct view *view = &f->view;
	const struct model *m = view->model;
	const struct model_function *own = &m->functions[now->function];
	char recent[16], self[16], cumulative[16], rate[16] = "", head[80];
	int used;

	format_share(recent, now->self_ns, f->seconds > 0 ? f->self_ns : 0);
	format_share(self, own->self.ns, m->total.ns);
	format_share(cumulative, own->cumulative.ns, m->total.ns);
	if (f->seconds > 0)
		format_rate(rate, (double)now->count / f->seconds);
	used = snprintf(head, sizeof(head), "%6s %6s %6s %9.3f %9s ", recent,
			self, cumulative, view_seconds(own->self.ns), rate);
	colour_put(view,
		   f->seconds > 0 && f->self_ns
			   ? colour_by_share(100.0 * (double)now->self_ns /
					     (double)f->self_ns)
			   : COLOUR_NONE,
		   head);
	view_print_name(view, view->names[now->function], (size_t)used);
}

static size_t count_running(const struct model *m)
{
	size_t running = 0;

	for (size_t i = 0; i < m->process_count; i++)
		running += m->processes[i].profile->running;
	return running;
}

static void print_process(const struct frame *f)
{
	const struct model *m = f->view.model;
	const struct profile *p = m->processes[0].profile;
	char *command = facts_command(p), *end = facts_end(p);
	int used;

	if (m->process_count > 1)
		used = fprintf(f->view.out,
			       "%zu processes, %zu running: ", m->process_count,
			       count_running(m));
	else
		used = fprintf(f->view.out,
			       "pid %" PRIu32 ", %s: ", p->header.pid, end);
	view_print_text_after(&f->view, command, (size_t)used);
	free(command);
	free(end);
}

static void print_summary(const struct frame *f)
{
	const struct model *m = f->view.model;
	const struct profile *p = m->processes[0].profile;
	uint64_t wall = 0;

	for (size_t i = 0; i < m->process_count; i++)
		if (m->processes[i].profile->wall_ns > wall)
			wall = m->processes[i].profile->wall_ns;
	fprintf(f->view.out,
		"real %.1f s, %s mode: %.3f s of %s in %zu thread%s\n",
		view_seconds(wall), facts_mode(&p->header),
		view_seconds(m->total.ns), facts_clock(&p->header),
		m->thread_count, m->thread_count == 1 ? "" : "s");
	if (f->seconds > 0) {
		char rate[16];

		format_rate(rate, (double)f->events / f->seconds);
		fprintf(f->view.out,
			"the last %.1f s: %.2f s, %s %s a second\n", f->seconds,
			view_seconds(f->self_ns), rate,
			m->calls ? "calls" : "samples");
	} else {
		fputs("since the start:\n", f->view.out);
	}
}

static void print_keys(const struct frame *f)
{
	static const char *const names[TOP_ORDER_COUNT] = {
		[TOP_NOW] = "now",
		[TOP_SELF] = "time",
		[TOP_CUMULATIVE] = "cumulative",
		[TOP_CALLS] = "calls",
	};

	fprintf(f->view.out,
		"sorted by %s; keys: n(ow) t(ime) c(umulative) m(ost calls) "
		"space q(uit)\n",
		names[f->settings->order]);
}

void top_frame(struct top *top, const struct model *model, double at_s,
	       const struct top_settings *settings, FILE *out)
{
	struct frame f = {
		.view = { .out = out,
			  .width = settings->width,
			  .full_paths = settings->full_paths,
			  .colour = settings->colour },
		.settings = settings,
		.seconds = top->any ? at_s - top->at_s : 0,
	};

	view_prepare(&f.view, model);
	gather(&f, top);
	if (f.count)
		qsort_r(f.list, f.count, sizeof(*f.list), compare, &f);
	print_process(&f);
	print_summary(&f);
	if (settings->keys)
		print_keys(&f);
	fprintf(out, "\n%6s %6s %6s %9s %9s filename:lineno(function)\n",
		"now%", "self%", "cum%", "tottime",
		model->calls ? "calls/s" : "samples/s");
	for (size_t i = 0; i < f.count && i < settings->rows; i++)
		print_row(&f, &f.list[i]);
	remember(top, model, at_s);
	free(f.list);
	view_free(&f.view);
}
